{#
    Grain: one row per plan cell and reason why the plan contract refuses it by itself: its type, that it is missing,
    its list of values, its digits, what it names, and what this version does not build. check_no orders the reasons:
    the first of a cell is the one to mend.
#}
{{ config(meta={'increments': {
    'key': 'table_name',
    'narrowed': {'int_plan_rows_owned': 'table_name', 'int_plan_cells_unpivoted': 'table_name'},
    'touched_by': {'int_plan_rows_owned': 'table_name', 'int_plan_cells_unpivoted': 'table_name'},
}}) }}
with

plan_rows as (
    select
        table_name,
        key_text,
        broken_cells
    from {{ ref('int_plan_rows_owned') }}
),

plan_columns as (
    select
        table_name,
        column_name,
        type_in_words,
        is_required,
        allowed_values,
        names,
        is_factor,
        built_values,
        feature,
        stops_build
    from {{ ref('int_plan_columns_listed') }}
),

cells as (
    select
        table_name,
        key_text,
        column_name,
        value
    from {{ ref('int_plan_cells_unpivoted') }}
),

plans as (
    select plan_id
    from {{ ref('stg_plans__plans') }}
),

components as (
    select component_id
    from {{ ref('stg_plans__plan_components') }}
),

modifiers as (
    select modifier_id
    from {{ ref('stg_plans__plan_modifiers') }}
),

credit_rules as (
    select credit_rule_id
    from {{ ref('stg_plans__credit_rules') }}
),

triggers as (
    select trigger_id
    from {{ ref('stg_plans__triggers') }}
),

measures as (
    select
        measure,
        is_built
    from {{ ref('measures') }}
),

kpis as (
    select
        kpi,
        is_built,
        not_judged_because
    from {{ ref('kpis') }}
),

dimensions as (
    select
        dimension,
        is_built
    from {{ ref('dimensions') }}
),

currencies as (
    select currency
    from {{ ref('currencies') }}
),

named as (
    select
        'plan' as names,
        plan_id as id,
        true as is_built
    from plans
    union all
    select
        'component' as names,
        component_id as id,
        true as is_built
    from components
    union all
    select
        'component, modifier or credit rule' as names,
        component_id as id,
        true as is_built
    from components
    union all
    select
        'component, modifier or credit rule' as names,
        modifier_id as id,
        true as is_built
    from modifiers
    union all
    select
        'component, modifier or credit rule' as names,
        credit_rule_id as id,
        true as is_built
    from credit_rules
    union all
    select
        'trigger' as names,
        trigger_id as id,
        true as is_built
    from triggers
    union all
    select
        'measure' as names,
        measure as id,
        is_built
    from measures
    union all
    select
        'measure or KPI' as names,
        measure as id,
        is_built
    from measures
    union all
    select
        'measure or KPI' as names,
        kpi as id,
        is_built
    from kpis
    union all
    select
        'KPI' as names,
        kpi as id,
        is_built
    from kpis
    union all
    select
        'dimension' as names,
        dimension as id,
        is_built
    from dimensions
    union all
    select
        'currency' as names,
        currency as id,
        true as is_built
    from currencies
),

-- a component and a modifier may share an id: it is known once
known as (
    select
        names,
        id,
        min(case when is_built then 1 else 0 end) as is_built
    from named
    group by names, id
),

allowed as (
    select
        table_name,
        column_name,
        {{ split_rows('allowed_values', '|') }} as value
    from plan_columns
    where allowed_values <> ''
),

built as (
    select
        table_name,
        column_name,
        {{ split_rows('built_values', '|') }} as value
    from plan_columns
    where feature is not null
),

tables_without_pay as (
    select table_name
    from plan_columns
    where not stops_build
),

breaks as (
    select
        table_name,
        key_text,
        {{ split_rows('broken_cells', '\n') }} as broken_cell
    from plan_rows
    where broken_cells <> ''
),

broken_cells as (
    select
        table_name,
        key_text,
        {{ dbt.split_part('broken_cell', "'='", 1) }} as column_name,
        substring(broken_cell, position('=' in broken_cell) + 1) as value
    from breaks
    where broken_cell <> ''
),

broken as (
    select
        1 as check_no,
        broken_cells.table_name,
        broken_cells.key_text,
        broken_cells.column_name,
        broken_cells.value,
        concat('is not ', plan_columns.type_in_words) as reason,
        'write the cell in that form' as what_to_do,
        true as stops_build
    from broken_cells
    inner join plan_columns
        on
            broken_cells.table_name = plan_columns.table_name
            and broken_cells.column_name = plan_columns.column_name
),

missing as (
    select
        2 as check_no,
        cells.table_name,
        cells.key_text,
        cells.column_name,
        cells.value,
        'is empty and must not be' as reason,
        concat(
            'write ',
            case
                when plan_columns.allowed_values <> ''
                    then concat('one of ', replace(plan_columns.allowed_values, '|', ', '))
                when plan_columns.names <> '' then concat('the id of a ', plan_columns.names)
                else plan_columns.type_in_words
            end
        ) as what_to_do,
        true as stops_build
    from cells
    inner join plan_columns
        on
            cells.table_name = plan_columns.table_name
            and cells.column_name = plan_columns.column_name
    where
        plan_columns.is_required
        and cells.value = ''
),

not_allowed as (
    select
        3 as check_no,
        cells.table_name,
        cells.key_text,
        cells.column_name,
        cells.value,
        concat('is none of ', replace(plan_columns.allowed_values, '|', ', ')) as reason,
        'write one of these, in lower case' as what_to_do,
        true as stops_build
    from cells
    inner join plan_columns
        on
            cells.table_name = plan_columns.table_name
            and cells.column_name = plan_columns.column_name
    left join allowed
        on
            cells.table_name = allowed.table_name
            and cells.column_name = allowed.column_name
            and cells.value = allowed.value
    where
        plan_columns.allowed_values <> ''
        and cells.value <> ''
        and allowed.value is null
),

too_long as (
    select
        4 as check_no,
        cells.table_name,
        cells.key_text,
        cells.column_name,
        cells.value,
        'has more than 6 digits before the point, too many for a rate, factor or share' as reason,
        'write a number below 1000000' as what_to_do,
        true as stops_build
    from cells
    inner join plan_columns
        on
            cells.table_name = plan_columns.table_name
            and cells.column_name = plan_columns.column_name
    where
        plan_columns.is_factor
        and cells.value <> ''
        and abs(try_cast(cells.value as {{ plan_decimal() }})) >= 1000000
),

references_made as (
    select
        cells.table_name,
        cells.key_text,
        cells.column_name,
        cells.value,
        plan_columns.names,
        known.id,
        known.is_built,
        tables_without_pay.table_name is null as stops_build
    from cells
    inner join plan_columns
        on
            cells.table_name = plan_columns.table_name
            and cells.column_name = plan_columns.column_name
    left join known
        on
            plan_columns.names = known.names
            and cells.value = known.id
    left join tables_without_pay
        on cells.table_name = tables_without_pay.table_name
    where
        plan_columns.names <> ''
        and cells.value <> ''
),

names_unknown as (
    select
        names,
        value
    from references_made
    where id is null
    group by names, value
),

names_alike as (
    select
        names_unknown.names,
        names_unknown.value,
        known.id,
        row_number() over (
            partition by names_unknown.names, names_unknown.value
            order by levenshtein(known.id, names_unknown.value), known.id
        ) as place
    from names_unknown
    inner join known
        on
            names_unknown.names = known.names
            and levenshtein(known.id, names_unknown.value) <= 2
),

unknown as (
    select
        5 as check_no,
        references_made.table_name,
        references_made.key_text,
        references_made.column_name,
        references_made.value,
        concat('names no ', references_made.names, ' that there is') as reason,
        concat(
            'correct the name',
            case when names_alike.id is not null then concat(' (', names_alike.id, ' is alike)') else '' end,
            case
                when references_made.names in ('measure', 'measure or KPI', 'KPI', 'dimension', 'currency')
                    then ' to one of those in seeds/reference'
                else concat(', or add the ', references_made.names)
            end
        ) as what_to_do,
        true as stops_build
    from references_made
    left join names_alike
        on
            references_made.names = names_alike.names
            and references_made.value = names_alike.value
            and names_alike.place = 1
    where references_made.id is null
),

not_calculated as (
    select
        7 as check_no,
        table_name,
        key_text,
        column_name,
        value,
        concat('the ', names, ' ', value, ' is not built in this version') as reason,
        'use another one, or keep the plan a draft until it is built' as what_to_do,
        stops_build
    from references_made
    where is_built = 0
),

-- a trigger may watch any KPI
not_judged as (
    select
        7 as check_no,
        references_made.table_name,
        references_made.key_text,
        references_made.column_name,
        references_made.value,
        concat('is a KPI that gates and scorecards do not read: ', kpis.not_judged_because) as reason,
        'use another KPI or a measure' as what_to_do,
        references_made.stops_build
    from references_made
    inner join kpis
        on references_made.value = kpis.kpi
    where
        references_made.names = 'measure or KPI'
        and references_made.column_name <> 'metric'
        and kpis.not_judged_because is not null
),

not_built as (
    select
        7 as check_no,
        cells.table_name,
        cells.key_text,
        cells.column_name,
        cells.value,
        concat(
            plan_columns.feature, ' (', cells.column_name, ' ', cells.value, ') is not built in this version'
        ) as reason,
        concat(
            case
                when plan_columns.built_values = ''
                    then 'leave it out'
                else concat('use ', replace(plan_columns.built_values, '|', ' or '))
            end,
            ', or keep the plan a draft until it is built'
        ) as what_to_do,
        plan_columns.stops_build
    from cells
    inner join plan_columns
        on
            cells.table_name = plan_columns.table_name
            and cells.column_name = plan_columns.column_name
    left join built
        on
            cells.table_name = built.table_name
            and cells.column_name = built.column_name
            and cells.value = built.value
    where
        plan_columns.feature is not null
        and cells.value <> ''
        and built.value is null
),

final as (
    {%- for check in [
        'broken', 'missing', 'not_allowed', 'too_long', 'unknown', 'not_calculated', 'not_judged', 'not_built'
    ] %}
    select
        check_no,
        table_name,
        key_text,
        column_name,
        value,
        reason,
        what_to_do,
        stops_build
    from {{ check }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from final

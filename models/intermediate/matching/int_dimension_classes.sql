{#
    Grain: one row per dimension and value that occurs, for the dimensions that a condition names. Values that no
    condition tells apart share a class; class_code is the class number times a weight of the dimension, so that the
    sum over dimensions names a combination of classes; the part of a dimension is code % next_weight - code %
    weight. Each condition is decided once a value, never once a row (engine.md §8 C12). '' is "no value".
    Of ratios nearly every deal has its own: the bands [band_from, band_to) between the numbers that conditions name
    stand for them, each named by its least value.
#}
with

conditions as (
    select
        condition_no,
        dimension,
        operator,
        value,
        currency
    from {{ ref('int_conditions_numbered') }}
),

items as (
    select *
    from {{ ref('int_deal_items') }}
),

spans as (
    select
        span_no,
        payee_id,
        role,
        team_id,
        region,
        tenure_band,
        hired_on
    from {{ ref('int_payee_spans') }}
),

events as (
    select occurred_on
    from {{ ref('int_events') }}
    group by occurred_on
),

items_registered as (
    select item_no
    from {{ ref('int_items_registered') }}
),

rates as (
    select
        currency,
        valid_from,
        valid_to,
        rate_to_base
    from {{ ref('int_fx_rates_ranged') }}
),

used as (
    select dimension
    from conditions
    group by dimension
),

condition_items as (
    select
        condition_no,
        {{ split_rows('value', '|') }} as item
    from conditions
    where operator in ('in', 'not_in')
    union all
    select
        condition_no,
        value as item
    from conditions
    where operator not in ('in', 'not_in')
),

{% set ratios = "('" ~ ratio_dimensions() | join("', '") ~ "')" -%}
marks as (
    select
        conditions.dimension,
        case when {{ is_number('condition_items.item') }} then cast(condition_items.item as decimal(38, 10)) end as mark
    from conditions
    inner join condition_items
        on conditions.condition_no = condition_items.condition_no
    where conditions.dimension in {{ ratios }}
),

-- a number that a condition names begins a band, and so does the next one above it; union, not union all: each once
edges as (
    select
        dimension,
        cast(mark as decimal(30, 10)) as edge
    from marks
    where mark > {{ least_ratio() }} and mark < -{{ least_ratio() }}
    union
    select
        dimension,
        cast(cast(mark as decimal(30, 10)) + 0.0000000001 as decimal(30, 10)) as edge
    from marks
    where mark > {{ least_ratio() }} and mark < -{{ least_ratio() }}
    union
    select
        dimension,
        {{ least_ratio() }} as edge
    from used
    where dimension in {{ ratios }}
),

bands as (
    select
        dimension,
        cast(edge as {{ dbt.type_string() }}) as value,
        edge as band_from,
        coalesce(lead(edge) over (partition by dimension order by edge), -{{ least_ratio() }}) as band_to
    from edges
    union all
    select
        dimension,
        '' as value,
        {{ no_ratio() }} as band_from,
        {{ least_ratio() }} as band_to
    from used
    where dimension in {{ ratios }}
),

-- of every tenure that a credit could have: which credits there are depends on conditions of credit rules
hirings as (
    select hired_on
    from spans
    group by hired_on
),

occurring as (
    {%- for dimension, expression in deal_dimensions().items() if dimension not in ratio_dimensions() %}
    select
        used.dimension,
        coalesce({{ expression }}, '') as value
    from items
    inner join used
        on used.dimension = '{{ dimension }}'
    group by used.dimension, coalesce({{ expression }}, '')
    union all
    {%- endfor %}
    {%- for dimension, expression in payee_dimensions().items() %}
    select
        used.dimension,
        coalesce({{ expression }}, '') as value
    from spans
    inner join used
        on used.dimension = '{{ dimension }}'
    group by used.dimension, coalesce({{ expression }}, '')
    union all
    {%- endfor %}
    select
        used.dimension,
        'true' as value
    from items_registered
    inner join used
        on used.dimension = 'is_registered_deal'
    group by used.dimension
    union all
    select
        used.dimension,
        cast({{ dbt.datediff('hirings.hired_on', 'events.occurred_on', 'day') }} as {{ dbt.type_string() }}) as value
    from hirings
    inner join used
        on used.dimension = 'tenure_days'
    inner join events
        on hirings.hired_on <= events.occurred_on
    group by
        used.dimension,
        cast({{ dbt.datediff('hirings.hired_on', 'events.occurred_on', 'day') }} as {{ dbt.type_string() }})
    union all
    select
        dimension,
        value
    from bands
),

-- try_cast: an engine may read the parts of a value before it leaves other dimensions out
deal_sizes as (
    select
        dimension,
        value,
        split_part(value, '|', 1) as currency,
        try_cast(split_part(value, '|', 2) as date) as dealt_on,
        try_cast(split_part(value, '|', 3) as {{ money() }}) as amount
    from occurring
    where
        dimension = 'deal_size'
        and value <> ''
),

plan_currencies as (
    select currency
    from conditions
    where dimension = 'deal_size'
    group by currency
),

deal_sizes_converted as (
    select
        deal_sizes.dimension,
        deal_sizes.value,
        plan_currencies.currency,
        cast(case
            when deal_sizes.currency = plan_currencies.currency
                then deal_sizes.amount
            else {{ converted('deal_sizes.amount', 'deal_rates.rate_to_base', 'plan_rates.rate_to_base') }}
        end as {{ step() }}) as amount
    from deal_sizes
    cross join plan_currencies
    left join rates as deal_rates
        on
            deal_sizes.currency = deal_rates.currency
            and deal_sizes.dealt_on >= deal_rates.valid_from
            and deal_sizes.dealt_on < deal_rates.valid_to
    left join rates as plan_rates
        on
            plan_currencies.currency = plan_rates.currency
            and deal_sizes.dealt_on >= plan_rates.valid_from
            and deal_sizes.dealt_on < plan_rates.valid_to
),

compared as (
    select
        conditions.condition_no,
        conditions.operator,
        occurring.dimension,
        occurring.value as occurring_value,
        case
            when conditions.dimension = 'deal_size'
                then coalesce(cast(deal_sizes_converted.amount as {{ dbt.type_string() }}), '')
            else occurring.value
        end as value,
        case
            when occurring.value in ('true', 'false') then lower(condition_items.item)
            else condition_items.item
        end as item
    from occurring
    inner join conditions
        on occurring.dimension = conditions.dimension
    inner join condition_items
        on conditions.condition_no = condition_items.condition_no
    left join deal_sizes_converted
        on
            occurring.dimension = deal_sizes_converted.dimension
            and occurring.value = deal_sizes_converted.value
            and conditions.currency = deal_sizes_converted.currency
),

numbered as (
    select
        condition_no,
        operator,
        dimension,
        occurring_value,
        value,
        item,
        case
            when
                {{ is_number('value') }}
                and {{ is_number('item') }}
                then cast(value as decimal(38, 10))
        end as value_number,
        case
            when
                {{ is_number('value') }}
                and {{ is_number('item') }}
                then cast(item as decimal(38, 10))
        end as item_number
    from compared
),

tested as (
    select
        condition_no,
        operator,
        dimension,
        occurring_value,
        case
            when operator = 'is_null' then value = ''
            when operator = 'not_null' then value <> ''
            when value = '' then operator in ('ne', 'not_in')
            when operator in ('eq', 'in') then coalesce(value_number = item_number, value = item)
            when operator in ('ne', 'not_in') then not coalesce(value_number = item_number, value = item)
            when operator = 'gt' then coalesce(value_number > item_number, false)
            when operator = 'gte' then coalesce(value_number >= item_number, false)
            when operator = 'lt' then coalesce(value_number < item_number, false)
            when operator = 'lte' then coalesce(value_number <= item_number, false)
            else false
        end as holds
    from numbered
),

decided as (
    select
        condition_no,
        dimension,
        occurring_value,
        case
            when operator in ('ne', 'not_in')
                then min(case when holds then 1 else 0 end)
            else max(case when holds then 1 else 0 end)
        end as holds
    from tested
    group by condition_no, dimension, occurring_value, operator
),

signed as (
    select
        dimension,
        occurring_value as value,
        coalesce(
            {{ text_list(
                "case when holds = 1 then cast(condition_no as " ~ dbt.type_string() ~ ") end", 'condition_no'
            ) }},
            ''
        ) as signature
    from decided
    group by dimension, occurring_value
),

classed as (
    select
        dimension,
        value,
        signature,
        cast(dense_rank() over (partition by dimension order by signature) - 1 as integer) as class_no
    from signed
),

sizes as (
    select
        dimension,
        max(class_no) + 1 as class_count
    from classed
    group by dimension
),

{# Written out, dimension after dimension: for a recursion Spark would decide every condition once more a step. -#}
{% set dimensions = (deal_dimensions().keys() | list + payee_dimensions().keys() | list + ['tenure_days']) | sort -%}
counts as (
    select
        {%- for dimension in dimensions %}
        coalesce(max(case when dimension = '{{ dimension }}' then class_count end), 1) as {{ dimension }}_count,
        {%- endfor %}
        count(*) as dimension_count
    from sizes
),

{% set factors = ['1'] -%}
weights as (
    select
        sizes.dimension,
        case sizes.dimension
            {%- for dimension in dimensions %}
            when '{{ dimension }}' then {{ wide_product_of(factors) }}
            {%- do factors.append('counts.' ~ dimension ~ '_count') %}
            {%- endfor %}
        end as weight
    from sizes
    cross join counts
),

final as (
    select
        classed.dimension,
        classed.value,
        bands.band_from,
        bands.band_to,
        classed.signature,
        classed.class_no,
        cast({{ wide_product('classed.class_no', 'weights.weight') }} as {{ wide_integer() }}) as class_code,
        weights.weight,
        cast({{ wide_product('sizes.class_count', 'weights.weight') }} as {{ wide_integer() }}) as next_weight
    from classed
    left join bands
        on
            classed.dimension = bands.dimension
            and classed.value = bands.value
    inner join sizes
        on classed.dimension = sizes.dimension
    inner join weights
        on sizes.dimension = weights.dimension
)

select * from final

{#-
    plan_rows(table): the CTEs that read a plan table. Their last, `newest_rows`, has one row a key with the columns of
    plan_contract(), typed and with defaults, and broken_cells, key_text, source_file, source_row (and is_repeated where
    repeats are refused). Rows of seeds/plans are read where var use_seed_plans says so, landed ones where
    use_landed_plans does. By key a landed row wins over a seed, then the newest updated_at; of one age a deletion wins,
    else the row whose columns are greatest byte by byte: the order of arrival never decides. A winning deletion removes
    its key. Parts of a key that are missing are ''.
-#}
{% macro plan_rows(table) -%}
{%- set contract = plan_contract()[table] -%}
{%- set columns = contract.columns -%}
{%- set key = plan_key_parts(contract) | join(', ') -%}
{%- if contract.is_seed %}
-- depends_on: {{ ref(table) }}
{% endif -%}
landed_rows as (
    select
        {%- for column in columns %}
        nullif({{ column }}, '') as {{ column }},
        {%- endfor %}
        updated_at,
        is_deleted,
        true as is_landed,
        _file as source_file,
        _row as source_row
    from {{ source('plans', table) }}
    where {{ 'true' if var('use_landed_plans') else 'false' }}
),

all_rows as (
    {%- if contract.is_seed and var('use_seed_plans') %}
    select
        {%- for column in columns %}
        nullif(cast({{ column }} as {{ dbt.type_string() }}), '') as {{ column }},
        {%- endfor %}
        cast(null as timestamp) as updated_at,
        false as is_deleted,
        false as is_landed,
        'seeds/plans/{{ table }}.csv' as source_file,
        cast(null as bigint) as source_row
    from {{ ref(table) }}
    union all
    {%- endif %}
    select
        {%- for column in columns %}
        {{ column }},
        {%- endfor %}
        updated_at,
        is_deleted,
        is_landed,
        source_file,
        source_row
    from landed_rows
),

parsed_rows as (
    select
        {%- for column, cell in columns.items() %}
        {{ column }} as {{ column }}_as_written,
        {{ plan_cell(cell.type, column) }} as {{ column }},
        {%- endfor %}
        updated_at,
        is_deleted,
        is_landed,
        source_file,
        source_row
    from all_rows
),

versions as (
    select
        parsed_rows.*,
        {%- if contract.refuses_repeats %}
        min({{ plan_content(contract) }}) over (
            partition by {{ key }}, is_landed, updated_at
        ) <> max({{ plan_content(contract) }}) over (
            partition by {{ key }}, is_landed, updated_at
        ) as is_repeated,
        {%- endif %}
        row_number() over (
            partition by {{ key }}
            order by
                is_landed desc,
                updated_at desc nulls last,
                is_deleted desc
                {%- for column in columns %},
                {{ column }}_as_written desc nulls last
                {%- endfor %},
                source_file asc nulls last,
                source_row asc nulls last
        ) as version_no
    from parsed_rows
),

newest_rows as (
    select
        {%- for column, cell in columns.items() %}
        {%- if cell.default is defined %}
        coalesce({{ column }}, cast('{{ cell.default }}' as {{ plan_cell_type(cell.type) }})) as {{ column }},
        {%- elif column in contract.key and cell.type == 'text' %}
        coalesce({{ column }}, '') as {{ column }},
        {%- else %}
        {{ column }},
        {%- endif %}
        {%- endfor %}
        substring(concat(
            {%- for column, cell in columns.items() if cell.type != 'text' %}
            case when {{ column }} is null and {{ column }}_as_written is not null
                {%- if column == 'valid_to' %}
                and {{ column }}_as_written not in ('9999-12-31', '9999/12/31')
                {%- endif %}
                then concat(chr(10), '{{ column }}=', replace({{ column }}_as_written, chr(10), ' ')) else '' end,
            {%- endfor %}
            ''
        ), 2) as broken_cells,
        {%- if contract.refuses_repeats %}
        is_repeated,
        {%- endif %}
        concat_ws('/', {{ key }}) as key_text,
        source_file,
        source_row
    from versions
    where
        version_no = 1
        and not is_deleted
)
{%- endmacro %}

{#- The parts of a key as they are compared: 0 and 0.0 are one tier; what breaks its type stands as written. -#}
{% macro plan_key_parts(contract) -%}
{%- set parts = [] -%}
{%- for column in contract.key -%}
{%- set value = plan_cell_text(contract.columns[column].type, column) -%}
{%- do parts.append('coalesce(' ~ value ~ ', ' ~ column ~ "_as_written, '')") -%}
{%- endfor -%}
{{ return(parts) }}
{%- endmacro %}

{#- What a row says beside its key, as one text; nothing for a deletion. -#}
{% macro plan_content(contract) -%}
case when not is_deleted then concat(
    {%- for column, cell in contract.columns.items() if column not in contract.key -%}
    coalesce({{ plan_cell_text(cell.type, column) }}, {{ column }}_as_written, ''), '|'{{ ', ' if not loop.last }}
    {%- endfor -%}
) end
{%- endmacro %}

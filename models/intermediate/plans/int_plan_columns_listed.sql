{# Grain: one row per plan table and column: what the contract asks of its cells, and what of it this version builds. #}
with

contract (
    table_name, column_name, type_in_words, is_required, allowed_values, names, is_factor
) as (
    values
    {%- for table, contract in plan_contract().items() %}
    {%- set last_table = loop.last %}
    {%- for column, cell in contract.columns.items() %}
    (
        '{{ table }}', '{{ column }}', '{{ plan_type_words(cell.type) }}',
        {{ cell.required | default(false) | lower }},
        '{{ cell.allowed | default("") }}',
        '{{ cell.names | default("") }}',
        {{ cell.is_factor | default(false) | lower }}
    ){{ ',' if not (loop.last and last_table) }}
    {%- endfor %}
    {%- endfor %}
),

supported as (
    select
        table_name,
        column_name,
        coalesce(built_values, '') as built_values,
        feature,
        stops_build
    from {{ ref('supported') }}
),

final as (
    select
        contract.table_name,
        contract.column_name,
        contract.type_in_words,
        contract.is_required,
        contract.allowed_values,
        contract.names,
        contract.is_factor,
        supported.built_values,
        supported.feature,
        supported.stops_build,
        contract.is_required
        or contract.allowed_values <> ''
        or contract.names <> ''
        or contract.is_factor
        or supported.feature is not null as is_checked
    from contract
    left join supported
        on
            contract.table_name = supported.table_name
            and contract.column_name = supported.column_name
)

select * from final

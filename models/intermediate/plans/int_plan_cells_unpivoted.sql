{# Grain: one row per plan table, row and column that the plan check looks at: the cell as text, '' where empty. #}
{{ config(meta={'increments': plan_tables(plan_contract())}) }}
with

columns_checked as (
    select
        table_name,
        column_name
    from {{ ref('int_plan_columns_listed') }}
    where is_checked
),

{% for table, contract in plan_contract().items() -%}
{{ table }}_rows as (
    select *
    from {{ ref('stg_plans__' ~ table) }}
),

{% endfor -%}

all_cells as (
    {%- for table, contract in plan_contract().items() %}
    select
        columns_checked.table_name,
        plan_rows.key_text,
        columns_checked.column_name,
        plan_rows.broken_cells,
        case columns_checked.column_name
            {%- for column, cell in contract.columns.items() %}
            when '{{ column }}' then {{ plan_cell_text(cell.type, 'plan_rows.' ~ column) }}
            {%- endfor %}
        end as value
    from {{ table }}_rows as plan_rows
    inner join columns_checked
        on columns_checked.table_name = '{{ table }}'
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        table_name,
        key_text,
        column_name,
        coalesce(value, '') as value
    from all_cells
    -- a cell that breaks its type is named for that alone
    where position(concat(chr(10), column_name, '=') in concat(chr(10), broken_cells)) = 0
)

select * from final

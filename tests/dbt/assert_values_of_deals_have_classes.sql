{# Every value that a deal bears, of a dimension that a condition names, has a class: else it would be of the first. #}
{{ config(meta={'dagster': {'ref': {'name': 'int_dimension_classes'}}}) }}
with

conditions as (
    select dimension
    from {{ ref('int_conditions_numbered') }}
    group by dimension
),

classes as (
    select
        dimension,
        value
    from {{ ref('int_dimension_classes') }}
),

{{ item_details() }},

occurring as (
    {%- for dimension, expression in deal_dimensions().items() if dimension not in number_dimensions() %}
    select
        conditions.dimension,
        coalesce({{ expression }}, '') as value,
        min(items.item_id) as item_id
    from {{ ref('int_deal_items') }} as items
    inner join conditions
        on conditions.dimension = '{{ dimension }}'
    {{- item_details_joined(expression) }}
    group by conditions.dimension, coalesce({{ expression }}, '')
    {{- ' union all' if not loop.last }}
    {%- endfor %}
)

select
    occurring.dimension,
    occurring.value,
    occurring.item_id
from occurring
left join classes
    on
        occurring.dimension = classes.dimension
        and occurring.value = classes.value
where classes.value is null

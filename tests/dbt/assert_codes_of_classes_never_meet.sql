{#
    Sums of class codes name combinations: a dimension begins to weigh where the one before it ends, and ends where its classes do.
#}
{{ config(meta={'dagster': {'ref': {'name': 'int_dimension_classes'}}}) }}
with

classes as (
    select
        dimension,
        class_no,
        class_code,
        weight,
        next_weight
    from {{ ref('int_dimension_classes') }}
),

dimensions as (
    select
        dimension,
        weight,
        next_weight,
        max(class_no) + 1 as class_count
    from classes
    group by dimension, weight, next_weight
),

followed as (
    select
        dimension,
        weight,
        next_weight,
        class_count,
        lag(next_weight) over (order by dimension) as begins_at
    from dimensions
)

select
    followed.dimension,
    followed.begins_at,
    followed.weight,
    followed.next_weight,
    classes.class_code
from followed
inner join classes
    on followed.dimension = classes.dimension
where
    followed.weight <> coalesce(followed.begins_at, 1)
    or followed.next_weight <> {{ wide_product('followed.weight', 'followed.class_count') }}
    or classes.class_code <> {{ wide_product('followed.weight', 'classes.class_no') }}

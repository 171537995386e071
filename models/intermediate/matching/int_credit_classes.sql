{#
    Grain: one row per received credit: the code of the combination of value classes of its deal, its payee and its
    day.
#}
with

tenure_classes as (
    select
        value,
        class_code
    from {{ ref('int_dimension_classes') }}
    where dimension = 'tenure_days'
),

credits as (
    select
        credit_no,
        item_no,
        span_no,
        occurred_on
    from {{ ref('int_credits_allocated') }}
    where span_no is not null
),

item_classes as (
    select
        item_no,
        class_code,
        registrant_kind,
        registrant_id,
        registered_code
    from {{ ref('int_item_classes') }}
),

span_classes as (
    select
        span_no,
        payee_kind,
        payee_id,
        hired_on,
        class_code
    from {{ ref('int_span_classes') }}
),

final as (
    select
        credits.credit_no,
        {{ credit_class_code() }} as class_code
    from credits
    {{- credit_classes_joined('credits') }}
)

select * from final

{#
    Grain: one row per received credit that a component of its payee, or of a leader, counts on some day, conditions aside: what matching and rating
    read of it, and the code of the combination of value classes of its deal, its payee and its day. Additive: value, over rows of one currency.
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
        class_code,
        span_no,
        measure_no,
        payee_no,
        value,
        currency,
        share,
        entry_ratio,
        occurred_on,
        rate_on,
        credit_kind = 'direct' as is_direct
    from {{ ref('int_credits_payable') }}
),

items_registered as (
    select
        item_no,
        registrant_kind,
        registrant_id,
        is_order_dealer,
        registered_code
    from {{ ref('int_items_registered') }}
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

component_days as (
    select
        payee_no,
        measure_no,
        counts_team
    from {{ ref('int_component_days') }}
),

led_spans as (
    select
        payee_no,
        member_payee_no
    from {{ ref('int_led_spans') }}
),

components_counting as (
    select
        payee_no,
        measure_no
    from component_days
    where not counts_team
    union
    select
        led_spans.member_payee_no as payee_no,
        component_days.measure_no
    from component_days
    inner join led_spans
        on component_days.payee_no = led_spans.payee_no
    where component_days.counts_team
),

counted as (
    select
        credits.credit_no,
        credits.item_no,
        credits.class_code,
        credits.span_no,
        credits.payee_no,
        credits.measure_no,
        credits.value,
        credits.currency,
        credits.share,
        credits.entry_ratio,
        credits.occurred_on,
        credits.rate_on,
        credits.is_direct
    from credits
    inner join components_counting
        on
            credits.payee_no = components_counting.payee_no
            and credits.measure_no = components_counting.measure_no
),

final as (
    select
        counted.credit_no,
        counted.payee_no,
        counted.span_no,
        counted.measure_no,
        {{ credit_class_code('counted') }} as class_code,
        counted.value,
        counted.currency,
        counted.share,
        counted.entry_ratio,
        counted.occurred_on,
        counted.rate_on,
        counted.is_direct
    from counted
    {{- credit_classes_joined('counted') }}
)

select * from final

{#
    Grain: one row per received credit that a component of its payee counts on some day, conditions aside: what matching and rating
    read of it, and the code of the combination of value classes of its deal, its payee and its day. Additive: value, over rows of one currency.
#}
with

classes as (
    select
        dimension,
        value,
        band_from,
        band_to,
        class_code
    from {{ ref('int_dimension_classes') }}
),

credits as (
    select
        credit_no,
        item_no,
        span_no,
        measure_no,
        payee_no,
        value,
        currency,
        share,
        entry_ratio,
        occurred_on,
        rate_on
    from {{ ref('int_credits_allocated') }}
    where span_no is not null
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

counted as (
    select
        payee_no,
        measure_no
    from {{ ref('int_component_days') }}
    group by payee_no, measure_no
),

items_classed as (
    select
        items.item_no,
        {{ class_code(deal_dimensions()) }} as class_code
    from items
    {{- classes_joined(deal_dimensions()) }}
),

spans_classed as (
    select
        spans.span_no,
        spans.hired_on,
        {{ class_code(payee_dimensions()) }} as class_code
    from spans
    {{- classes_joined(payee_dimensions()) }}
),

final as (
    select
        credits.credit_no,
        credits.payee_no,
        credits.measure_no,
        cast(
            items_classed.class_code + spans_classed.class_code + coalesce(tenure_classes.class_code, 0)
            as {{ wide_integer() }}
        ) as class_code,
        credits.value,
        credits.currency,
        credits.share,
        credits.entry_ratio,
        credits.occurred_on,
        credits.rate_on
    from credits
    inner join counted
        on
            credits.payee_no = counted.payee_no
            and credits.measure_no = counted.measure_no
    inner join items_classed
        on credits.item_no = items_classed.item_no
    inner join spans_classed
        on credits.span_no = spans_classed.span_no
    left join classes as tenure_classes
        on
            tenure_classes.dimension = 'tenure_days'
            and cast(
                {{ dbt.datediff('spans_classed.hired_on', 'credits.occurred_on', 'day') }} as {{ dbt.type_string() }}
            ) = tenure_classes.value
)

select * from final

{#
    Grain: one row per received credit: the code of the combination of value classes of its deal, its payee and its
    day.
#}
with

classes as (
    select
        dimension,
        value,
        class_code
    from {{ ref('int_dimension_classes') }}
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
        cast(
            items_classed.class_code + spans_classed.class_code + coalesce(tenure_classes.class_code, 0)
            as {{ wide_integer() }}
        ) as class_code
    from credits
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

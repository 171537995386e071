{#
    Grain: one row per account, payee, channel, region and product line with revenue in the twelve months up to as_of. Additive: all figures, in the base
    currency. Direct credits alone, so that a deal counts once; the region is the credited payee's of the day. '' is an account, region or product line that is
    not known. revenue_costed: that of lines with a cost, which alone have a margin.
#}
{{ config(meta={'increments': credits_by_payee('payee_no')}) }}
with

parameters as (
    select
        as_of_on,
        cast({{ dbt.dateadd('month', -12, 'as_of_on') }} as date) as since_on
    from {{ ref('int_run_parameters') }}
),

credits as (
    select
        item_no,
        measure_no,
        payee_no,
        span_no,
        value,
        currency,
        occurred_on,
        rate_on
    from {{ ref('int_credits_allocated') }}
    where
        span_no is not null
        and credit_kind = 'direct'
),

measures as (
    select
        measure_no,
        measure
    from {{ ref('measures') }}
    where measure in ('revenue_booked', 'margin_booked')
),

costed_items as (
    select item_no
    from {{ ref('int_events') }}
    where measure = 'margin_booked'
    group by item_no
),

items as (
    select
        item_no,
        account_id,
        channel,
        product_line
    from {{ ref('int_deal_items') }}
    where item_kind = 'order_line'
),

spans as (
    select
        span_no,
        region
    from {{ ref('int_payee_spans') }}
),

rates as (
    select
        currency,
        valid_from,
        valid_to,
        rate_to_base
    from {{ ref('int_fx_rates_ranged') }}
),

in_base as (
    select
        measures.measure,
        credits.item_no,
        credits.payee_no,
        credits.span_no,
        case
            when credits.currency = '{{ var("base_currency") }}' then cast(credits.value as {{ step() }})
            else {{ mul10('credits.value', 'rates.rate_to_base') }}
        end as value_base
    from credits
    inner join measures
        on credits.measure_no = measures.measure_no
    inner join parameters
        on
            credits.occurred_on > parameters.since_on
            and credits.occurred_on <= parameters.as_of_on
    inner join rates
        on
            credits.currency = rates.currency
            and credits.rate_on >= rates.valid_from
            and credits.rate_on < rates.valid_to
),

final as (
    select
        coalesce(items.account_id, '') as account_id,
        in_base.payee_no,
        items.channel,
        coalesce(spans.region, '') as region,
        coalesce(items.product_line, '') as product_line,
        cast(sum(
            case when in_base.measure = 'revenue_booked' then in_base.value_base else 0 end
        ) as {{ step() }}) as revenue,
        cast(sum(
            case
                when in_base.measure = 'revenue_booked' and costed_items.item_no is not null then in_base.value_base
                else 0
            end
        ) as {{ step() }}) as revenue_costed,
        cast(sum(
            case when in_base.measure = 'margin_booked' then in_base.value_base else 0 end
        ) as {{ step() }}) as margin
    from in_base
    inner join items
        on in_base.item_no = items.item_no
    inner join spans
        on in_base.span_no = spans.span_no
    left join costed_items
        on in_base.item_no = costed_items.item_no
    group by
        coalesce(items.account_id, ''),
        in_base.payee_no,
        items.channel,
        coalesce(spans.region, ''),
        coalesce(items.product_line, '')
)

select * from final

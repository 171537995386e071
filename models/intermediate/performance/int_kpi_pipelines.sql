{#
    Grain: one row per period (month, quarter) and payee span with a quota of revenue_booked for the period after. Additive: numerator,
    denominator, within one period. numerator: amounts of opportunities open at the period's end, or on as_of while it runs, and expected
    to close in the period after; denominator: its quota; both in the base currency (engine.md §8 A13).
#}
with

periods as (
    select
        period,
        period_start,
        period_end
    from {{ ref('int_calendar_periods') }}
    where period in ('month', 'quarter')
),

quotas as (
    select
        payee_no,
        period,
        period_start,
        period_end,
        rate_to_base,
        full_quota
    from {{ ref('int_kpi_quotas') }}
),

opportunities as (
    select
        owner_user_id,
        amount,
        currency,
        is_closed,
        created_on,
        closed_on,
        expected_close_on
    from {{ ref('int_opportunities') }}
    where
        expected_close_on is not null
        and (closed_on is not null or not is_closed)
),

rates as (
    select
        currency,
        valid_from,
        valid_to,
        rate_to_base
    from {{ ref('int_fx_rates_ranged') }}
),

spans as (
    select
        span_no,
        payee_no,
        payee_id,
        valid_from,
        valid_to
    from {{ ref('int_payee_spans') }}
),

parameters as (
    select as_of_on
    from {{ ref('int_run_parameters') }}
),

seen as (
    select
        periods.period,
        periods.period_start,
        periods.period_end as next_start,
        quotas.period_end as next_end,
        least(
            cast({{ dbt.dateadd('day', -1, 'periods.period_end') }} as date), parameters.as_of_on
        ) as seen_on,
        quotas.payee_no,
        {{ mul10('quotas.full_quota', 'quotas.rate_to_base') }} as denominator
    from periods
    inner join parameters
        on periods.period_start <= parameters.as_of_on
    inner join quotas
        on
            periods.period = quotas.period
            and periods.period_end = quotas.period_start
),

owned as (
    select
        seen.period,
        seen.period_start,
        seen.next_start,
        seen.next_end,
        seen.seen_on,
        seen.denominator,
        spans.span_no,
        spans.payee_id
    from seen
    inner join spans
        on
            seen.payee_no = spans.payee_no
            and seen.seen_on >= spans.valid_from
            and seen.seen_on < spans.valid_to
),

open_amounts as (
    select
        owned.period,
        owned.period_start,
        owned.span_no,
        sum({{ mul10('opportunities.amount', 'rates.rate_to_base') }}) as amount_base
    from owned
    inner join opportunities
        on
            owned.payee_id = opportunities.owner_user_id
            and owned.seen_on >= opportunities.created_on
            and (opportunities.closed_on is null or owned.seen_on < opportunities.closed_on)
            and owned.next_start <= opportunities.expected_close_on
            and owned.next_end > opportunities.expected_close_on
    inner join rates
        on
            opportunities.currency = rates.currency
            and owned.seen_on >= rates.valid_from
            and owned.seen_on < rates.valid_to
    where opportunities.amount is not null
    group by owned.period, owned.period_start, owned.span_no
),

final as (
    select
        owned.period,
        owned.period_start,
        owned.span_no,
        cast(coalesce(open_amounts.amount_base, 0) as {{ step() }}) as numerator,
        cast(owned.denominator as {{ step() }}) as denominator
    from owned
    left join open_amounts
        on
            owned.period = open_amounts.period
            and owned.period_start = open_amounts.period_start
            and owned.span_no = open_amounts.span_no
)

select * from final

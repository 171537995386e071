{#
    Grain: one row per dealer, component and period: what he ordered and sold on in it, what the component measures, the tier reached and the
    rebate. Additive: earned, due, within a currency; sell_in and sell_through not over components. earned: lines of the component with its cap
    or floor; due: with what is held back, released and taken back, too, also in periods in which the dealer is no longer on the plan. Live: an
    open period shows what as_of knows.
#}
{{ config(meta={'increments': lines_by_dealer()}) }}
with

groups as (
    select
        group_no,
        payee_no,
        payee_id,
        plan_id,
        component_id,
        measure,
        period,
        period_start,
        period_end,
        tier_key,
        actual,
        quota,
        attainment,
        growth_base,
        total,
        currency
    from {{ ref('int_payout_groups') }}
),

components as (
    select
        component_id,
        plan_id,
        measure,
        period,
        tier_key,
        currency
    from {{ ref('int_components_numbered') }}
),

payees as (
    select
        payee_no,
        payee_id
    from {{ ref('int_payee_spans') }}
    where payee_kind = 'dealer'
    group by payee_no, payee_id
),

calendar as (
    select
        period,
        period_start,
        period_end
    from {{ ref('int_calendar_periods') }}
),

ranked as (
    select
        group_no,
        rate,
        next_tier_from,
        gap_to_next_tier
    from {{ ref('int_attainment_ranked') }}
),

totals as (
    select
        group_no,
        total
    from {{ ref('int_payout_totals') }}
),

lines as (
    select
        payee_id,
        component_id,
        period_start,
        amount
    from {{ ref('fct_payout_lines') }}
),

credits as (
    select
        event_no,
        fact_no,
        payee_no,
        occurred_on,
        value,
        currency,
        rate_on
    from {{ ref('int_credits_allocated') }}
    where span_no is not null
),

events as (
    select
        event_no,
        fact_no,
        measure
    from {{ ref('int_events') }}
    where measure in ('dealer_sell_in', 'dealer_sell_through')
),

rates as (
    select
        currency,
        valid_from,
        valid_to,
        rate_to_base
    from {{ ref('int_fx_rates_ranged') }}
),

due as (
    select
        payee_id,
        component_id,
        period_start,
        sum(amount) as due
    from lines
    group by payee_id, component_id, period_start
),

-- what is released or taken back after the dealer has left the plan
due_later as (
    select
        payees.payee_no,
        due.payee_id,
        due.component_id,
        due.period_start
    from due
    inner join payees
        on due.payee_id = payees.payee_id
    left join groups
        on
            payees.payee_no = groups.payee_no
            and due.component_id = groups.component_id
            and due.period_start = groups.period_start
    where groups.group_no is null
),

dealers as (
    select groups.*
    from groups
    inner join payees
        on groups.payee_no = payees.payee_no
    union all
    select
        cast(null as integer) as group_no,
        due_later.payee_no,
        due_later.payee_id,
        components.plan_id,
        components.component_id,
        components.measure,
        components.period,
        due_later.period_start,
        calendar.period_end,
        components.tier_key,
        cast(0 as {{ step() }}) as actual,
        cast(null as decimal(28, 6)) as quota,
        cast(null as {{ step() }}) as attainment,
        cast(null as {{ step() }}) as growth_base,
        cast(0 as {{ step() }}) as total,
        components.currency
    from due_later
    inner join components
        on due_later.component_id = components.component_id
    inner join calendar
        on
            components.period = calendar.period
            and due_later.period_start = calendar.period_start
),

periods as (
    select
        payee_no,
        period,
        period_start,
        period_end,
        currency
    from dealers
    group by payee_no, period, period_start, period_end, currency
),

moved as (
    select
        periods.payee_no,
        periods.period,
        periods.period_start,
        periods.currency as plan_currency,
        events.measure,
        credits.value,
        credits.currency,
        credits.rate_on
    from periods
    inner join credits
        on
            periods.payee_no = credits.payee_no
            and periods.period_start <= credits.occurred_on
            and periods.period_end > credits.occurred_on
    inner join events
        on
            credits.event_no = events.event_no
            and credits.fact_no = events.fact_no
),

converted as (
    select
        moved.payee_no,
        moved.period,
        moved.period_start,
        moved.plan_currency,
        moved.measure,
        {{ in_plan_currency('moved') }} as value
    from moved
    {{- plan_rates_joined('moved') }}
),

volumes as (
    select
        payee_no,
        period,
        period_start,
        plan_currency,
        sum(case when measure = 'dealer_sell_in' then value end) as sell_in,
        sum(case when measure = 'dealer_sell_through' then value end) as sell_through
    from converted
    group by payee_no, period, period_start, plan_currency
),

final as (
    select
        dealers.payee_id as dealer_id,
        dealers.plan_id,
        dealers.component_id,
        dealers.measure,
        dealers.period,
        dealers.period_start,
        cast(coalesce(volumes.sell_in, 0) as {{ step() }}) as sell_in,
        cast(coalesce(volumes.sell_through, 0) as {{ step() }}) as sell_through,
        dealers.tier_key,
        dealers.actual,
        dealers.quota,
        dealers.attainment,
        dealers.growth_base,
        cast({{ quotient10('dealers.total', 'dealers.growth_base') }} - 1 as {{ step() }}) as growth,
        ranked.rate,
        ranked.next_tier_from,
        ranked.gap_to_next_tier,
        cast(coalesce(totals.total, 0) as {{ money() }}) as earned,
        cast(coalesce(due.due, 0) as {{ money() }}) as due,
        dealers.currency
    from dealers
    left join ranked
        on dealers.group_no = ranked.group_no
    left join totals
        on dealers.group_no = totals.group_no
    left join volumes
        on
            dealers.payee_no = volumes.payee_no
            and dealers.period = volumes.period
            and dealers.period_start = volumes.period_start
            and dealers.currency = volumes.plan_currency
    left join due
        on
            dealers.payee_id = due.payee_id
            and dealers.component_id = due.component_id
            and dealers.period_start = due.period_start
)

select * from final

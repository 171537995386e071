{#
    Grain: one row per payee, plan and period with a day on the plan, a line, or something posted or pending. Additive: the amounts, within a
    currency; payable_base. payable = earned + adjustments + held + released + clawed_back + draw + recovered + manual (engine.md §8 F6). status
    closed: the amounts are what the close posted, and stay so; estimate: what is calculated now, and what is pending for the period.
#}
with

calculated as (
    select
        payee_id,
        plan_id,
        period,
        period_start,
        earned,
        held,
        released,
        clawed_back,
        draw,
        recovered,
        manual,
        currency,
        payable_base
    from {{ ref('int_statements_calculated') }}
),

periods_closed as (
    select
        plan_id,
        period_start
    from {{ ref('int_periods_closed') }}
),

posted as (
    select
        payee_id,
        plan_id,
        period,
        posted_period_start,
        line_kind,
        amount,
        amount_base,
        currency
    from {{ ref('fct_payout_ledger') }}
),

pending as (
    select
        payee_id,
        plan_id,
        period,
        posts_into_period_start,
        amount,
        amount_base,
        currency
    from {{ ref('rpt_pending_adjustments') }}
),

payees as (
    select
        payee_id,
        payee_name
    from {{ ref('int_payees_named') }}
),

parts as (
    select
        calculated.payee_id,
        calculated.plan_id,
        calculated.period,
        calculated.period_start,
        calculated.currency,
        false as is_closed,
        calculated.earned,
        cast(0 as {{ money() }}) as adjustments,
        calculated.held,
        calculated.released,
        calculated.clawed_back,
        calculated.draw,
        calculated.recovered,
        calculated.manual,
        coalesce(calculated.payable_base, 0) as amount_base,
        case when calculated.payable_base is null then 1 else 0 end as missing_count
    from calculated
    left join periods_closed
        on
            calculated.plan_id = periods_closed.plan_id
            and calculated.period_start = periods_closed.period_start
    where periods_closed.plan_id is null
    union all
    -- in whose closed period nothing was posted: a statement that says so
    select
        calculated.payee_id,
        calculated.plan_id,
        calculated.period,
        calculated.period_start,
        calculated.currency,
        true as is_closed,
        {{ without(
            ['earned', 'adjustments', 'held', 'released', 'clawed_back', 'draw', 'recovered', 'manual'], money(), 0
        ) }},
        cast(0 as {{ money() }}) as amount_base,
        0 as missing_count
    from calculated
    inner join periods_closed
        on
            calculated.plan_id = periods_closed.plan_id
            and calculated.period_start = periods_closed.period_start
    union all
    select
        payee_id,
        plan_id,
        period,
        posted_period_start as period_start,
        currency,
        true as is_closed,
        case when line_kind in ('earning', 'cap', 'floor') then amount else 0 end as earned,
        case when line_kind = 'adjustment' then amount else 0 end as adjustments,
        case when line_kind = 'hold' then amount else 0 end as held,
        case when line_kind = 'release' then amount else 0 end as released,
        case when line_kind in ('clawback', 'clawback_return') then amount else 0 end as clawed_back,
        case when line_kind = 'draw' then amount else 0 end as draw,
        case when line_kind = 'draw_recovery' then amount else 0 end as recovered,
        case when line_kind = 'manual' then amount else 0 end as manual,
        coalesce(amount_base, 0) as amount_base,
        case when amount_base is null then 1 else 0 end as missing_count
    from posted
    union all
    select
        payee_id,
        plan_id,
        period,
        posts_into_period_start as period_start,
        currency,
        false as is_closed,
        cast(0 as {{ money() }}) as earned,
        amount as adjustments,
        {{ without(['held', 'released', 'clawed_back', 'draw', 'recovered', 'manual'], money(), 0) }},
        coalesce(amount_base, 0) as amount_base,
        case when amount_base is null then 1 else 0 end as missing_count
    from pending
),

added as (
    select
        payee_id,
        plan_id,
        period,
        period_start,
        currency,
        is_closed,
        cast(sum(earned) as {{ money() }}) as earned,
        cast(sum(adjustments) as {{ money() }}) as adjustments,
        cast(sum(held) as {{ money() }}) as held,
        cast(sum(released) as {{ money() }}) as released,
        cast(sum(clawed_back) as {{ money() }}) as clawed_back,
        cast(sum(draw) as {{ money() }}) as draw,
        cast(sum(recovered) as {{ money() }}) as recovered,
        cast(sum(manual) as {{ money() }}) as manual,
        cast(case when sum(missing_count) = 0 then sum(amount_base) end as {{ money() }}) as payable_base
    from parts
    group by payee_id, plan_id, period, period_start, currency, is_closed
),

final as (
    select
        added.payee_id,
        coalesce(payees.payee_name, added.payee_id) as payee_name,
        added.plan_id,
        added.period,
        added.period_start,
        case when added.is_closed then 'closed' else 'estimate' end as status,
        added.earned,
        added.adjustments,
        added.held,
        added.released,
        added.clawed_back,
        added.draw,
        added.recovered,
        added.manual,
        cast(
            added.earned + added.adjustments + added.held + added.released + added.clawed_back
            + added.draw + added.recovered + added.manual as {{ money() }}
        ) as payable,
        added.currency,
        added.payable_base
    from added
    left join payees
        on added.payee_id = payees.payee_id
)

select * from final

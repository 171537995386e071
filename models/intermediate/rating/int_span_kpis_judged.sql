{#
    Grain: one row per group and KPI of its gates and scorecards that does not add up over periods, of the payee or (is_of_team) of his team and
    the teams below it. repurchase_rate: an account counts once a payee and span, on the day of its first order there. pipeline_coverage: what is
    open on the span's last day, or on as_of while it runs, over the whole quota of the period after, in the plan's currency (engine.md §8 A13).
    Not additive.
#}
with

groups as (
    select
        group_no,
        component_no,
        component_id,
        plan_id,
        payee_no,
        currency,
        accumulate,
        period,
        period_start
    from {{ ref('int_payout_groups') }}
),

group_spans as (
    select
        group_no,
        part_period_start
    from {{ ref('int_group_spans') }}
),

gates as (
    select
        component_no,
        gate_measure,
        gate_subject
    from {{ ref('int_gates') }}
    where is_kpi
),

scorecards as (
    select
        component_id,
        measure
    from {{ ref('stg_plans__plan_scorecard_kpis') }}
),

-- where nobody is judged by repurchases, nothing sold is looked for
repurchases_judged as (
    select distinct true as is_any
    from (
        select gate_measure as kpi
        from gates
        union all
        select measure as kpi
        from scorecards
    ) as kpis
    where kpi = 'repurchase_rate'
),

plan_periods as (
    select
        plan_id,
        payee_no,
        payee_id,
        period_start,
        team_id
    from {{ ref('int_plan_periods') }}
),

periods as (
    select
        period,
        period_start,
        period_end
    from {{ ref('int_calendar_periods') }}
),

parameters as (
    select as_of_on
    from {{ ref('int_run_parameters') }}
),

spans as (
    select
        span_no,
        payee_id,
        team_id,
        valid_from,
        valid_to
    from {{ ref('int_payee_spans') }}
),

team_ancestors as (
    select
        team_id,
        ancestor_team_id
    from {{ ref('int_team_ancestors') }}
),

credits as (
    select
        credits.event_no,
        credits.item_no,
        credits.measure_no,
        credits.payee_no,
        credits.span_no
    from {{ ref('int_credits_payable') }} as credits
    cross join repurchases_judged
    where
        credits.span_no is not null
        and credits.credit_kind = 'direct'
),

measures as (
    select measure_no
    from {{ ref('measures') }}
    where measure = 'revenue_booked'
),

events as (
    select events.event_no
    from {{ ref('int_events') }} as events
    cross join repurchases_judged
    where
        events.measure = 'revenue_booked'
        and not events.is_return
),

order_lines as (
    select
        order_lines.line_no,
        order_lines.order_line_id,
        order_lines.ordered_on
    from {{ ref('int_order_lines') }} as order_lines
    cross join repurchases_judged
),

lines as (
    select
        order_lines.order_line_id,
        order_lines.order_id
    from {{ ref('stg_erp__order_lines') }} as order_lines
    cross join repurchases_judged
),

orders as (
    select
        orders.order_id,
        orders.account_id,
        orders.ordered_at,
        {{ company_date('orders.ordered_at') }} as ordered_on,
        orders.status
    from {{ ref('stg_erp__orders') }} as orders
    cross join repurchases_judged
    where orders.account_id is not null
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
        and amount is not null
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

payee_quotas as (
    select
        payee_no,
        period,
        period_start,
        quota
    from {{ ref('int_payee_quotas') }}
    where
        measure = 'revenue_booked'
        and not counts_team
),

team_quotas as (
    select
        subject_id as team_id,
        period,
        period_start,
        quota
    from {{ ref('int_quotas_by_period') }}
    where
        subject_kind = 'team'
        and measure = 'revenue_booked'
),

asked as (
    select
        groups.group_no,
        gates.gate_measure as kpi,
        gates.gate_subject = 'team' as is_of_team
    from groups
    inner join gates
        on groups.component_no = gates.component_no
    where gates.gate_measure in ('repurchase_rate', 'pipeline_coverage')
    -- a gate and a scorecard may ask the same
    union
    select
        groups.group_no,
        scorecards.measure as kpi,
        false as is_of_team
    from groups
    inner join scorecards
        on groups.component_id = scorecards.component_id
    where scorecards.measure in ('repurchase_rate', 'pipeline_coverage')
),

years_begun as (
    select
        group_no,
        min(part_period_start) as begins_on
    from group_spans
    group by group_no
),

judged as (
    select
        asked.group_no,
        asked.kpi,
        asked.is_of_team,
        groups.payee_no,
        plan_periods.payee_id,
        plan_periods.team_id,
        groups.currency,
        groups.period,
        coalesce(years_begun.begins_on, groups.period_start) as begins_on,
        periods.period_end
    from asked
    inner join groups
        on asked.group_no = groups.group_no
    inner join plan_periods
        on
            groups.plan_id = plan_periods.plan_id
            and groups.payee_no = plan_periods.payee_no
            and groups.period_start = plan_periods.period_start
    inner join periods
        on
            groups.period = periods.period
            and groups.period_start = periods.period_start
    left join years_begun
        on groups.group_no = years_begun.group_no
),

items as (
    select
        order_lines.line_no as item_no,
        lines.order_id,
        orders.account_id,
        order_lines.ordered_on as dealt_on
    from orders
    inner join lines
        on orders.order_id = lines.order_id
    inner join order_lines
        on lines.order_line_id = order_lines.order_line_id
),

{{ orders_sequenced('orders') }},

{{ orders_credited() }},

members as (
    select
        judged.group_no,
        judged.is_of_team,
        orders_credited.payee_no,
        orders_credited.account_id,
        min(orders_credited.span_no) as span_no,
        min(orders_credited.repurchase_count) as repurchase_count
    from judged
    inner join orders_credited
        on
            judged.payee_no = orders_credited.payee_no
            and judged.begins_on <= orders_credited.dealt_on
            and judged.period_end > orders_credited.dealt_on
    where
        judged.kpi = 'repurchase_rate'
        and not judged.is_of_team
    group by judged.group_no, judged.is_of_team, orders_credited.payee_no, orders_credited.account_id
),

-- teams are asked once for all who are in them
teams_judged as (
    select
        team_id,
        begins_on,
        period_end
    from judged
    where
        kpi = 'repurchase_rate'
        and is_of_team
    group by team_id, begins_on, period_end
),

spans_judged as (
    select
        begins_on,
        period_end
    from teams_judged
    group by begins_on, period_end
),

accounts_in_spans as (
    select
        spans_judged.begins_on,
        spans_judged.period_end,
        min(orders_credited.span_no) as span_no,
        min(orders_credited.repurchase_count) as repurchase_count
    from spans_judged
    inner join orders_credited
        on
            spans_judged.begins_on <= orders_credited.dealt_on
            and spans_judged.period_end > orders_credited.dealt_on
    group by
        spans_judged.begins_on, spans_judged.period_end, orders_credited.payee_no, orders_credited.account_id
),

teams_repurchased as (
    select
        teams_judged.team_id,
        teams_judged.begins_on,
        teams_judged.period_end,
        sum(accounts_in_spans.repurchase_count) as numerator,
        count(*) as denominator
    from teams_judged
    inner join accounts_in_spans
        on
            teams_judged.begins_on = accounts_in_spans.begins_on
            and teams_judged.period_end = accounts_in_spans.period_end
    inner join spans
        on accounts_in_spans.span_no = spans.span_no
    inner join team_ancestors
        on
            spans.team_id = team_ancestors.team_id
            and teams_judged.team_id = team_ancestors.ancestor_team_id
    group by teams_judged.team_id, teams_judged.begins_on, teams_judged.period_end
),

seen as (
    select
        judged.group_no,
        judged.is_of_team,
        judged.payee_no,
        judged.payee_id,
        judged.team_id,
        judged.currency,
        judged.period,
        judged.period_end as next_start,
        next_periods.period_end as next_end,
        least(cast({{ dbt.dateadd('day', -1, 'judged.period_end') }} as date), parameters.as_of_on) as seen_on
    from judged
    inner join periods as next_periods
        on
            judged.period = next_periods.period
            and judged.period_end = next_periods.period_start
    cross join parameters
    where judged.kpi = 'pipeline_coverage'
),

owners as (
    select
        seen.group_no,
        seen.is_of_team,
        seen.payee_id as owner_user_id
    from seen
    inner join spans
        on
            seen.payee_id = spans.payee_id
            and seen.seen_on >= spans.valid_from
            and seen.seen_on < spans.valid_to
    where not seen.is_of_team
    union all
    select
        seen.group_no,
        seen.is_of_team,
        spans.payee_id as owner_user_id
    from seen
    inner join team_ancestors
        on seen.team_id = team_ancestors.ancestor_team_id
    inner join spans
        on
            team_ancestors.team_id = spans.team_id
            and seen.seen_on >= spans.valid_from
            and seen.seen_on < spans.valid_to
    where seen.is_of_team
),

opened as (
    select
        seen.group_no,
        seen.is_of_team,
        case
            when opportunities.currency = seen.currency then cast(opportunities.amount as {{ step() }})
            else {{ converted('opportunities.amount', 'amount_rates.rate_to_base', 'plan_rates.rate_to_base') }}
        end as amount
    from seen
    inner join owners
        on
            seen.group_no = owners.group_no
            and seen.is_of_team = owners.is_of_team
    inner join opportunities
        on
            owners.owner_user_id = opportunities.owner_user_id
            and seen.seen_on >= opportunities.created_on
            and (opportunities.closed_on is null or seen.seen_on < opportunities.closed_on)
            and seen.next_start <= opportunities.expected_close_on
            and seen.next_end > opportunities.expected_close_on
    left join rates as amount_rates
        on
            opportunities.currency = amount_rates.currency
            and seen.seen_on >= amount_rates.valid_from
            and seen.seen_on < amount_rates.valid_to
    left join rates as plan_rates
        on
            seen.currency = plan_rates.currency
            and seen.seen_on >= plan_rates.valid_from
            and seen.seen_on < plan_rates.valid_to
),

amounts_open as (
    select
        group_no,
        is_of_team,
        sum(amount) as amount
    from opened
    group by group_no, is_of_team
),

valued as (
    select
        group_no,
        'repurchase_rate' as kpi,
        is_of_team,
        sum(repurchase_count) as numerator,
        count(*) as denominator
    from members
    group by group_no, is_of_team
    union all
    select
        judged.group_no,
        judged.kpi,
        judged.is_of_team,
        teams_repurchased.numerator,
        teams_repurchased.denominator
    from judged
    inner join teams_repurchased
        on
            judged.team_id = teams_repurchased.team_id
            and judged.begins_on = teams_repurchased.begins_on
            and judged.period_end = teams_repurchased.period_end
    where
        judged.kpi = 'repurchase_rate'
        and judged.is_of_team
    union all
    select
        seen.group_no,
        'pipeline_coverage' as kpi,
        seen.is_of_team,
        coalesce(amounts_open.amount, 0) as numerator,
        case when seen.is_of_team then team_quotas.quota else payee_quotas.quota end as denominator
    from seen
    left join amounts_open
        on
            seen.group_no = amounts_open.group_no
            and seen.is_of_team = amounts_open.is_of_team
    left join payee_quotas
        on
            seen.payee_no = payee_quotas.payee_no
            and seen.period = payee_quotas.period
            and seen.next_start = payee_quotas.period_start
    left join team_quotas
        on
            seen.team_id = team_quotas.team_id
            and seen.period = team_quotas.period
            and seen.next_start = team_quotas.period_start
),

final as (
    select
        group_no,
        kpi,
        is_of_team,
        cast(numerator as {{ step() }}) as numerator,
        cast(denominator as {{ step() }}) as denominator
    from valued
)

select * from final

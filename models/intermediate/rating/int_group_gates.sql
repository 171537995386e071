{#
    Grain: one row per group and gate of its component: what the gate measures in the period, against which quota, and whether it is met.
    value: the actual of the payee or of his team (null without one), or, where gate_key is attainment, that over the quota; null without a quota, and then the
    gate is not met. The actual is without the component's conditions; a team's quota is not prorated. A KPI is its
    numerator over its denominator of the period's days, or of the whole span where it does not add up over periods. Of the year so far a KPI,
    and what a team sold and its quota, are those of the whole plan year, what the payee is credited and his quota of his periods on the plan. is_met_next: the same once one event more has reached the next tier, which counts
    where the gate measures what that event is of (engine.md §8 A13, C9, D10, F6). Not additive.
#}
with

gates as (
    select
        gate_no,
        component_no,
        modifier_no,
        gate_measure,
        is_kpi,
        is_sum,
        less_is_better,
        gate_subject,
        gate_key,
        gate_min,
        gate_max
    from {{ ref('int_gates') }}
),

groups as (
    select
        group_no,
        component_no,
        plan_id,
        payee_no,
        period,
        period_start,
        currency,
        counts_team,
        accumulate,
        prorate,
        worked_day_count,
        day_count,
        case when tier_key = 'attainment' then quota_measure else measure end as event_measure,
        case when tier_key = 'attainment' then actual else total end as reached
    from {{ ref('int_payout_groups') }}
    where component_no in (select gates.component_no from gates)
),

bounds as (
    select
        group_no,
        bound
    from {{ ref('int_group_bands') }}
    union all
    select
        group_no,
        reached as bound
    from {{ ref('int_period_amounts') }}
    where is_next
),

group_spans as (
    select
        group_no,
        part_group_no,
        part_period_start
    from {{ ref('int_group_spans') }}
),

plan_periods as (
    select
        plan_id,
        payee_no,
        period_start,
        team_id
    from {{ ref('int_plan_periods') }}
),

payee_actuals as (
    select
        plan_id,
        payee_no,
        measure,
        counts_team,
        period_start,
        actual
    from {{ ref('int_measure_actuals') }}
),

team_actuals as (
    select
        team_id,
        measure,
        currency,
        period,
        period_start,
        actual
    from {{ ref('int_team_actuals') }}
),

payee_quotas as (
    select
        payee_no,
        counts_team,
        measure,
        period,
        period_start,
        quota
    from {{ ref('int_payee_quotas') }}
),

team_quotas as (
    select
        subject_id as team_id,
        measure,
        period,
        period_start,
        quota
    from {{ ref('int_quotas_by_period') }}
    where subject_kind = 'team'
),

kpi_totals as (
    select
        kpi,
        payee_no,
        team_id,
        period,
        period_start,
        numerator,
        denominator
    from {{ ref('int_judging_kpi_totals') }}
),

span_kpis as (
    select
        group_no,
        kpi,
        is_of_team,
        numerator,
        denominator
    from {{ ref('int_span_kpis_judged') }}
),

gaps as (
    select
        groups.group_no,
        gates.gate_no,
        cast(min(bounds.bound) - groups.reached as {{ step() }}) as gap
    from groups
    inner join gates
        on
            groups.component_no = gates.component_no
            and groups.event_measure = gates.gate_measure
    inner join bounds
        on
            groups.group_no = bounds.group_no
            and groups.reached < bounds.bound
    where groups.accumulate = 'period'
    group by groups.group_no, gates.gate_no, groups.reached
),

-- a gate of the year so far adds up its periods
parts as (
    select
        group_no,
        group_no as part_group_no,
        period_start
    from groups
    where accumulate <> 'year_to_date'
    union all
    select
        group_no,
        part_group_no,
        part_period_start as period_start
    from group_spans
),

gated as (
    select
        groups.group_no,
        parts.period_start = groups.period_start as is_own_period,
        groups.plan_id,
        groups.payee_no,
        groups.period,
        parts.period_start,
        groups.currency,
        groups.counts_team,
        groups.prorate,
        part_groups.worked_day_count,
        part_groups.day_count,
        plan_periods.team_id,
        gates.gate_no,
        gates.modifier_no,
        gates.gate_measure,
        gates.is_kpi,
        gates.is_sum,
        gates.less_is_better,
        gates.gate_subject,
        gates.gate_key,
        gates.gate_min,
        gates.gate_max
    from groups
    inner join gates
        on groups.component_no = gates.component_no
    inner join parts
        on
            groups.group_no = parts.group_no
            and (parts.part_group_no is not null or gates.is_kpi or gates.gate_subject = 'team')
    inner join plan_periods
        on
            groups.plan_id = plan_periods.plan_id
            and groups.payee_no = plan_periods.payee_no
            and groups.period_start = plan_periods.period_start
    left join groups as part_groups
        on parts.part_group_no = part_groups.group_no
),

measured as (
    select
        gated.group_no,
        gated.gate_no,
        gated.modifier_no,
        gated.is_kpi,
        gated.is_sum,
        gated.less_is_better,
        gated.gate_key,
        gated.gate_min,
        gated.gate_max,
        coalesce(kpi_totals.numerator, span_kpis.numerator) as numerator,
        coalesce(kpi_totals.denominator, span_kpis.denominator) as denominator,
        case
            when gated.gate_subject = 'payee' then coalesce(payee_actuals.actual, 0)
            when gated.team_id is not null then coalesce(team_actuals.actual, 0)
        end as actual,
        cast(case
            when gated.gate_subject = 'team' then team_quotas.quota
            when gated.prorate then {{ prorated('payee_quotas.quota', 'gated.worked_day_count', 'gated.day_count') }}
            else payee_quotas.quota
        end as decimal(28, 6)) as quota
    from gated
    left join payee_actuals
        on
            gated.plan_id = payee_actuals.plan_id
            and gated.payee_no = payee_actuals.payee_no
            and gated.gate_measure = payee_actuals.measure
            and gated.counts_team = payee_actuals.counts_team
            and gated.period_start = payee_actuals.period_start
    left join team_actuals
        on
            gated.team_id = team_actuals.team_id
            and gated.gate_measure = team_actuals.measure
            and gated.currency = team_actuals.currency
            and gated.period = team_actuals.period
            and gated.period_start = team_actuals.period_start
    left join payee_quotas
        on
            gated.payee_no = payee_quotas.payee_no
            and gated.counts_team = payee_quotas.counts_team
            and gated.gate_measure = payee_quotas.measure
            and gated.period = payee_quotas.period
            and gated.period_start = payee_quotas.period_start
    left join kpi_totals
        on
            gated.is_kpi
            and gated.gate_measure = kpi_totals.kpi
            and case when gated.gate_subject = 'team' then 0 else gated.payee_no end = kpi_totals.payee_no
            and case when gated.gate_subject = 'team' then gated.team_id else '' end = kpi_totals.team_id
            and gated.period = kpi_totals.period
            and gated.period_start = kpi_totals.period_start
    left join span_kpis
        on
            gated.is_own_period
            and gated.group_no = span_kpis.group_no
            and gated.gate_measure = span_kpis.kpi
            and (gated.gate_subject = 'team') = span_kpis.is_of_team
    left join team_quotas
        on
            gated.team_id = team_quotas.team_id
            and gated.gate_measure = team_quotas.measure
            and gated.period = team_quotas.period
            and gated.period_start = team_quotas.period_start
),

summed as (
    select
        group_no,
        gate_no,
        modifier_no,
        is_kpi,
        is_sum,
        less_is_better,
        gate_key,
        gate_min,
        gate_max,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        sum(actual) as actual,
        cast(sum(quota) as decimal(28, 6)) as quota
    from measured
    group by group_no, gate_no, modifier_no, is_kpi, is_sum, less_is_better, gate_key, gate_min, gate_max
),

states as (
    select
        summed.*,
        false as is_next
    from summed
    union all
    select
        summed.group_no,
        summed.gate_no,
        summed.modifier_no,
        summed.is_kpi,
        summed.is_sum,
        summed.less_is_better,
        summed.gate_key,
        summed.gate_min,
        summed.gate_max,
        summed.numerator,
        summed.denominator,
        cast(summed.actual as {{ step() }}) + gaps.gap as actual,
        summed.quota,
        true as is_next
    from summed
    inner join gaps
        on
            summed.group_no = gaps.group_no
            and summed.gate_no = gaps.gate_no
),

valued as (
    select
        group_no,
        gate_no,
        modifier_no,
        is_next,
        less_is_better,
        gate_min,
        gate_max,
        actual,
        quota,
        case
            when is_kpi and is_sum then numerator
            when is_kpi then case when denominator > 0 then {{ quotient10('numerator', 'denominator') }} end
            when gate_key <> 'attainment' then actual
            when quota > 0 then {{ quotient10('actual', 'quota') }}
        end as value
    from states
),

judged as (
    select
        group_no,
        gate_no,
        modifier_no,
        is_next,
        gate_min,
        gate_max,
        cast(actual as {{ step() }}) as actual,
        quota,
        cast(value as {{ step() }}) as value,
        case
            when value is null then false
            when less_is_better then coalesce(value <= gate_min, true) and coalesce(value > gate_max, true)
            else coalesce(value >= gate_min, true) and coalesce(value < gate_max, true)
        end as is_met
    from valued
),

final as (
    select
        judged.group_no,
        judged.gate_no,
        judged.modifier_no,
        judged.gate_min,
        judged.gate_max,
        judged.actual,
        judged.quota,
        judged.value,
        judged.is_met,
        coalesce(judged_next.is_met, judged.is_met) as is_met_next
    from judged
    left join judged as judged_next
        on
            judged.group_no = judged_next.group_no
            and judged.gate_no = judged_next.gate_no
            and judged_next.is_next
    where not judged.is_next
)

select * from final

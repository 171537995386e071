{#
    Grain: one row per plan, payee and span of days on the plan in which nothing changes, cut at period ends,
    [valid_from, valid_to). Additive: day_count. The deciding assignment of a day is the most specific one, then the
    later valid_from, then the greater id; spans whose deciding assignment is a carve-out are left out
    (contract/plans.yml plan_assignments; engine.md §8 B11, C3, C6).
#}
with

plans as (
    select
        plan_id,
        company_id,
        payee_kind,
        period,
        valid_from,
        valid_to
    from {{ ref('int_plans_effective') }}
),

assignments as (
    select
        assignment_id,
        plan_id,
        subject_kind,
        coalesce(subject_id, '') as subject_id,
        valid_from,
        valid_to,
        target_incentive,
        personal_factor,
        excluded
    from {{ ref('stg_plans__plan_assignments') }}
),

spans as (
    select
        span_no,
        payee_no,
        payee_id,
        payee_kind,
        company_id,
        role,
        team_id,
        region,
        tenure_band,
        dealer_tier,
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

absences as (
    select
        user_id,
        starts_on,
        cast({{ dbt.dateadd('day', 1, 'ends_on') }} as date) as ends_before
    from {{ ref('stg_crm__absences') }}
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

subjects as (
    select
        span_no,
        'payee' as subject_kind,
        payee_id as subject_id,
        6 as specificity
    from spans
    union all
    select
        spans.span_no,
        'team' as subject_kind,
        team_ancestors.ancestor_team_id as subject_id,
        5 as specificity
    from spans
    inner join team_ancestors
        on spans.team_id = team_ancestors.team_id
    union all
    select
        span_no,
        'role' as subject_kind,
        role as subject_id,
        4 as specificity
    from spans
    union all
    select
        span_no,
        'tenure_band' as subject_kind,
        tenure_band as subject_id,
        3 as specificity
    from spans
    union all
    select
        span_no,
        'region' as subject_kind,
        region as subject_id,
        2 as specificity
    from spans
    union all
    select
        span_no,
        'dealer_tier' as subject_kind,
        dealer_tier as subject_id,
        2 as specificity
    from spans
    union all
    select
        span_no,
        'all' as subject_kind,
        '' as subject_id,
        1 as specificity
    from spans
),

last_periods as (
    select
        plans.plan_id,
        max(periods.period_end) as calculated_before
    from plans
    inner join periods
        on plans.period = periods.period
    cross join parameters
    where periods.period_start <= parameters.as_of_on
    group by plans.plan_id
),

-- an assignment without an end has none in least(), which leaves out null
applicable as (
    select
        plans.plan_id,
        plans.period,
        spans.payee_no,
        spans.payee_id,
        spans.payee_kind,
        spans.span_no,
        assignments.assignment_id,
        assignments.target_incentive,
        assignments.personal_factor,
        assignments.excluded,
        subjects.specificity,
        assignments.valid_from as assigned_from,
        greatest(plans.valid_from, assignments.valid_from, spans.valid_from) as valid_from,
        least(plans.valid_to, assignments.valid_to, spans.valid_to, last_periods.calculated_before) as valid_to
    from assignments
    inner join plans
        on assignments.plan_id = plans.plan_id
    inner join last_periods
        on plans.plan_id = last_periods.plan_id
    inner join subjects
        on
            assignments.subject_kind = subjects.subject_kind
            and assignments.subject_id = subjects.subject_id
    inner join spans
        on
            subjects.span_no = spans.span_no
            and plans.payee_kind = spans.payee_kind
            and (coalesce(plans.company_id, '') = '' or plans.company_id = spans.company_id)
    where
        greatest(plans.valid_from, assignments.valid_from, spans.valid_from)
        < least(plans.valid_to, assignments.valid_to, spans.valid_to, last_periods.calculated_before)
),

-- union, not union all: each day on which something changes once; the first and the last are there anyway
boundaries as (
    select
        plan_id,
        payee_no,
        valid_from as changed_on
    from applicable
    union
    select
        plan_id,
        payee_no,
        valid_to as changed_on
    from applicable
    union
    select
        applicable.plan_id,
        applicable.payee_no,
        periods.period_start as changed_on
    from applicable
    inner join periods
        on
            applicable.period = periods.period
            and periods.period_start between applicable.valid_from and applicable.valid_to
    union
    select
        applicable.plan_id,
        applicable.payee_no,
        absences.starts_on as changed_on
    from applicable
    inner join absences
        on
            applicable.payee_id = absences.user_id
            and absences.starts_on between applicable.valid_from and applicable.valid_to
    union
    select
        applicable.plan_id,
        applicable.payee_no,
        absences.ends_before as changed_on
    from applicable
    inner join absences
        on
            applicable.payee_id = absences.user_id
            and absences.ends_before between applicable.valid_from and applicable.valid_to
),

segments as (
    select
        plan_id,
        payee_no,
        changed_on as valid_from,
        lead(changed_on) over (partition by plan_id, payee_no order by changed_on) as valid_to
    from boundaries
),

ranked as (
    select
        applicable.plan_id,
        applicable.period,
        applicable.payee_no,
        applicable.payee_id,
        applicable.payee_kind,
        applicable.span_no,
        segments.valid_from,
        segments.valid_to,
        applicable.assignment_id,
        applicable.target_incentive,
        applicable.personal_factor,
        applicable.excluded,
        row_number() over (
            partition by applicable.plan_id, applicable.payee_no, segments.valid_from
            order by applicable.specificity desc, applicable.assigned_from desc, applicable.assignment_id desc
        ) as place
    from segments
    inner join applicable
        on
            segments.plan_id = applicable.plan_id
            and segments.payee_no = applicable.payee_no
            and segments.valid_from >= applicable.valid_from
            and segments.valid_from < applicable.valid_to
),

absent as (
    select
        ranked.plan_id,
        ranked.payee_no,
        ranked.valid_from
    from ranked
    inner join absences
        on
            ranked.payee_id = absences.user_id
            and ranked.valid_from >= absences.starts_on
            and ranked.valid_from < absences.ends_before
    where ranked.payee_kind = 'employee'
    group by ranked.plan_id, ranked.payee_no, ranked.valid_from
),

final as (
    select
        ranked.plan_id,
        ranked.payee_no,
        ranked.payee_id,
        ranked.span_no,
        periods.period,
        periods.period_start,
        periods.period_end,
        ranked.valid_from,
        ranked.valid_to,
        ranked.assignment_id,
        ranked.target_incentive,
        cast(ranked.personal_factor as {{ factor() }}) as personal_factor,
        absent.valid_from is not null as is_absent,
        {{ dbt.datediff('ranked.valid_from', 'ranked.valid_to', 'day') }} as day_count
    from ranked
    inner join periods
        on
            ranked.period = periods.period
            and ranked.valid_from >= periods.period_start
            and ranked.valid_from < periods.period_end
    left join absent
        on
            ranked.plan_id = absent.plan_id
            and ranked.payee_no = absent.payee_no
            and ranked.valid_from = absent.valid_from
    where
        ranked.place = 1
        and not ranked.excluded
)

select * from final

{#
    Grain: one row per component, payee, period and span of days on which its credits count for it, [valid_from, valid_to): days of the
    period, and, where the component accumulates over the year, those of the year so far (engine.md §8 C13, D5). group_no is payee × component × period: the unit that positions, attainment, caps and floors run over
    (engine.md §3, §8 C5).
#}
with

plan_days as (
    select
        plan_id,
        payee_no,
        payee_id,
        period_start,
        period_end,
        valid_from,
        valid_to,
        assignment_id,
        personal_factor
    from {{ ref('int_plan_days') }}
),

components as (
    select
        component_no,
        plan_id,
        measure_no,
        counts_team,
        accumulate,
        first_period_start,
        valid_from,
        valid_to
    from {{ ref('int_components_numbered') }}
),

overlapping as (
    select
        components.component_no,
        components.measure_no,
        components.counts_team,
        plan_days.payee_no,
        plan_days.payee_id,
        plan_days.period_start,
        plan_days.period_end,
        greatest(plan_days.valid_from, components.valid_from) as valid_from,
        least(plan_days.valid_to, components.valid_to) as valid_to,
        plan_days.assignment_id,
        plan_days.personal_factor
    from plan_days
    inner join components
        on
            plan_days.plan_id = components.plan_id
            and plan_days.valid_from < components.valid_to
            and plan_days.valid_to > components.valid_from
),

-- at the end of each period the whole year so far counts anew
years as (
    select
        overlapping.component_no,
        overlapping.payee_no,
        overlapping.period_start,
        overlapping.period_end,
        {{ plan_year('overlapping.period_start', 'components.first_period_start') }} as plan_year
    from overlapping
    inner join components
        on overlapping.component_no = components.component_no
    where components.accumulate = 'year_to_date'
    group by
        overlapping.component_no,
        overlapping.payee_no,
        overlapping.period_start,
        overlapping.period_end,
        components.first_period_start
),

counting as (
    select
        component_no,
        measure_no,
        counts_team,
        payee_no,
        payee_id,
        period_start,
        period_end,
        valid_from,
        valid_to,
        assignment_id,
        personal_factor
    from overlapping
    union all
    select
        overlapping.component_no,
        overlapping.measure_no,
        overlapping.counts_team,
        overlapping.payee_no,
        overlapping.payee_id,
        later.period_start,
        later.period_end,
        overlapping.valid_from,
        overlapping.valid_to,
        overlapping.assignment_id,
        overlapping.personal_factor
    from overlapping
    inner join years
        on
            overlapping.component_no = years.component_no
            and overlapping.payee_no = years.payee_no
            and overlapping.period_start = years.period_start
    inner join years as later
        on
            years.component_no = later.component_no
            and years.payee_no = later.payee_no
            and years.plan_year = later.plan_year
            and years.period_start < later.period_start
),

final as (
    select
        cast(dense_rank() over (order by period_start, payee_no, component_no) as integer) as group_no,
        component_no,
        measure_no,
        counts_team,
        payee_no,
        payee_id,
        period_start,
        period_end,
        valid_from,
        valid_to,
        assignment_id,
        personal_factor
    from counting
)

select * from final

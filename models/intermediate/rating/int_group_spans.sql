{#
    Grain: one row per group that accumulates over the year and period of the plan year so far, its own included (engine.md §8 C13, D5).
    part_group_no: the group of the same payee and component in that period; null where the component is not calculated for him there (C5). What
    is measured on days on the plan, quotas and targets are summed over groups; KPIs, and what a team sold and its quota, over all periods.
#}
with

components as (
    select
        component_no,
        period,
        first_period_start
    from {{ ref('int_components_numbered') }}
    where accumulate = 'year_to_date'
),

periods as (
    select
        period,
        period_start
    from {{ ref('int_calendar_periods') }}
),

groups as (
    select
        group_no,
        component_no,
        payee_no,
        period_start
    from {{ ref('int_groups_quoted') }}
),

years as (
    select
        components.component_no,
        periods.period_start,
        {{ plan_year('periods.period_start', 'components.first_period_start') }} as plan_year
    from components
    inner join periods
        on
            components.period = periods.period
            and components.first_period_start <= periods.period_start
),

parts as (
    select
        years.component_no,
        years.period_start,
        earlier.period_start as part_period_start
    from years
    inner join years as earlier
        on
            years.component_no = earlier.component_no
            and years.plan_year = earlier.plan_year
            and years.period_start >= earlier.period_start
),

final as (
    select
        groups.group_no,
        part_groups.group_no as part_group_no,
        parts.part_period_start
    from groups
    inner join parts
        on
            groups.component_no = parts.component_no
            and groups.period_start = parts.period_start
    left join groups as part_groups
        on
            parts.component_no = part_groups.component_no
            and parts.part_period_start = part_groups.period_start
            and groups.payee_no = part_groups.payee_no
)

select * from final

{#
    Grain: one row per group that accumulates over the year and group of the same payee and component whose period lies in the year so far, its
    own included (engine.md §8 C13, D5).
#}
with

components as (
    select
        component_no,
        first_period_start
    from {{ ref('int_components_numbered') }}
    where accumulate = 'year_to_date'
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
        groups.group_no,
        groups.component_no,
        groups.payee_no,
        groups.period_start,
        {{ plan_year('groups.period_start', 'components.first_period_start') }} as plan_year
    from groups
    inner join components
        on groups.component_no = components.component_no
),

final as (
    select
        years.group_no,
        earlier.group_no as part_group_no,
        earlier.period_start as part_period_start
    from years
    inner join years as earlier
        on
            years.component_no = earlier.component_no
            and years.payee_no = earlier.payee_no
            and years.plan_year = earlier.plan_year
            and years.period_start >= earlier.period_start
)

select * from final

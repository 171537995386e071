{#
    Grain: one row per group: int_groups_quoted, with what its component says, quota and actual of the year so far where it accumulates over
    that, and the base of the year before where it goes by growth. has_bounds: its tiers have what they are measured against.
#}
with

groups as (
    select
        group_no,
        payee_no,
        payee_id,
        component_no,
        period_start,
        period_end,
        personal_factor,
        worked_day_count,
        day_count,
        total,
        actual,
        line_count,
        first_credit_no,
        quota,
        attainment
    from {{ ref('int_groups_quoted') }}
),

to_date as (
    select
        group_no,
        actual,
        quota,
        attainment
    from {{ ref('int_groups_to_date') }}
),

growth_bases as (
    select
        group_no,
        growth_base
    from {{ ref('int_growth_bases') }}
),

components as (
    select
        component_no,
        component_id,
        plan_id,
        measure,
        quota_measure,
        counts_team,
        method,
        tier_key,
        accumulate,
        weight,
        prorate,
        period,
        currency,
        minor_units
    from {{ ref('int_components_numbered') }}
),

final as (
    select
        groups.group_no,
        groups.payee_no,
        groups.payee_id,
        groups.component_no,
        components.component_id,
        components.plan_id,
        components.measure,
        components.quota_measure,
        components.counts_team,
        components.method,
        components.tier_key,
        components.accumulate,
        components.weight,
        components.prorate,
        components.period,
        groups.period_start,
        groups.period_end,
        components.currency,
        components.minor_units,
        groups.personal_factor,
        groups.worked_day_count,
        groups.day_count,
        groups.total,
        case when to_date.group_no is null then groups.actual else to_date.actual end as actual,
        groups.line_count,
        groups.first_credit_no,
        case when to_date.group_no is null then groups.quota else to_date.quota end as quota,
        case when to_date.group_no is null then groups.attainment else to_date.attainment end as attainment,
        growth_bases.growth_base,
        case components.tier_key
            when 'attainment'
                then case when to_date.group_no is null then groups.quota else to_date.quota end is not null
            when 'growth' then growth_bases.growth_base is not null
            else true
        end as has_bounds
    from groups
    inner join components
        on groups.component_no = components.component_no
    left join to_date
        on groups.group_no = to_date.group_no
    left join growth_bases
        on groups.group_no = growth_bases.group_no
)

select * from final

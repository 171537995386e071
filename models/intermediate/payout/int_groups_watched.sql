{#
    Grain: one row per group of a component that holds back a share of its event lines or claws back what is not collected, with what it says
    about that. Empty where no plan does: all that follows starts from here, and costs nothing then (engine.md §5 steps 5 and 6).
#}
with

groups as (
    select
        group_no,
        payee_no,
        payee_id,
        plan_id,
        component_no,
        component_id,
        period,
        period_start,
        currency,
        minor_units
    from {{ ref('int_payout_groups') }}
),

components as (
    select
        component_no,
        accumulate,
        settled_by,
        hold_share,
        hold_until,
        clawback_unpaid_days
    from {{ ref('int_components_numbered') }}
    where
        not {{ pays_once('method') }}
        and (hold_share > 0 or clawback_unpaid_days is not null)
),

final as (
    select
        groups.group_no,
        groups.payee_no,
        groups.payee_id,
        groups.plan_id,
        groups.component_id,
        groups.period,
        groups.period_start,
        groups.currency,
        groups.minor_units,
        components.accumulate = 'year_to_date' as is_to_date,
        components.settled_by,
        components.hold_share,
        case when components.hold_share > 0 then components.hold_until end as hold_until,
        case
            when components.hold_share > 0 and components.hold_until <> 'collected'
                then cast(substring(components.hold_until, 6) as integer)
        end as hold_days,
        cast(components.clawback_unpaid_days as integer) as clawback_unpaid_days
    from groups
    inner join components
        on groups.component_no = components.component_no
)

select * from final

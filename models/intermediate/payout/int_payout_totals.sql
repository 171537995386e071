{#
    Grain: one row per group (payee, component, period). Additive: earning, cap, floor, total within a currency.
    total = Σ rounded lines; above cap_per_period a cap line, below floor_per_period a floor line makes it equal, as far as the minor unit
    can (engine.md §5 step 4, §8 E3). Where a trigger switches the component on, a group without a line has no floor either (§8 C15).
#}
with

groups as (
    select
        group_no,
        component_no
    from {{ ref('int_payout_groups') }}
),

components as (
    select
        component_no,
        minor_units,
        cap_per_period,
        floor_per_period
    from {{ ref('int_components_numbered') }}
),

components_fired as (
    select component_no
    from {{ ref('int_component_firings') }}
    group by component_no
),

lines as (
    select
        group_no,
        amount
    from {{ ref('int_payout_lines') }}
    union all
    select
        group_no,
        amount
    from {{ ref('int_period_lines') }}
),

earned as (
    select
        group_no,
        cast(sum(amount) as {{ money() }}) as earning,
        count(*) as line_count
    from lines
    group by group_no
),

totalled as (
    select
        groups.group_no,
        coalesce(earned.line_count, 0) as line_count,
        coalesce(earned.earning, 0) as earning,
        components.minor_units,
        components.cap_per_period,
        case
            when components_fired.component_no is null or earned.line_count > 0 then components.floor_per_period
        end as floor_per_period
    from groups
    inner join components
        on groups.component_no = components.component_no
    left join components_fired
        on groups.component_no = components_fired.component_no
    left join earned
        on groups.group_no = earned.group_no
),

bounded as (
    select
        group_no,
        line_count,
        cast(earning as {{ money() }}) as earning,
        case
            when earning > cap_per_period then {{ round_minor('cap_per_period - earning', 'minor_units') }}
            else cast(0 as {{ money() }})
        end as cap_amount,
        case
            when earning < floor_per_period then {{ round_minor('floor_per_period - earning', 'minor_units') }}
            else cast(0 as {{ money() }})
        end as floor_amount
    from totalled
),

final as (
    select
        group_no,
        line_count,
        earning,
        cap_amount,
        floor_amount,
        cast(earning + cap_amount + floor_amount as {{ money() }}) as total
    from bounded
)

select * from final

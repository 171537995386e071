{#
    Grain: one row per line (group_no, credit_no), a matched credit that has a value in plan currency: its basis, and what a flat
    component pays for each event, which goes with the share of the credit and of which a return takes back its part. Additive: both,
    within a currency (engine.md §3, §8 D3).
#}
with

matched as (
    select
        group_no,
        credit_no,
        component_no,
        value,
        is_plan_currency,
        share,
        entry_ratio,
        modifier_set_no,
        personal_factor
    from {{ ref('int_credits_matched') }}
),

converted as (
    select
        group_no,
        credit_no,
        basis
    from {{ ref('int_credits_converted') }}
),

component_tiers as (
    select
        component_no,
        event_amount
    from {{ ref('int_component_tiers') }}
),

final as (
    select
        matched.group_no,
        matched.credit_no,
        case
            when matched.is_plan_currency
                then cast(matched.value as {{ step() }})
            else converted.basis
        end as basis,
        case
            when component_tiers.event_amount <> 0
                then {{ mul10(mul10('component_tiers.event_amount', 'matched.share'), 'matched.entry_ratio') }}
        end as amount_by_event,
        matched.modifier_set_no,
        matched.personal_factor
    from matched
    inner join component_tiers
        on matched.component_no = component_tiers.component_no
    left join converted
        on
            matched.group_no = converted.group_no
            and matched.credit_no = converted.credit_no
    where matched.is_plan_currency or converted.basis is not null
)

select * from final

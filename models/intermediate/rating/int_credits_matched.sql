{#
    Grain: one row per received credit and component that counts it: measure, days on the plan and all conditions
    hold (engine.md §3).
#}
with

credits as (
    select
        credit_no,
        payee_no,
        measure_no,
        class_code,
        value,
        currency,
        share,
        entry_ratio,
        occurred_on,
        rate_on
    from {{ ref('int_credits_classed') }}
),

component_days as (
    select
        group_no,
        component_no,
        measure_no,
        payee_no,
        valid_from,
        valid_to,
        personal_factor
    from {{ ref('int_component_days') }}
),

matches as (
    select
        class_code,
        component_no,
        modifier_set_no
    from {{ ref('int_component_matches') }}
),

components as (
    select
        component_no,
        currency
    from {{ ref('int_components_numbered') }}
),

final as (
    select
        component_days.group_no,
        credits.credit_no,
        component_days.component_no,
        credits.value,
        credits.currency,
        credits.currency is null or credits.currency = components.currency as is_plan_currency,
        credits.rate_on,
        credits.share,
        credits.entry_ratio,
        matches.modifier_set_no,
        component_days.personal_factor
    from credits
    inner join component_days
        on
            credits.payee_no = component_days.payee_no
            and credits.measure_no = component_days.measure_no
            and credits.occurred_on >= component_days.valid_from
            and credits.occurred_on < component_days.valid_to
    inner join matches
        on
            credits.class_code = matches.class_code
            and component_days.component_no = matches.component_no
    inner join components
        on component_days.component_no = components.component_no
)

select * from final

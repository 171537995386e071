{#
    Grain: one row per received credit and component of its payee, or of a leader of his, that counts it: measure, days on the plan and all
    conditions hold, and, where a trigger switches the component on, a firing reaches it (engine.md §2, §3, §8 C15).
#}
with

credits as (
    select
        credit_no,
        payee_no,
        span_no,
        is_direct,
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
        counts_team,
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

led_spans as (
    select
        payee_no,
        span_no
    from {{ ref('int_led_spans') }}
),

components_fired as (
    select component_no
    from {{ ref('int_component_firings') }}
    group by component_no
),

credits_fired as (
    select
        component_no,
        credit_no
    from {{ ref('int_credits_fired') }}
),

received as (
    select
        component_days.group_no,
        component_days.component_no,
        component_days.personal_factor,
        credits.credit_no,
        credits.class_code,
        credits.value,
        credits.currency,
        credits.share,
        credits.entry_ratio,
        credits.rate_on
    from credits
    inner join component_days
        on
            credits.payee_no = component_days.payee_no
            and credits.measure_no = component_days.measure_no
            and credits.occurred_on >= component_days.valid_from
            and credits.occurred_on < component_days.valid_to
            and not component_days.counts_team
    union all
    select
        component_days.group_no,
        component_days.component_no,
        component_days.personal_factor,
        credits.credit_no,
        credits.class_code,
        credits.value,
        credits.currency,
        credits.share,
        credits.entry_ratio,
        credits.rate_on
    from credits
    inner join led_spans
        on credits.span_no = led_spans.span_no
    inner join component_days
        on
            led_spans.payee_no = component_days.payee_no
            and credits.measure_no = component_days.measure_no
            and credits.occurred_on >= component_days.valid_from
            and credits.occurred_on < component_days.valid_to
            and component_days.counts_team
    where credits.is_direct
),

final as (
    select
        received.group_no,
        received.credit_no,
        received.component_no,
        received.value,
        received.currency,
        received.currency is null or received.currency = components.currency as is_plan_currency,
        received.rate_on,
        received.share,
        received.entry_ratio,
        matches.modifier_set_no,
        received.personal_factor
    from received
    inner join matches
        on
            received.class_code = matches.class_code
            and received.component_no = matches.component_no
    inner join components
        on received.component_no = components.component_no
    left join components_fired
        on received.component_no = components_fired.component_no
    left join credits_fired
        on
            received.component_no = credits_fired.component_no
            and received.credit_no = credits_fired.credit_no
    where components_fired.component_no is null or credits_fired.credit_no is not null
)

select * from final

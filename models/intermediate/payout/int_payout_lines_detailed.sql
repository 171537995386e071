{#
    Grain: one row per earning line (group_no, credit_no), with the text keys and everything its explanation needs.
    A view: the rows are those of int_payout_lines, never stored twice.
#}
{#- put together only for the lines that are read -#}
{%- set event_id = "events.measure, ':', events.event_key" %}
with

stored as (
    select
        group_no,
        credit_no,
        basis,
        position_to,
        tier_no,
        is_sliced,
        rate,
        coalesce(amount_rated, {{ mul10_rate('basis', 'rate') }}) as amount_rated,
        modifier_set_no,
        personal_factor,
        amount_modified,
        amount
    from {{ ref('int_payout_lines') }}
),

lines as (
    select
        group_no,
        credit_no,
        basis,
        position_to,
        tier_no,
        is_sliced,
        rate,
        amount_rated,
        modifier_set_no,
        personal_factor,
        coalesce(amount_modified, amount_rated) as amount_modified,
        amount
    from stored
),

groups as (
    select
        group_no,
        payee_id,
        plan_id,
        component_no,
        component_id,
        method,
        tier_key,
        accumulate = 'event' as stands_alone,
        accumulate = 'year_to_date' as is_to_date,
        period,
        period_start,
        quota,
        currency,
        minor_units
    from {{ ref('int_payout_groups') }}
),

components as (
    select
        component_no,
        unit_kind,
        cap_per_event
    from {{ ref('int_components_numbered') }}
),

names as (
    select
        component_id,
        name
    from {{ ref('int_plan_components_effective') }}
),

tiers as (
    select
        component_id,
        tier_no,
        tier_from
    from {{ ref('int_plan_tiers_effective') }}
),

group_rates as (
    select
        group_no,
        event_amount
    from {{ ref('int_group_rates') }}
),

modifier_sets as (
    select
        modifier_set_no,
        factor_so_far
    from {{ ref('int_modifier_sets') }}
    where is_last
),

gates_unmet as (
    select group_no
    from {{ ref('int_group_gates') }}
    where
        modifier_no is null
        and not is_met
),

credits as (
    select
        credit_no,
        event_no,
        fact_no,
        span_no,
        credit_kind,
        share,
        value,
        currency,
        occurred_on,
        rate_on,
        entry_ratio
    from {{ ref('int_credits_allocated') }}
),

spans as (
    select
        span_no,
        payee_id
    from {{ ref('int_payee_spans') }}
),

events as (
    select
        event_no,
        fact_no,
        measure,
        event_key,
        value
    from {{ ref('int_events') }}
),

lines_in_base as (
    select
        group_no,
        credit_no,
        amount_base
    from {{ ref('int_payout_lines_in_base') }}
),

final as (
    select
        lines.group_no,
        lines.credit_no,
        groups.payee_id,
        groups.plan_id,
        groups.component_id,
        names.name as component_name,
        components.unit_kind,
        components.cap_per_event,
        groups.method,
        groups.tier_key,
        groups.stands_alone,
        groups.is_to_date,
        groups.period,
        groups.period_start,
        groups.quota,
        groups.currency,
        groups.minor_units,
        concat({{ event_id }}) as event_id,
        events.value as event_value,
        {{ credit_id(event_id, 'spans.payee_id', 'credits.credit_kind') }} as credit_id,
        spans.payee_id as credited_payee_id,
        credits.credit_kind,
        credits.share,
        credits.value as credit_value,
        credits.currency as credit_currency,
        credits.occurred_on,
        credits.rate_on,
        credits.entry_ratio,
        group_rates.event_amount,
        lines.basis,
        cast(
            case when groups.stands_alone then 0 else lines.position_to - lines.basis end as {{ step() }}
        ) as position_from,
        lines.position_to,
        lines.tier_no,
        tiers.tier_from,
        lines.is_sliced,
        lines.rate,
        lines.amount_rated,
        lines.modifier_set_no,
        lines.personal_factor,
        {{ mul10('coalesce(modifier_sets.factor_so_far, 1)', 'lines.personal_factor') }} as factor,
        lines.amount_modified,
        abs(lines.amount_modified) > components.cap_per_event as is_capped,
        gates_unmet.group_no is null as is_paid,
        lines.amount,
        case
            when groups.currency = '{{ var("base_currency") }}'
                then lines.amount
            else lines_in_base.amount_base
        end as amount_base
    from lines
    inner join groups
        on lines.group_no = groups.group_no
    inner join components
        on groups.component_no = components.component_no
    inner join names
        on groups.component_id = names.component_id
    inner join group_rates
        on lines.group_no = group_rates.group_no
    inner join credits
        on
            {{ fact_of_credit('lines.credit_no') }} = credits.fact_no
            and {{ same_number('lines.credit_no', 'credits.credit_no') }}
    inner join spans
        on credits.span_no = spans.span_no
    inner join events
        on
            credits.fact_no = events.fact_no
            and {{ same_number('credits.event_no', 'events.event_no') }}
    left join tiers
        on
            groups.component_id = tiers.component_id
            and lines.tier_no = tiers.tier_no
    left join modifier_sets
        on lines.modifier_set_no = modifier_sets.modifier_set_no
    left join gates_unmet
        on lines.group_no = gates_unmet.group_no
    left join lines_in_base
        on
            lines.group_no = lines_in_base.group_no
            and lines.credit_no = lines_in_base.credit_no
)

select * from final

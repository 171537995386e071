{#
    Grain: one row per group of a component that pays one line a period: that line. Additive: amount within a currency, amount_base.
    amount_rated: what the tiers pay; amount_modified after modifiers and personal_factor, that of the payee's last day on the plan in the period;
    amount after the component's gate, rounded, and over the year so far less amount_paid_before, what its earlier periods paid. It stands on the last day of the period (engine.md §4, §5, §8 C3, D9, E1, E2).
#}
with

amounts as (
    select
        group_no,
        reached,
        key_value,
        tier_no,
        tier_from,
        target_incentive,
        weight,
        rate,
        amount_rated
    from {{ ref('int_period_amounts') }}
    where not is_next
),

groups as (
    select
        group_no,
        plan_id,
        component_no,
        payee_no,
        period_start,
        period_end,
        currency,
        minor_units
    from {{ ref('int_payout_groups') }}
),

group_spans as (
    select
        group_no,
        min(part_period_start) as year_start
    from {{ ref('int_group_spans') }}
    group by group_no
),

plan_periods as (
    select
        plan_id,
        payee_no,
        period_start,
        personal_factor
    from {{ ref('int_plan_periods') }}
),

group_sets as (
    select
        group_no,
        effective_set_no
    from {{ ref('int_group_modifier_sets') }}
    where
        modifier_set_no = 0
        and is_now
),

modified as (
    select
        group_no,
        amount_after
    from {{ ref('int_payout_modifications') }}
    where
        credit_no = 0
        and is_last
),

gates_unmet as (
    select group_no
    from {{ ref('int_group_gates') }}
    where
        modifier_no is null
        and not is_met
),

rates as (
    select
        currency,
        valid_from,
        valid_to,
        rate_to_base
    from {{ ref('int_fx_rates_ranged') }}
),

base as (
    select minor_units
    from {{ ref('int_base_currency') }}
),

multiplied as (
    select
        amounts.group_no,
        amounts.reached,
        amounts.key_value,
        amounts.tier_no,
        amounts.tier_from,
        amounts.target_incentive,
        amounts.weight,
        amounts.rate,
        amounts.amount_rated,
        plan_periods.personal_factor,
        group_sets.effective_set_no as modifier_set_no,
        gates_unmet.group_no is null as is_paid,
        {{ mul10_rate(
            'coalesce(modified.amount_after, amounts.amount_rated)', 'plan_periods.personal_factor'
        ) }} as amount_modified,
        cast({{ dbt.dateadd('day', -1, 'groups.period_end') }} as date) as occurred_on,
        groups.component_no,
        groups.payee_no,
        groups.period_start,
        group_spans.year_start,
        groups.currency,
        groups.minor_units
    from amounts
    inner join groups
        on amounts.group_no = groups.group_no
    inner join plan_periods
        on
            groups.plan_id = plan_periods.plan_id
            and groups.payee_no = plan_periods.payee_no
            and groups.period_start = plan_periods.period_start
    left join group_spans
        on amounts.group_no = group_spans.group_no
    left join group_sets
        on amounts.group_no = group_sets.group_no
    left join modified
        on amounts.group_no = modified.group_no
    left join gates_unmet
        on amounts.group_no = gates_unmet.group_no
),

rounded as (
    select
        group_no,
        reached,
        key_value,
        tier_no,
        tier_from,
        target_incentive,
        weight,
        rate,
        amount_rated,
        personal_factor,
        amount_modified,
        occurred_on,
        component_no,
        payee_no,
        period_start,
        year_start,
        currency,
        modifier_set_no,
        is_paid,
        case
            when is_paid then {{ round_minor('amount_modified', 'minor_units') }}
            else cast(0 as {{ money() }})
        end as amount
    from multiplied
),

-- what earlier periods of the year paid adds up to what the last of them came to
followed as (
    select
        rounded.*,
        coalesce(
            case
                when rounded.year_start is not null
                    then lag(rounded.amount) over (
                        partition by rounded.component_no, rounded.payee_no, rounded.year_start
                        order by rounded.period_start
                    )
            end,
            0
        ) as amount_before
    from rounded
),

final as (
    select
        rounded.group_no,
        rounded.reached,
        rounded.key_value,
        rounded.tier_no,
        rounded.tier_from,
        rounded.target_incentive,
        rounded.weight,
        rounded.rate,
        rounded.amount_rated,
        rounded.personal_factor,
        rounded.amount_modified,
        rounded.occurred_on,
        rounded.modifier_set_no,
        rounded.is_paid,
        cast(rounded.amount_before as {{ money() }}) as amount_paid_before,
        cast(rounded.amount - rounded.amount_before as {{ money() }}) as amount,
        {{ in_base('rounded.amount - rounded.amount_before', 'rates.rate_to_base', 'base.minor_units') }} as amount_base
    from followed as rounded
    cross join base
    left join rates
        on
            rounded.currency = rates.currency
            and rounded.occurred_on >= rates.valid_from
            and rounded.occurred_on < rates.valid_to
    where
        rounded.year_start is null
        or rounded.amount <> rounded.amount_before
)

select * from final

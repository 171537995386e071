{#
    Grain: one row per line and step that made it: amount_before leads to amount_after without gaps, the last one is the line's amount.
    Additive: nothing; it is a chain. seq orders the steps and has gaps. A view over narrow tables (factor_kind in this order).
    share: basis × factor; exchange: basis × rate ÷ factor; start: begins at 0; slice: + basis × rate; tier_amount: + basis × factor;
    target: + basis × factor × rate; prize: + basis;
    modifier, personal_factor: × factor; cap_per_event: cut to ± basis; gate: × factor 0; rounding: to the minor unit; paid_before: − basis; cap, floor: one row from 0, factor − basis.
#}
with

lines as (
    select
        group_no,
        credit_no,
        payee_id,
        component_id,
        event_id,
        event_value,
        credit_id,
        credit_kind,
        share,
        credit_value,
        credit_currency,
        currency,
        occurred_on,
        entry_ratio,
        event_amount,
        basis,
        tier_no,
        tier_from,
        is_sliced,
        rate,
        amount_rated,
        modifier_set_no,
        personal_factor,
        amount_modified,
        cap_per_event,
        is_capped,
        is_paid,
        is_to_date,
        minor_units,
        amount,
        {{ payout_line_id('component_id', 'payee_id', line_origin(), "'earning'") }} as payout_line_id
    from {{ ref('int_payout_lines_detailed') }}
),

converted as (
    select
        group_no,
        credit_no,
        credit_rate_to_base,
        plan_rate_to_base
    from {{ ref('int_credits_converted') }}
),

slices as (
    select
        group_no,
        credit_no,
        step_kind,
        seq,
        tier_no,
        basis,
        rate,
        amount_before,
        amount_after
    from {{ ref('int_payout_slices') }}
),

tiers as (
    select
        component_id,
        tier_no,
        tier_from
    from {{ ref('int_plan_tiers_effective') }}
),

modifications as (
    select
        group_no,
        credit_no,
        seq,
        modifier_id,
        factor,
        is_last,
        amount_before,
        amount_after
    from {{ ref('int_payout_modifications') }}
),

modifiers as (
    select
        modifier_set_no,
        seq,
        modifier_name
    from {{ ref('int_modifier_sets') }}
),

component_days as (
    select
        group_no,
        assignment_id,
        valid_from,
        valid_to
    from {{ ref('int_component_days') }}
),

adjusting_lines as (
    select
        group_no,
        line_kind,
        earning,
        amount
    from {{ ref('int_payout_adjusting_lines') }}
),

groups as (
    select
        group_no,
        payee_no,
        payee_id,
        plan_id,
        component_id,
        method,
        period_start,
        currency
    from {{ ref('int_payout_groups') }}
),

plan_periods as (
    select
        plan_id,
        payee_no,
        period_start,
        assignment_id
    from {{ ref('int_plan_periods') }}
),

period_lines as (
    select
        period_lines.group_no,
        period_lines.reached,
        period_lines.tier_no,
        period_lines.tier_from,
        period_lines.target_incentive,
        period_lines.weight,
        period_lines.rate,
        period_lines.amount_rated,
        period_lines.personal_factor,
        period_lines.modifier_set_no,
        period_lines.amount_modified,
        period_lines.is_paid,
        period_lines.amount_paid_before,
        period_lines.amount,
        groups.component_id,
        groups.method,
        groups.currency,
        plan_periods.assignment_id,
        {{ payout_line_id(
            'groups.component_id', 'groups.payee_id', 'cast(groups.period_start as ' ~ dbt.type_string() ~ ')', "'earning'"
        ) }} as payout_line_id
    from {{ ref('int_period_lines') }} as period_lines
    inner join groups
        on period_lines.group_no = groups.group_no
    inner join plan_periods
        on
            groups.plan_id = plan_periods.plan_id
            and groups.payee_no = plan_periods.payee_no
            and groups.period_start = plan_periods.period_start
),

milestones as (
    select
        component_id,
        tier_no,
        tier_from,
        amount,
        sum(amount) over (
            partition by component_id order by tier_no rows between unbounded preceding and current row
        ) as amount_so_far
    from {{ ref('int_plan_tiers_effective') }}
),

{% set number = step() -%}
{% set after_cap = 'case when not coalesce(is_capped, false) then amount_modified'
    ~ ' when amount_modified < 0 then -cap_per_event else cap_per_event end' -%}
{% set rounded_line = 'case when is_paid then ' ~ round_minor('(' ~ after_cap ~ ')', 'minor_units') ~ ' else 0 end' -%}
steps as (
    select
        payout_line_id,
        1 as seq,
        'share' as factor_kind,
        credit_id as factor_id,
        cast(event_value as {{ number }}) as basis,
        cast(null as {{ number }}) as rate,
        cast(share as {{ number }}) as factor,
        cast(event_value as {{ number }}) as amount_before,
        cast(credit_value as {{ number }}) as amount_after,
        credit_kind as reason
    from lines
    union all
    select
        lines.payout_line_id,
        2 as seq,
        'exchange' as factor_kind,
        concat(coalesce(lines.credit_currency, lines.currency), '>', lines.currency) as factor_id,
        cast(lines.credit_value as {{ number }}) as basis,
        cast(coalesce(converted.credit_rate_to_base, 1) as {{ number }}) as rate,
        cast(coalesce(converted.plan_rate_to_base, 1) as {{ number }}) as factor,
        cast(lines.credit_value as {{ number }}) as amount_before,
        lines.basis as amount_after,
        case when converted.group_no is null then 'same_unit' else 'rates_in_force' end as reason
    from lines
    left join converted
        on
            lines.group_no = converted.group_no
            and lines.credit_no = converted.credit_no
    union all
    select
        payout_line_id,
        3 as seq,
        'start' as factor_kind,
        component_id as factor_id,
        basis,
        cast(null as {{ number }}) as rate,
        cast(null as {{ number }}) as factor,
        basis as amount_before,
        cast(0 as {{ number }}) as amount_after,
        cast(null as {{ dbt.type_string() }}) as reason
    from lines
    union all
    select
        payout_line_id,
        1000 as seq,
        'slice' as factor_kind,
        concat(component_id, '/', coalesce(cast(tier_from as {{ dbt.type_string() }}), '')) as factor_id,
        basis,
        cast(rate as {{ number }}) as rate,
        cast(null as {{ number }}) as factor,
        cast(0 as {{ number }}) as amount_before,
        {{ mul10_rate('basis', 'rate') }} as amount_after,
        case when tier_no = 0 then 'below_first_tier' end as reason
    from lines
    where not is_sliced
    union all
    select
        payout_line_id,
        2000 as seq,
        'tier_amount' as factor_kind,
        concat(component_id, '/', coalesce(cast(tier_from as {{ dbt.type_string() }}), '')) as factor_id,
        {{ mul10('event_amount', 'share') }} as basis,
        cast(null as {{ number }}) as rate,
        cast(entry_ratio as {{ number }}) as factor,
        {{ mul10_rate('basis', 'rate') }} as amount_before,
        amount_rated as amount_after,
        'each_event' as reason
    from lines
    where
        not is_sliced
        and event_amount <> 0
    union all
    select
        lines.payout_line_id,
        1000 + slices.seq as seq,
        slices.step_kind as factor_kind,
        concat(lines.component_id, '/', cast(tiers.tier_from as {{ dbt.type_string() }})) as factor_id,
        slices.basis,
        cast(case when slices.step_kind = 'slice' then slices.rate end as {{ number }}) as rate,
        cast(case when slices.step_kind = 'tier_amount' then slices.rate end as {{ number }}) as factor,
        slices.amount_before,
        slices.amount_after,
        cast(null as {{ dbt.type_string() }}) as reason
    from lines
    inner join slices
        on
            lines.group_no = slices.group_no
            and lines.credit_no = slices.credit_no
    inner join tiers
        on
            lines.component_id = tiers.component_id
            and slices.tier_no = tiers.tier_no
    where lines.is_sliced
    union all
    select
        lines.payout_line_id,
        3000 + modifications.seq as seq,
        'modifier' as factor_kind,
        modifications.modifier_id as factor_id,
        cast(null as {{ number }}) as basis,
        cast(null as {{ number }}) as rate,
        cast(modifications.factor as {{ number }}) as factor,
        modifications.amount_before,
        modifications.amount_after,
        modifiers.modifier_name as reason
    from lines
    inner join modifications
        on
            lines.group_no = modifications.group_no
            and lines.credit_no = modifications.credit_no
    inner join modifiers
        on
            lines.modifier_set_no = modifiers.modifier_set_no
            and modifications.seq = modifiers.seq
    union all
    select
        lines.payout_line_id,
        4000 as seq,
        'personal_factor' as factor_kind,
        component_days.assignment_id as factor_id,
        cast(null as {{ number }}) as basis,
        cast(null as {{ number }}) as rate,
        cast(lines.personal_factor as {{ number }}) as factor,
        coalesce(last_modification.amount_after, lines.amount_rated) as amount_before,
        lines.amount_modified as amount_after,
        cast(null as {{ dbt.type_string() }}) as reason
    from lines
    inner join component_days
        on
            lines.group_no = component_days.group_no
            and lines.occurred_on >= component_days.valid_from
            and lines.occurred_on < component_days.valid_to
    left join modifications as last_modification
        on
            lines.group_no = last_modification.group_no
            and lines.credit_no = last_modification.credit_no
            and last_modification.is_last
    where lines.personal_factor <> 1
    union all
    select
        payout_line_id,
        5000 as seq,
        'cap_per_event' as factor_kind,
        component_id as factor_id,
        cast(cap_per_event as {{ number }}) as basis,
        cast(null as {{ number }}) as rate,
        cast(null as {{ number }}) as factor,
        amount_modified as amount_before,
        cast(case when amount_modified < 0 then -cap_per_event else cap_per_event end as {{ number }}) as amount_after,
        cast(null as {{ dbt.type_string() }}) as reason
    from lines
    where is_capped
    union all
    select
        payout_line_id,
        6000 as seq,
        'gate' as factor_kind,
        component_id as factor_id,
        cast(null as {{ number }}) as basis,
        cast(null as {{ number }}) as rate,
        cast(0 as {{ number }}) as factor,
        cast({{ after_cap }} as {{ number }}) as amount_before,
        cast(0 as {{ number }}) as amount_after,
        'gate' as reason
    from lines
    where not is_paid
    union all
    select
        payout_line_id,
        7000 as seq,
        'rounding' as factor_kind,
        currency as factor_id,
        cast(null as {{ number }}) as basis,
        cast(null as {{ number }}) as rate,
        cast(null as {{ number }}) as factor,
        cast(case when is_paid then {{ after_cap }} else 0 end as {{ number }}) as amount_before,
        cast(case when is_to_date then {{ rounded_line }} else amount end as {{ number }}) as amount_after,
        cast(null as {{ dbt.type_string() }}) as reason
    from lines
    union all
    select
        payout_line_id,
        8000 as seq,
        'paid_before' as factor_kind,
        component_id as factor_id,
        cast({{ rounded_line }} - amount as {{ number }}) as basis,
        cast(null as {{ number }}) as rate,
        cast(null as {{ number }}) as factor,
        cast({{ rounded_line }} as {{ number }}) as amount_before,
        cast(amount as {{ number }}) as amount_after,
        'year_to_date' as reason
    from lines
    where
        is_to_date
        and {{ rounded_line }} <> amount
    union all
    select
        {{ payout_line_id(
            'groups.component_id', 'groups.payee_id', 'cast(groups.period_start as ' ~ dbt.type_string() ~ ')', 'adjusting_lines.line_kind'
        ) }} as payout_line_id,
        1 as seq,
        adjusting_lines.line_kind as factor_kind,
        groups.component_id as factor_id,
        cast(adjusting_lines.earning as {{ number }}) as basis,
        cast(null as {{ number }}) as rate,
        cast(adjusting_lines.earning + adjusting_lines.amount as {{ number }}) as factor,
        cast(0 as {{ number }}) as amount_before,
        cast(adjusting_lines.amount as {{ number }}) as amount_after,
        concat(adjusting_lines.line_kind, '_per_period') as reason
    from adjusting_lines
    inner join groups
        on adjusting_lines.group_no = groups.group_no
),

period_steps as (
    select
        payout_line_id,
        3 as seq,
        'start' as factor_kind,
        component_id as factor_id,
        reached as basis,
        cast(null as {{ number }}) as rate,
        cast(null as {{ number }}) as factor,
        cast(0 as {{ number }}) as amount_before,
        cast(0 as {{ number }}) as amount_after,
        case when tier_no = 0 and coalesce(rate, 0) = 0 then 'below_first_tier' end as reason
    from period_lines
    union all
    select
        payout_line_id,
        1000 as seq,
        case when rate is null then 'prize' else 'target' end as factor_kind,
        concat(component_id, '/', coalesce(cast(tier_from as {{ dbt.type_string() }}), '')) as factor_id,
        cast(case when rate is null then amount_rated else target_incentive end as {{ number }}) as basis,
        rate,
        cast(case when rate is not null then weight end as {{ number }}) as factor,
        cast(0 as {{ number }}) as amount_before,
        amount_rated as amount_after,
        cast(null as {{ dbt.type_string() }}) as reason
    from period_lines
    where
        (tier_no > 0 or rate <> 0)
        and method <> 'milestones'
    union all
    select
        period_lines.payout_line_id,
        1000 + milestones.tier_no as seq,
        'tier_amount' as factor_kind,
        concat(period_lines.component_id, '/', cast(milestones.tier_from as {{ dbt.type_string() }})) as factor_id,
        cast(milestones.amount as {{ number }}) as basis,
        cast(null as {{ number }}) as rate,
        cast(1 as {{ number }}) as factor,
        cast(milestones.amount_so_far - milestones.amount as {{ number }}) as amount_before,
        cast(milestones.amount_so_far as {{ number }}) as amount_after,
        'milestone' as reason
    from period_lines
    inner join milestones
        on
            period_lines.component_id = milestones.component_id
            and period_lines.tier_no >= milestones.tier_no
    where period_lines.method = 'milestones'
    union all
    select
        period_lines.payout_line_id,
        4000 as seq,
        'personal_factor' as factor_kind,
        period_lines.assignment_id as factor_id,
        cast(null as {{ number }}) as basis,
        cast(null as {{ number }}) as rate,
        cast(period_lines.personal_factor as {{ number }}) as factor,
        coalesce(last_modification.amount_after, period_lines.amount_rated) as amount_before,
        period_lines.amount_modified as amount_after,
        cast(null as {{ dbt.type_string() }}) as reason
    from period_lines
    left join modifications as last_modification
        on
            period_lines.group_no = last_modification.group_no
            and last_modification.credit_no = 0
            and last_modification.is_last
    where period_lines.personal_factor <> 1
    union all
    select
        period_lines.payout_line_id,
        3000 + modifications.seq as seq,
        'modifier' as factor_kind,
        modifications.modifier_id as factor_id,
        cast(null as {{ number }}) as basis,
        cast(null as {{ number }}) as rate,
        cast(modifications.factor as {{ number }}) as factor,
        modifications.amount_before,
        modifications.amount_after,
        modifiers.modifier_name as reason
    from period_lines
    inner join modifications
        on
            period_lines.group_no = modifications.group_no
            and modifications.credit_no = 0
    inner join modifiers
        on
            period_lines.modifier_set_no = modifiers.modifier_set_no
            and modifications.seq = modifiers.seq
    union all
    select
        payout_line_id,
        6000 as seq,
        'gate' as factor_kind,
        component_id as factor_id,
        cast(null as {{ number }}) as basis,
        cast(null as {{ number }}) as rate,
        cast(0 as {{ number }}) as factor,
        amount_modified as amount_before,
        cast(0 as {{ number }}) as amount_after,
        'gate' as reason
    from period_lines
    where not is_paid
    union all
    select
        payout_line_id,
        7000 as seq,
        'rounding' as factor_kind,
        currency as factor_id,
        cast(null as {{ number }}) as basis,
        cast(null as {{ number }}) as rate,
        cast(null as {{ number }}) as factor,
        cast(case when is_paid then amount_modified else 0 end as {{ number }}) as amount_before,
        cast(amount + amount_paid_before as {{ number }}) as amount_after,
        cast(null as {{ dbt.type_string() }}) as reason
    from period_lines
    union all
    select
        payout_line_id,
        8000 as seq,
        'paid_before' as factor_kind,
        component_id as factor_id,
        cast(amount_paid_before as {{ number }}) as basis,
        cast(null as {{ number }}) as rate,
        cast(null as {{ number }}) as factor,
        cast(amount + amount_paid_before as {{ number }}) as amount_before,
        cast(amount as {{ number }}) as amount_after,
        'year_to_date' as reason
    from period_lines
    where amount_paid_before <> 0
),

all_steps as (
    select * from steps
    union all
    select * from period_steps
),

final as (
    select
        payout_line_id,
        seq,
        factor_kind,
        factor_id,
        basis,
        rate,
        factor,
        amount_before,
        amount_after,
        reason
    from all_steps
)

select * from final

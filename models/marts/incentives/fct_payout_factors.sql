{#
    Grain: one row per line and step that made it: amount_before leads to amount_after without gaps, the last one is the line's amount.
    Additive: nothing; it is a chain. seq orders the steps and has gaps. A view over narrow tables (factor_kind in this order).
    share: basis × factor; exchange: basis × rate ÷ factor; start: begins at 0; slice: + basis × rate; tier_amount: + basis × factor;
    target: + basis × factor × rate; prize: + basis;
    modifier, personal_factor: × factor; cap_per_event: cut to ± basis; gate: × factor 0; rounding: to the minor unit; paid_before: − basis. One row from
    0: cap, floor, draw: factor − basis; draw_recovery: − what of rate (owed) basis − factor pays back; hold, clawback: − basis × rate ÷ factor, release:
    + the same, each less the earlier lines about the same line and invoice, or hold; manual: + basis.
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
        groups.payee_id,
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

following_lines as (
    select
        payee_id,
        payout_line_id,
        followed_line_id,
        line_kind,
        invoice_id,
        coalesce(hold_id, hold_until) as held_by,
        basis,
        part,
        whole,
        amount
    from {{ ref('int_following_lines_detailed') }}
),

manual_lines as (
    select
        payout_line_id,
        payee_id,
        adjustment_id,
        amount,
        reason
    from {{ ref('int_manual_lines') }}
),

draws as (
    select
        plan_id,
        payee_id,
        period_start,
        reason,
        line_kind,
        earned,
        drawn,
        balance,
        amount
    from {{ ref('int_draws_balanced') }}
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

{% set after_cap = 'case when not coalesce(is_capped, false) then amount_modified'
    ~ ' when amount_modified < 0 then -cap_per_event else cap_per_event end' -%}
{% set rounded_line = 'case when is_paid then ' ~ round_minor('(' ~ after_cap ~ ')', 'minor_units') ~ ' else 0 end' -%}
{% set tier_id = "concat(component_id, '/', coalesce(cast(tier_from as " ~ dbt.type_string() ~ "), ''))" -%}
{% set last_factor = 'coalesce(last_modification.amount_after, ' -%}
steps as (
    select
        {{ payout_step(
            1, "'share'", 'credit_id', 'event_value', 'credit_value', basis='event_value', factor='share', reason='credit_kind'
        ) }}
    from lines
    union all
    select
        {{ payout_step(
            2, "'exchange'", "concat(coalesce(lines.credit_currency, lines.currency), '>', lines.currency)",
            'lines.credit_value', 'lines.basis', basis='lines.credit_value',
            rate='coalesce(converted.credit_rate_to_base, 1)', factor='coalesce(converted.plan_rate_to_base, 1)',
            reason="case when converted.group_no is null then 'same_unit' else 'rates_in_force' end", line='lines.payout_line_id'
        ) }}
    from lines
    left join converted
        on
            lines.group_no = converted.group_no
            and lines.credit_no = converted.credit_no
    union all
    select
        {{ payout_step(3, "'start'", 'component_id', 'basis', '0', basis='basis') }}
    from lines
    union all
    select
        {{ payout_step(
            1000, "'slice'", tier_id, '0', mul10_rate('basis', 'rate'), basis='basis', rate='rate',
            reason="case when tier_no = 0 then 'below_first_tier' end"
        ) }}
    from lines
    where not is_sliced
    union all
    select
        {{ payout_step(
            2000, "'tier_amount'", tier_id, mul10_rate('basis', 'rate'), 'amount_rated',
            basis=mul10('event_amount', 'share'), factor='entry_ratio', reason="'each_event'"
        ) }}
    from lines
    where
        not is_sliced
        and event_amount <> 0
    union all
    select
        {{ payout_step(
            '1000 + slices.seq', 'slices.step_kind',
            "concat(lines.component_id, '/', cast(tiers.tier_from as " ~ dbt.type_string() ~ '))',
            'slices.amount_before', 'slices.amount_after', basis='slices.basis',
            rate="case when slices.step_kind = 'slice' then slices.rate end",
            factor="case when slices.step_kind = 'tier_amount' then slices.rate end", line='lines.payout_line_id'
        ) }}
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
        {{ payout_step(
            '3000 + modifications.seq', "'modifier'", 'modifications.modifier_id',
            'modifications.amount_before', 'modifications.amount_after', factor='modifications.factor',
            reason='modifiers.modifier_name', line='lines.payout_line_id'
        ) }}
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
        {{ payout_step(
            4000, "'personal_factor'", 'component_days.assignment_id', last_factor ~ 'lines.amount_rated)', 'lines.amount_modified',
            factor='lines.personal_factor', line='lines.payout_line_id'
        ) }}
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
        {{ payout_step(
            5000, "'cap_per_event'", 'component_id', 'amount_modified',
            'case when amount_modified < 0 then -cap_per_event else cap_per_event end', basis='cap_per_event'
        ) }}
    from lines
    where is_capped
    union all
    select
        {{ payout_step(6000, "'gate'", 'component_id', after_cap, '0', factor='0', reason="'gate'") }}
    from lines
    where not is_paid
    union all
    select
        {{ payout_step(
            7000, "'rounding'", 'currency', 'case when is_paid then ' ~ after_cap ~ ' else 0 end',
            'case when is_to_date then ' ~ rounded_line ~ ' else amount end'
        ) }}
    from lines
    union all
    select
        {{ payout_step(
            8000, "'paid_before'", 'component_id', rounded_line, 'amount', basis=rounded_line ~ ' - amount', reason="'year_to_date'"
        ) }}
    from lines
    where
        is_to_date
        and {{ rounded_line }} <> amount
),

period_steps as (
    select
        {{ payout_step(
            3, "'start'", 'component_id', '0', '0', basis='reached',
            reason="case when tier_no = 0 and coalesce(rate, 0) = 0 then 'below_first_tier' end"
        ) }}
    from period_lines
    union all
    select
        {{ payout_step(
            1000, "case when rate is null then 'prize' else 'target' end", tier_id, '0', 'amount_rated',
            basis='case when rate is null then amount_rated else target_incentive end', rate='rate',
            factor='case when rate is not null then weight end'
        ) }}
    from period_lines
    where
        (tier_no > 0 or rate <> 0)
        and method <> 'milestones'
    union all
    select
        {{ payout_step(
            '1000 + milestones.tier_no', "'tier_amount'",
            "concat(period_lines.component_id, '/', cast(milestones.tier_from as " ~ dbt.type_string() ~ '))',
            'milestones.amount_so_far - milestones.amount', 'milestones.amount_so_far', basis='milestones.amount', factor='1',
            reason="'milestone'", line='period_lines.payout_line_id'
        ) }}
    from period_lines
    inner join milestones
        on
            period_lines.component_id = milestones.component_id
            and period_lines.tier_no >= milestones.tier_no
    where period_lines.method = 'milestones'
    union all
    select
        {{ payout_step(
            4000, "'personal_factor'", 'period_lines.assignment_id', last_factor ~ 'period_lines.amount_rated)',
            'period_lines.amount_modified', factor='period_lines.personal_factor', line='period_lines.payout_line_id'
        ) }}
    from period_lines
    left join modifications as last_modification
        on
            period_lines.group_no = last_modification.group_no
            and last_modification.credit_no = 0
            and last_modification.is_last
    where period_lines.personal_factor <> 1
    union all
    select
        {{ payout_step(
            '3000 + modifications.seq', "'modifier'", 'modifications.modifier_id',
            'modifications.amount_before', 'modifications.amount_after', factor='modifications.factor',
            reason='modifiers.modifier_name', line='period_lines.payout_line_id'
        ) }}
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
        {{ payout_step(6000, "'gate'", 'component_id', 'amount_modified', '0', factor='0', reason="'gate'") }}
    from period_lines
    where not is_paid
    union all
    select
        {{ payout_step(
            7000, "'rounding'", 'currency', 'case when is_paid then amount_modified else 0 end', 'amount + amount_paid_before'
        ) }}
    from period_lines
    union all
    select
        {{ payout_step(
            8000, "'paid_before'", 'component_id', 'amount + amount_paid_before', 'amount', basis='amount_paid_before',
            reason="'year_to_date'"
        ) }}
    from period_lines
    where amount_paid_before <> 0
),

-- lines that are about other lines or a total: one step from 0
single_steps as (
    select
        {{ payout_step(
            1, 'adjusting_lines.line_kind', 'groups.component_id', '0', 'adjusting_lines.amount',
            basis='adjusting_lines.earning', factor='adjusting_lines.earning + adjusting_lines.amount',
            reason="concat(adjusting_lines.line_kind, '_per_period')",
            line=payout_line_id(
                'groups.component_id', 'groups.payee_id', 'cast(groups.period_start as ' ~ dbt.type_string() ~ ')',
                'adjusting_lines.line_kind'
            ), payee='groups.payee_id'
        ) }}
    from adjusting_lines
    inner join groups
        on adjusting_lines.group_no = groups.group_no
    union all
    select
        {{ payout_step(
            1, 'line_kind', 'followed_line_id', '0', 'amount', basis='basis', rate='part', factor='whole',
            reason="case when line_kind in ('hold', 'release') then held_by else invoice_id end"
        ) }}
    from following_lines
    union all
    select
        {{ payout_step(
            1, 'line_kind', 'plan_id', '0', 'amount', basis='earned', rate="case when reason = 'recovery' then balance end",
            factor='drawn', reason='reason', line=payout_line_id('plan_id', 'payee_id', draw_origin('draws'), 'line_kind'),
            payee='payee_id'
        ) }}
    from draws
    union all
    select
        {{ payout_step(1, "'manual'", 'adjustment_id', '0', 'amount', basis='amount', reason='reason') }}
    from manual_lines
),

all_steps as (
    select * from steps
    union all
    select * from period_steps
    union all
    select * from single_steps
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
        reason,
        payee_id
    from all_steps
)

select * from final

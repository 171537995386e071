{#
    Grain: one row per deal_no and pair of ways in which its equal credits are paid, where the ways differ by more
    than a minor unit; each way is shown by its first line. Additive: pair_count, the pairs of lines it stands for.
    Not additive: amounts. Plan rows set two ways apart when each amount follows from its own plan rows (assignment,
    modifiers, cap_per_event), and each thing in which they differ has a reason in the plan: the assignment's
    personal factor; modifiers with a condition on the payee, in whose dimensions the two differ; the share of an
    amount for each event; an amount on entering a tier; modifiers that the figures of each payee's period switch on.
#}
with

components_gated as (
    select component_no
    from {{ ref('int_gates') }}
    where modifier_no is not null
    group by component_no
),

lines as (
    select
        lines_repeated.group_no,
        lines_repeated.credit_no,
        lines_repeated.deal_no,
        lines_repeated.component_no,
        lines_repeated.component_id,
        lines_repeated.period_start,
        lines_repeated.item_no,
        lines_repeated.span_no,
        lines_repeated.occurred_on,
        lines_repeated.method,
        lines_repeated.minor_units,
        lines_repeated.plan_currency,
        lines_repeated.share,
        lines_repeated.entry_ratio,
        lines_repeated.amount_rated,
        coalesce(lines_repeated.modifier_set_no, 0) as modifier_set_no,
        components_gated.component_no is not null as is_gated,
        lines_repeated.amount
    from {{ ref('int_lines_repeated') }} as lines_repeated
    left join components_gated
        on lines_repeated.component_no = components_gated.component_no
),

components as (
    select
        component_no,
        cap_per_event
    from {{ ref('int_components_numbered') }}
),

component_days as (
    select
        group_no,
        valid_from,
        valid_to,
        assignment_id
    from {{ ref('int_component_days') }}
),

assignments as (
    select
        assignment_id,
        cast(personal_factor as {{ factor() }}) as personal_factor
    from {{ ref('stg_plans__plan_assignments') }}
),

group_rates as (
    select
        group_no,
        event_amount,
        pays_amounts,
        stands_alone,
        first_credit_no
    from {{ ref('int_group_rates') }}
),

tiers as (
    select
        component_id,
        tier_from
    from {{ ref('int_plan_tiers_effective') }}
    where tier_no = 1
),

modifiers as (
    select modifier_id
    from {{ ref('int_modifiers_numbered') }}
),

modifier_sets as (
    select
        modifier_set_no,
        modifier_id,
        factor_so_far,
        is_last
    from {{ ref('int_modifier_sets') }}
),

conditions as (
    select
        owner_id,
        component_id,
        dimension
    from {{ ref('int_conditions_numbered') }}
),

spans as (
    select
        span_no,
        payee_kind,
        payee_id,
        role,
        team_id,
        region,
        tenure_band,
        hired_on
    from {{ ref('int_payee_spans') }}
),

items_registered as (
    select
        item_no,
        registrant_kind,
        registrant_id
    from {{ ref('int_items_registered') }}
),

factors as (
    select
        modifier_set_no,
        factor_so_far
    from modifier_sets
    where is_last
),

dimensions_read as (
    select
        conditions.component_id,
        {%- for dimension in payee_dimensions() %}
        max(case when conditions.dimension = '{{ dimension }}' then 1 else 0 end) as reads_{{ dimension }},
        {%- endfor %}
        max(case when conditions.dimension = 'tenure_days' then 1 else 0 end) as reads_tenure_days,
        max(case when conditions.dimension = 'is_registered_deal' then 1 else 0 end) as reads_registrations
    from conditions
    inner join modifiers
        on conditions.owner_id = modifiers.modifier_id
    group by conditions.component_id
),

differing_deals as (
    select deal_no
    from lines
    group by deal_no
    having max(amount) <> min(amount)
),

recalculated as (
    select
        lines.deal_no,
        lines.credit_no,
        lines.component_no,
        lines.component_id,
        lines.period_start,
        lines.minor_units,
        lines.plan_currency,
        component_days.assignment_id,
        assignments.personal_factor,
        lines.modifier_set_no,
        concat(
            {%- for dimension, expression in payee_dimensions().items() %}
            case when dimensions_read.reads_{{ dimension }} = 1 then concat('|', {{ expression }}) else '' end,
            {%- endfor %}
            case
                when lines.is_gated then concat('|', cast(lines.group_no as {{ dbt.type_string() }}))
                else ''
            end,
            case
                when dimensions_read.reads_registrations = 1 and items_registered.item_no is not null
                    then '|registrant'
                else ''
            end,
            case
                when dimensions_read.reads_tenure_days = 1
                    then concat(
                        '|',
                        cast(
                            {{ dbt.datediff('spans.hired_on', 'lines.occurred_on', 'day') }} as {{ dbt.type_string() }}
                        )
                    )
                else ''
            end
        ) as payee_values,
        lines.amount_rated,
        case
            when group_rates.event_amount <> 0
                then {{ mul10(mul10('group_rates.event_amount', 'lines.share'), 'lines.entry_ratio') }}
            else cast(0 as {{ step() }})
        end as amount_by_event,
        lines.method = 'marginal'
        and group_rates.pays_amounts = 1
        and not group_rates.stands_alone
        and lines.credit_no = group_rates.first_credit_no as is_first_entry,
        {{ mul10(
            mul10('lines.amount_rated', 'coalesce(factors.factor_so_far, 1)'), 'assignments.personal_factor'
        ) }} as amount_expected,
        components.cap_per_event,
        lines.amount
    from lines
    inner join differing_deals
        on lines.deal_no = differing_deals.deal_no
    inner join components
        on lines.component_no = components.component_no
    inner join group_rates
        on lines.group_no = group_rates.group_no
    inner join spans
        on lines.span_no = spans.span_no
    left join dimensions_read
        on lines.component_id = dimensions_read.component_id
    left join component_days
        on
            lines.group_no = component_days.group_no
            and lines.occurred_on >= component_days.valid_from
            and lines.occurred_on < component_days.valid_to
    left join assignments
        on component_days.assignment_id = assignments.assignment_id
    left join factors
        on lines.modifier_set_no = factors.modifier_set_no
    left join items_registered
        on
            lines.item_no = items_registered.item_no
            and spans.payee_kind = items_registered.registrant_kind
            and spans.payee_id = items_registered.registrant_id
),

judged as (
    select
        deal_no,
        credit_no,
        component_no,
        component_id,
        period_start,
        minor_units,
        plan_currency,
        assignment_id,
        coalesce(personal_factor, 0) as personal_factor,
        modifier_set_no,
        payee_values,
        amount_rated - amount_by_event as amount_by_rate,
        amount_by_event,
        is_first_entry,
        coalesce(
            abs(amount - case
                when amount_expected > cap_per_event then cap_per_event
                when amount_expected < -cap_per_event then -cap_per_event
                else amount_expected
            end) <= {{ minor_unit('minor_units') }},
            false
        ) as follows_from_plan,
        amount
    from recalculated
),

ways as (
    select
        deal_no,
        component_no,
        component_id,
        period_start,
        minor_units,
        plan_currency,
        personal_factor,
        modifier_set_no,
        payee_values,
        amount_by_rate,
        amount_by_event,
        is_first_entry,
        follows_from_plan,
        amount,
        min(coalesce(assignment_id, '')) as assignment_id,
        min(credit_no) as credit_no,
        count(*) as line_count
    from judged
    group by
        deal_no,
        component_no,
        component_id,
        period_start,
        minor_units,
        plan_currency,
        personal_factor,
        modifier_set_no,
        payee_values,
        amount_by_rate,
        amount_by_event,
        is_first_entry,
        follows_from_plan,
        amount
),

pairs as (
    select
        ways.deal_no,
        ways.component_no,
        ways.component_id,
        ways.period_start,
        ways.minor_units,
        ways.plan_currency,
        ways.credit_no,
        other_ways.credit_no as other_credit_no,
        ways.amount,
        other_ways.amount as other_amount,
        ways.assignment_id,
        other_ways.assignment_id as other_assignment_id,
        ways.modifier_set_no,
        other_ways.modifier_set_no as other_modifier_set_no,
        {{ wide_product('ways.line_count', 'other_ways.line_count') }} as pair_count,
        ways.follows_from_plan and other_ways.follows_from_plan as follows_from_plan,
        ways.personal_factor <> other_ways.personal_factor as differs_by_person,
        ways.modifier_set_no <> other_ways.modifier_set_no as differs_by_modifiers,
        ways.payee_values <> other_ways.payee_values as differs_by_payee_values,
        ways.amount_by_event <> other_ways.amount_by_event as differs_by_event_amount,
        ways.amount_by_rate <> other_ways.amount_by_rate as differs_by_rate,
        ways.is_first_entry <> other_ways.is_first_entry as differs_by_entry
    from ways
    inner join ways as other_ways
        on
            ways.deal_no = other_ways.deal_no
            and ways.credit_no < other_ways.credit_no
    where abs(ways.amount - other_ways.amount) > {{ minor_unit('ways.minor_units') }}
),

-- modifiers that hold for one of the two only
modifiers_of_one as (
    select
        pairs.deal_no,
        pairs.credit_no,
        pairs.other_credit_no,
        modifier_sets.modifier_id
    from pairs
    inner join modifier_sets
        on modifier_sets.modifier_set_no in (pairs.modifier_set_no, pairs.other_modifier_set_no)
    where pairs.differs_by_modifiers
    group by pairs.deal_no, pairs.credit_no, pairs.other_credit_no, modifier_sets.modifier_id
    having count(*) = 1
),

modifiers_listed as (
    select
        deal_no,
        credit_no,
        other_credit_no,
        {{ text_list('modifier_id', 'modifier_id') }} as modifier_list
    from modifiers_of_one
    group by deal_no, credit_no, other_credit_no
),

reasoned as (
    select
        pairs.deal_no,
        pairs.component_no,
        pairs.component_id,
        pairs.period_start,
        pairs.minor_units,
        pairs.plan_currency,
        pairs.credit_no,
        pairs.other_credit_no,
        pairs.amount,
        pairs.other_amount,
        pairs.pair_count,
        pairs.follows_from_plan
        and not (pairs.differs_by_rate and not pairs.differs_by_entry)
        and not (pairs.differs_by_modifiers and not pairs.differs_by_payee_values) as has_reasons,
        concat(
            case
                when pairs.differs_by_person
                    then concat('; plan_assignments ', pairs.assignment_id, ', ', pairs.other_assignment_id)
                else ''
            end,
            case
                when pairs.differs_by_modifiers and pairs.differs_by_payee_values
                    then concat('; plan_modifiers ', modifiers_listed.modifier_list)
                else ''
            end,
            case
                when pairs.differs_by_event_amount or pairs.differs_by_entry
                    then concat(
                        '; plan_tiers ',
                        pairs.component_id,
                        ' from ',
                        {{ plain_number('cast(tiers.tier_from as decimal(28, 6))') }}
                    )
                else ''
            end
        ) as reasons
    from pairs
    inner join tiers
        on pairs.component_id = tiers.component_id
    left join modifiers_listed
        on
            pairs.deal_no = modifiers_listed.deal_no
            and pairs.credit_no = modifiers_listed.credit_no
            and pairs.other_credit_no = modifiers_listed.other_credit_no
),

final as (
    select
        deal_no,
        component_no,
        component_id,
        period_start,
        minor_units,
        plan_currency,
        credit_no,
        other_credit_no,
        amount,
        other_amount,
        pair_count,
        has_reasons and reasons <> '' as is_set_apart,
        case when has_reasons then substring(reasons, 3) else '' end as plan_rows
    from reasoned
)

select * from final

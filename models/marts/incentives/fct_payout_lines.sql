{#
    Grain: one row per line: a credit that a component pays for, the one line of a component that pays by the period, its cap or floor, what is held,
    released, clawed back or returned of a line, what is added or taken by hand, or a draw of the plan and its recovery, which belong to no component.
    Additive: amount within a currency, amount_base. Not additive: positions, rate, factor. A view over narrow tables.
#}
{%- set values = {
    'component': 'lines.component_name',
    'percent': 'coalesce(' ~ percent_text('lines.rate') ~ ", '')",
    'rate': 'coalesce(' ~ plain_number('cast(lines.rate as decimal(18, 6))') ~ ", '')",
    'basis': plain_number('cast(lines.basis as decimal(28, 4))'),
    'currency': 'lines.currency',
    'event_amount': 'coalesce(' ~ plain_number('cast(lines.event_amount as decimal(18, 4))') ~ ", '')",
    'share': percent_text('lines.share'),
    'position_from': plain_number('cast(lines.position_from as decimal(28, 4))'),
    'position_to': plain_number('cast(lines.position_to as decimal(28, 4))'),
    'tier_from': 'coalesce(' ~ tier_text('lines.tier_from', 'lines.tier_key') ~ ", '')",
    'period_start': 'cast(lines.period_start as ' ~ dbt.type_string() ~ ')',
} %}
{%- set factor_values = {'factor': plain_number('cast(lines.factor as decimal(18, 6))')} %}
{%- set cap_values = {
    'cap': 'coalesce(' ~ money_text('lines.cap_per_event', 'lines.minor_units') ~ ", '')",
    'currency': 'lines.currency',
} %}
{%- set result_values = {'amount': money_text('lines.amount', 'lines.minor_units'), 'currency': 'lines.currency'} %}
with

lines as (
    select
        payee_id,
        plan_id,
        component_id,
        component_name,
        unit_kind,
        method,
        tier_key,
        stands_alone,
        period,
        period_start,
        quota,
        event_id,
        credit_id,
        credited_payee_id,
        occurred_on,
        share,
        event_amount,
        basis,
        position_from,
        position_to,
        tier_no,
        tier_from,
        is_sliced,
        rate,
        factor,
        is_capped,
        cap_per_event,
        is_paid,
        is_to_date,
        amount,
        currency,
        minor_units,
        amount_base,
        case
            when method = 'flat' and event_amount <> 0 and rate <> 0
                then concat('flat_both_', case when unit_kind = 'money' then 'money' else 'count' end)
            when method = 'flat' and event_amount <> 0 then 'flat_amount'
            when is_sliced and stands_alone and method = 'marginal' then 'event_sliced'
            when is_sliced and not stands_alone then 'marginal_sliced'
            when method <> 'flat' and tier_key = 'attainment' and quota is null then 'no_quota'
            when tier_no = 0 and stands_alone then 'event_below'
            when tier_no = 0 then concat(method, '_below')
            when stands_alone then concat('event_', case when unit_kind = 'money' then 'money' else 'count' end)
            else concat(method, '_', case when unit_kind = 'money' then 'money' else 'count' end)
        end as explanation_key
    from {{ ref('int_payout_lines_detailed') }}
),

period_lines as (
    select
        group_no,
        reached,
        key_value,
        tier_no,
        tier_from,
        target_incentive,
        rate,
        modifier_set_no,
        personal_factor,
        is_paid,
        occurred_on,
        amount_rated,
        amount,
        amount_base
    from {{ ref('int_period_lines') }}
),

modifier_sets as (
    select
        modifier_set_no,
        factor_so_far
    from {{ ref('int_modifier_sets') }}
    where is_last
),

adjusting_lines as (
    select
        group_no,
        line_kind,
        earning,
        amount,
        occurred_on,
        amount_base
    from {{ ref('int_payout_adjusting_lines') }}
),

following_lines as (
    select
        payout_line_id,
        payee_id,
        plan_id,
        component_id,
        component_name,
        period,
        period_start,
        event_id,
        credit_id,
        credited_payee_id,
        occurred_on,
        line_kind,
        invoice_id,
        hold_until,
        hold_days,
        hold_reason,
        approved_by,
        held_from,
        released_on,
        basis,
        {{ quotient10('part', 'whole') }} as factor,
        amount,
        currency,
        minor_units,
        amount_base,
        case
            when line_kind not in ('hold', 'release') then line_kind
            when hold_id is not null then concat(line_kind, '_by_hand')
            when hold_days is null then concat(line_kind, '_collected')
            else concat(line_kind, '_days')
        end as explanation_key
    from {{ ref('int_following_lines_detailed') }}
),

manual_lines as (
    select
        payout_line_id,
        payee_id,
        plan_id,
        plan_name,
        component_id,
        period,
        period_start,
        occurred_on,
        reason,
        requested_by,
        approved_by,
        amount,
        currency,
        minor_units,
        amount_base
    from {{ ref('int_manual_lines') }}
),

draws as (
    select
        plan_id,
        payee_id,
        period,
        period_start,
        reason,
        line_kind,
        occurred_on,
        earned,
        drawn,
        balance,
        amount,
        amount_base
    from {{ ref('int_draws_balanced') }}
),

plans as (
    select
        plan_id,
        name,
        currency,
        minor_units
    from {{ ref('int_plans_effective') }}
),

{# An import for each use: DuckDB stores a table expression that is used twice, and then reads all columns around it. #}
{%- for use in ['period', 'adjusting'] %}
{{ use }}_groups as (
    select
        group_no,
        payee_id,
        plan_id,
        component_id,
        method,
        tier_key,
        accumulate,
        quota,
        period,
        period_start,
        currency,
        minor_units
    from {{ ref('int_payout_groups') }}
),
{% endfor %}
{%- for use in ['period', 'adjusting', 'manual'] %}
{{ use }}_components as (
    select
        component_id,
        name
    from {{ ref('int_plan_components_effective') }}
),
{% endfor %}
{%- for use in ['earning', 'period', 'adjusting', 'following', 'manual', 'draw'] %}
{{ use }}_sentences as (
    select
        explanation_key,
        sentence,
        sentence_zh
    from {{ ref('int_explanations') }}
),
{% endfor %}
{%- set clauses = ['factor', 'gate', 'to_date', 'result'] %}
{%- for use in ['earning', 'period'] %}
{%- for clause in (clauses + ['cap_per_event'] if use == 'earning' else clauses) %}
{{ use }}_{{ clause }} as (
    select
        sentence,
        sentence_zh
    from {{ ref('int_explanations') }}
    where explanation_key = '{{ clause }}'
),
{% endfor %}
{%- endfor %}
earning as (
    select
        {{ payout_line_id(
            'lines.component_id', 'lines.payee_id', line_origin('lines.'), "'earning'"
        ) }} as payout_line_id,
        lines.payee_id,
        lines.plan_id,
        lines.component_id,
        lines.period,
        lines.period_start,
        lines.event_id,
        lines.credit_id,
        lines.credited_payee_id,
        lines.occurred_on,
        'earning' as line_kind,
        case
            when lines.explanation_key = 'no_quota' then 'no_quota'
            when lines.explanation_key in ('event_below', 'marginal_below', 'retroactive_below') then 'below_first_tier'
            when not lines.is_paid then 'gate'
            when lines.is_capped then 'cap_per_event'
        end as reason,
        lines.basis,
        lines.position_from,
        lines.position_to,
        cast(lines.tier_from as {{ step() }}) as tier_from,
        cast(lines.rate as {{ step() }}) as rate,
        cast(lines.factor as {{ step() }}) as factor,
        lines.amount,
        lines.currency,
        lines.amount_base,
        concat(
            {{ fill('earning_sentences.sentence', values) }},
            case when lines.factor <> 1 then {{ fill('earning_factor.sentence', factor_values) }} else '' end,
            case when lines.is_capped then {{ fill('earning_cap_per_event.sentence', cap_values) }} else '' end,
            case when not lines.is_paid then earning_gate.sentence else '' end,
            case when lines.is_to_date then earning_to_date.sentence else '' end,
            {{ fill('earning_result.sentence', result_values) }}
        ) as explanation,
        concat(
            {{ fill('earning_sentences.sentence_zh', values) }},
            case when lines.factor <> 1 then {{ fill('earning_factor.sentence_zh', factor_values) }} else '' end,
            case when lines.is_capped then {{ fill('earning_cap_per_event.sentence_zh', cap_values) }} else '' end,
            case when not lines.is_paid then earning_gate.sentence_zh else '' end,
            case when lines.is_to_date then earning_to_date.sentence_zh else '' end,
            {{ fill('earning_result.sentence_zh', result_values) }}
        ) as explanation_zh
    from lines
    left join earning_sentences
        on lines.explanation_key = earning_sentences.explanation_key
    cross join earning_factor
    cross join earning_cap_per_event
    cross join earning_gate
    cross join earning_to_date
    cross join earning_result
),

{% set adjusting_values = {
    'component': 'adjusting_components.name',
    'earning': money_text('adjusting_lines.earning', 'adjusting_groups.minor_units'),
    'total': money_text('adjusting_lines.earning + adjusting_lines.amount', 'adjusting_groups.minor_units'),
    'amount': money_text('adjusting_lines.amount', 'adjusting_groups.minor_units'),
    'currency': 'adjusting_groups.currency',
} -%}
adjusting as (
    select
        {{ payout_line_id(
            'adjusting_groups.component_id', 'adjusting_groups.payee_id', 'cast(adjusting_groups.period_start as ' ~ dbt.type_string() ~ ')', 'adjusting_lines.line_kind'
        ) }} as payout_line_id,
        adjusting_groups.payee_id,
        adjusting_groups.plan_id,
        adjusting_groups.component_id,
        adjusting_groups.period,
        adjusting_groups.period_start,
        {{ without(['event_id', 'credit_id', 'credited_payee_id'], dbt.type_string()) }},
        adjusting_lines.occurred_on,
        adjusting_lines.line_kind,
        concat(adjusting_lines.line_kind, '_per_period') as reason,
        {{ without(['basis', 'position_from', 'position_to', 'tier_from', 'rate', 'factor'], step()) }},
        adjusting_lines.amount,
        adjusting_groups.currency,
        adjusting_lines.amount_base,
        {{ fill('adjusting_sentences.sentence', adjusting_values) }} as explanation,
        {{ fill('adjusting_sentences.sentence_zh', adjusting_values) }} as explanation_zh
    from adjusting_lines
    inner join adjusting_groups
        on adjusting_lines.group_no = adjusting_groups.group_no
    inner join adjusting_components
        on adjusting_groups.component_id = adjusting_components.component_id
    left join adjusting_sentences
        on adjusting_lines.line_kind = adjusting_sentences.explanation_key
),

period_explained as (
    select
        period_lines.group_no,
        period_lines.reached,
        period_lines.tier_from,
        period_lines.target_incentive,
        period_lines.rate,
        {{ mul10('coalesce(modifier_sets.factor_so_far, 1)', 'period_lines.personal_factor') }} as factor,
        period_lines.is_paid,
        period_groups.accumulate = 'year_to_date' as is_to_date,
        period_lines.occurred_on,
        period_lines.amount,
        period_lines.amount_base,
        case
            when period_groups.method = 'rank' then {{ plain_number('cast(period_lines.reached as decimal(28, 4))') }}
            else {{ tier_text('period_lines.key_value', 'period_groups.tier_key') }}
        end as reached_text,
        period_groups.payee_id,
        period_groups.plan_id,
        period_groups.component_id,
        period_components.name as component_name,
        period_groups.tier_key,
        period_groups.period,
        period_groups.period_start,
        period_groups.currency,
        period_groups.minor_units,
        case
            when period_groups.tier_key = 'attainment' and period_groups.quota is null then 'period_no_quota'
            when period_groups.method = 'rank' and period_lines.tier_no = 0 then 'rank_none'
            when period_groups.method = 'rank' and period_lines.amount_rated = 0 then 'rank_without_prize'
            when period_groups.method = 'rank' then 'rank_placed'
            when period_groups.method = 'scorecard' and period_lines.rate <> 0 then 'scorecard'
            when period_lines.tier_no = 0 then 'period_below'
            when period_groups.method = 'step' and period_lines.rate is null then 'step_amount'
            when period_groups.method = 'step' then 'step_target'
            else period_groups.method
        end as explanation_key
    from period_lines
    inner join period_groups
        on period_lines.group_no = period_groups.group_no
    inner join period_components
        on period_groups.component_id = period_components.component_id
    left join modifier_sets
        on period_lines.modifier_set_no = modifier_sets.modifier_set_no
),

{% set period_values = {
    'component': 'period_explained.component_name',
    'percent': 'coalesce(' ~ percent_text('period_explained.rate') ~ ", '')",
    'target': "coalesce(" ~ money_text('period_explained.target_incentive', 'period_explained.minor_units') ~ ", '')",
    'reached': "coalesce(period_explained.reached_text, '')",
    'currency': 'period_explained.currency',
    'tier_from': 'coalesce(' ~ tier_text('period_explained.tier_from', 'period_explained.tier_key') ~ ", '')",
    'period_start': 'cast(period_explained.period_start as ' ~ dbt.type_string() ~ ')',
} -%}
{% set period_factor_values = {'factor': plain_number('cast(period_explained.factor as decimal(18, 6))')} -%}
{% set period_result_values = {
    'amount': money_text('period_explained.amount', 'period_explained.minor_units'),
    'currency': 'period_explained.currency',
} -%}
by_period as (
    select
        {{ payout_line_id(
            'period_explained.component_id',
            'period_explained.payee_id',
            'cast(period_explained.period_start as ' ~ dbt.type_string() ~ ')',
            "'earning'"
        ) }} as payout_line_id,
        period_explained.payee_id,
        period_explained.plan_id,
        period_explained.component_id,
        period_explained.period,
        period_explained.period_start,
        {{ without(['event_id', 'credit_id', 'credited_payee_id'], dbt.type_string()) }},
        period_explained.occurred_on,
        'earning' as line_kind,
        case period_explained.explanation_key
            when 'period_no_quota' then 'no_quota'
            when 'period_below' then 'below_first_tier'
            when 'rank_none' then 'not_ranked'
            else case when not period_explained.is_paid then 'gate' end
        end as reason,
        cast(period_explained.target_incentive as {{ step() }}) as basis,
        cast(null as {{ step() }}) as position_from,
        period_explained.reached as position_to,
        cast(period_explained.tier_from as {{ step() }}) as tier_from,
        period_explained.rate,
        cast(period_explained.factor as {{ step() }}) as factor,
        period_explained.amount,
        period_explained.currency,
        period_explained.amount_base,
        concat(
            {{ fill('period_sentences.sentence', period_values) }},
            case
                when period_explained.factor <> 1 then {{ fill('period_factor.sentence', period_factor_values) }}
                else ''
            end,
            case when not period_explained.is_paid then period_gate.sentence else '' end,
            case when period_explained.is_to_date then period_to_date.sentence else '' end,
            {{ fill('period_result.sentence', period_result_values) }}
        ) as explanation,
        concat(
            {{ fill('period_sentences.sentence_zh', period_values) }},
            case
                when period_explained.factor <> 1 then {{ fill('period_factor.sentence_zh', period_factor_values) }}
                else ''
            end,
            case when not period_explained.is_paid then period_gate.sentence_zh else '' end,
            case when period_explained.is_to_date then period_to_date.sentence_zh else '' end,
            {{ fill('period_result.sentence_zh', period_result_values) }}
        ) as explanation_zh
    from period_explained
    left join period_sentences
        on period_explained.explanation_key = period_sentences.explanation_key
    cross join period_factor
    cross join period_gate
    cross join period_to_date
    cross join period_result
),

{% set following_values = {
    'component': 'following_lines.component_name',
    'percent': percent_text('following_lines.factor'),
    'line': money_text('following_lines.basis', 'following_lines.minor_units'),
    'days': "coalesce(cast(following_lines.hold_days as " ~ dbt.type_string() ~ "), '')",
    'invoice': 'following_lines.invoice_id',
    'amount': money_text('following_lines.amount', 'following_lines.minor_units'),
    'currency': 'following_lines.currency',
    'held_from': "coalesce(cast(following_lines.held_from as " ~ dbt.type_string() ~ "), '')",
    'released_on': "coalesce(cast(following_lines.released_on as " ~ dbt.type_string() ~ "), '')",
    'approved_by': "coalesce(following_lines.approved_by, '')",
    'reason': "coalesce(following_lines.hold_reason, '')",
} -%}
following as (
    select
        following_lines.payout_line_id,
        following_lines.payee_id,
        following_lines.plan_id,
        following_lines.component_id,
        following_lines.period,
        following_lines.period_start,
        following_lines.event_id,
        following_lines.credit_id,
        following_lines.credited_payee_id,
        following_lines.occurred_on,
        following_lines.line_kind,
        case
            when following_lines.line_kind in ('hold', 'release') then following_lines.hold_until
            else 'unpaid'
        end as reason,
        cast(following_lines.basis as {{ step() }}) as basis,
        {{ without(['position_from', 'position_to', 'tier_from', 'rate'], step()) }},
        cast(following_lines.factor as {{ step() }}) as factor,
        following_lines.amount,
        following_lines.currency,
        following_lines.amount_base,
        {{ fill('following_sentences.sentence', following_values) }} as explanation,
        {{ fill('following_sentences.sentence_zh', following_values) }} as explanation_zh
    from following_lines
    left join following_sentences
        on following_lines.explanation_key = following_sentences.explanation_key
),

{% set manual_values = {
    'component': 'coalesce(manual_components.name, manual_lines.plan_name)',
    'amount': money_text('manual_lines.amount', 'manual_lines.minor_units'),
    'currency': 'manual_lines.currency',
    'requested_by': 'manual_lines.requested_by',
    'approved_by': 'manual_lines.approved_by',
    'reason': 'manual_lines.reason',
} -%}
by_hand as (
    select
        manual_lines.payout_line_id,
        manual_lines.payee_id,
        manual_lines.plan_id,
        manual_lines.component_id,
        manual_lines.period,
        manual_lines.period_start,
        {{ without(['event_id', 'credit_id', 'credited_payee_id'], dbt.type_string()) }},
        manual_lines.occurred_on,
        'manual' as line_kind,
        'manual' as reason,
        {{ without(['basis', 'position_from', 'position_to', 'tier_from', 'rate', 'factor'], step()) }},
        manual_lines.amount,
        manual_lines.currency,
        manual_lines.amount_base,
        {{ fill('manual_sentences.sentence', manual_values) }} as explanation,
        {{ fill('manual_sentences.sentence_zh', manual_values) }} as explanation_zh
    from manual_lines
    left join manual_components
        on manual_lines.component_id = manual_components.component_id
    left join manual_sentences
        on manual_sentences.explanation_key = 'manual'
),

{% set draw_values = {
    'plan': 'plans.name',
    'earned': money_text('draws.earned', 'plans.minor_units'),
    'drawn': money_text('draws.drawn', 'plans.minor_units'),
    'balance': money_text('draws.balance', 'plans.minor_units'),
    'amount': money_text('draws.amount', 'plans.minor_units'),
    'currency': 'plans.currency',
} -%}
drawn as (
    select
        {{ payout_line_id(
            'draws.plan_id', 'draws.payee_id', draw_origin('draws'), 'draws.line_kind'
        ) }} as payout_line_id,
        draws.payee_id,
        draws.plan_id,
        cast(null as {{ dbt.type_string() }}) as component_id,
        draws.period,
        draws.period_start,
        {{ without(['event_id', 'credit_id', 'credited_payee_id'], dbt.type_string()) }},
        draws.occurred_on,
        draws.line_kind,
        draws.reason,
        cast(draws.earned as {{ step() }}) as basis,
        {{ without(['position_from', 'position_to', 'tier_from', 'rate', 'factor'], step()) }},
        draws.amount,
        plans.currency,
        draws.amount_base,
        {{ fill('draw_sentences.sentence', draw_values) }} as explanation,
        {{ fill('draw_sentences.sentence_zh', draw_values) }} as explanation_zh
    from draws
    inner join plans
        on draws.plan_id = plans.plan_id
    left join draw_sentences
        on concat('draw_', draws.reason) = draw_sentences.explanation_key
),

final as (
    select * from earning
    union all
    select * from by_period
    union all
    select * from adjusting
    union all
    select * from following
    union all
    select * from by_hand
    union all
    select * from drawn
)

select * from final

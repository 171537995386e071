{#
    Grain: one row per payee, plan, component, event and earned period that is closed and where the calculation of today is no longer what has been
    posted; component and event are null for lines without. Additive: amount within a currency, amount_base. amount: calculated − Σ posted, over all
    line kinds together (engine.md §6, §8 F2). basis, position_from, rate, factor,
    event_value, source_file and source_row are those of today.
#}
{%- set values = {
    'event': "coalesce(compared.event_id, '')",
    'row_before': "concat(coalesce(compared.file_before, ''), ' ', coalesce(cast(compared.row_before as " ~ dbt.type_string() ~ "), ''))",
    'row_now': "concat(coalesce(compared.source_file, ''), ' ', coalesce(cast(compared.source_row as " ~ dbt.type_string() ~ "), ''))",
    'value_before': 'coalesce(' ~ plain_number('compared.value_before') ~ ", '')",
    'value_now': 'coalesce(' ~ plain_number('compared.event_value') ~ ", '')",
    'basis_before': 'coalesce(' ~ plain_number('cast(compared.basis_before as decimal(28, 4))') ~ ", '')",
    'basis_now': 'coalesce(' ~ plain_number('cast(compared.basis as decimal(28, 4))') ~ ", '')",
    'position_before': 'coalesce(' ~ plain_number('cast(compared.position_before as decimal(28, 4))') ~ ", '')",
    'position_now': 'coalesce(' ~ plain_number('cast(compared.position_from as decimal(28, 4))') ~ ", '')",
    'rate_before': 'coalesce(' ~ plain_number('cast(compared.rate_before as decimal(18, 6))') ~ ", '')",
    'rate_now': 'coalesce(' ~ plain_number('cast(compared.rate as decimal(18, 6))') ~ ", '')",
    'factor_before': 'coalesce(' ~ plain_number('cast(compared.factor_before as decimal(18, 6))') ~ ", '')",
    'factor_now': 'coalesce(' ~ plain_number('cast(compared.factor as decimal(18, 6))') ~ ", '')",
} -%}
with

periods_closed as (
    select
        plan_id,
        period,
        period_start,
        period_end
    from {{ ref('int_periods_closed') }}
),

open_from as (
    select
        plan_id,
        period,
        max(period_end) as posts_into_period_start
    from periods_closed
    group by plan_id, period
),

lines as (
    select
        payee_id,
        plan_id,
        component_id,
        event_id,
        period_start,
        line_kind,
        basis,
        position_from,
        rate,
        factor,
        amount,
        amount_base,
        currency
    from {{ ref('fct_payout_lines') }}
),

posted as (
    select
        payee_id,
        plan_id,
        component_id,
        event_id,
        earned_period_start,
        batch_no,
        line_kind,
        basis,
        position_from,
        rate,
        factor,
        event_value,
        source_file,
        source_row,
        amount,
        amount_base,
        currency
    from {{ ref('fct_payout_ledger') }}
),

events as (
    select
        event_id,
        value,
        source_file,
        source_row
    from {{ ref('fct_incentive_events') }}
),

sentences as (
    select
        explanation_key,
        sentence,
        sentence_zh
    from {{ ref('int_explanations') }}
),

sides as (
    select
        lines.payee_id,
        lines.plan_id,
        lines.component_id,
        lines.event_id,
        lines.period_start as earned_period_start,
        lines.currency,
        lines.amount,
        lines.amount_base,
        case when lines.amount_base is null then 1 else 0 end as missing_count,
        1 as calculated_count,
        case when lines.line_kind = 'earning' then lines.basis end as basis,
        case when lines.line_kind = 'earning' then lines.position_from end as position_from,
        case when lines.line_kind = 'earning' then lines.rate end as rate,
        case when lines.line_kind = 'earning' then lines.factor end as factor,
        0 as last_batch_no
    from lines
    inner join periods_closed
        on
            lines.plan_id = periods_closed.plan_id
            and lines.period_start = periods_closed.period_start
    union all
    select
        payee_id,
        plan_id,
        component_id,
        event_id,
        earned_period_start,
        currency,
        -amount as amount,
        -amount_base as amount_base,
        case when amount_base is null then 1 else 0 end as missing_count,
        0 as calculated_count,
        {{ without(['basis', 'position_from', 'rate', 'factor'], step()) }},
        batch_no as last_batch_no
    from posted
),

differing as (
    select
        payee_id,
        plan_id,
        component_id,
        event_id,
        earned_period_start,
        currency,
        sum(amount) as amount,
        case when sum(missing_count) = 0 then sum(amount_base) end as amount_base,
        sum(calculated_count) as calculated_count,
        sum(basis) as basis,
        min(position_from) as position_from,
        max(rate) as rate,
        max(factor) as factor,
        max(last_batch_no) as last_batch_no
    from sides
    group by payee_id, plan_id, component_id, event_id, earned_period_start, currency
    having sum(amount) <> 0
),

-- what the latest close that posted something of it knew
known as (
    select
        differing.payee_id,
        differing.plan_id,
        differing.component_id,
        differing.event_id,
        differing.earned_period_start,
        sum(case when posted.line_kind in ('earning', 'adjustment') then posted.basis end) as basis,
        min(posted.position_from) as position_from,
        max(posted.rate) as rate,
        max(posted.factor) as factor,
        max(posted.event_value) as event_value,
        max(posted.source_file) as source_file,
        max(posted.source_row) as source_row
    from differing
    inner join posted
        on
            differing.payee_id = posted.payee_id
            and differing.plan_id = posted.plan_id
            and differing.event_id = posted.event_id
            and differing.component_id = posted.component_id
            and differing.earned_period_start = posted.earned_period_start
            and differing.last_batch_no = posted.batch_no
    group by
        differing.payee_id, differing.plan_id, differing.component_id, differing.event_id, differing.earned_period_start
),

compared as (
    select
        differing.payee_id,
        differing.plan_id,
        differing.component_id,
        differing.event_id,
        open_from.period,
        differing.earned_period_start,
        open_from.posts_into_period_start,
        differing.amount,
        differing.amount_base,
        differing.currency,
        differing.basis,
        differing.position_from,
        differing.rate,
        differing.factor,
        events.value as event_value,
        events.source_file,
        events.source_row,
        known.basis as basis_before,
        known.position_from as position_before,
        known.rate as rate_before,
        known.factor as factor_before,
        known.event_value as value_before,
        known.source_file as file_before,
        known.source_row as row_before,
        case
            when differing.event_id is null then 'adjustment_total'
            when differing.last_batch_no = 0 then 'adjustment_new'
            when events.event_id is null then 'adjustment_gone'
            when events.value <> known.event_value then 'adjustment_value'
            when differing.calculated_count = 0 then 'adjustment_credit'
            when differing.basis <> known.basis then 'adjustment_basis'
            when differing.rate <> known.rate then 'adjustment_rate'
            when differing.factor <> known.factor then 'adjustment_factor'
            when differing.position_from <> known.position_from then 'adjustment_position'
            else 'adjustment_other'
        end as explanation_key
    from differing
    inner join open_from
        on differing.plan_id = open_from.plan_id
    left join events
        on differing.event_id = events.event_id
    left join known
        on
            differing.payee_id = known.payee_id
            and differing.plan_id = known.plan_id
            and differing.event_id = known.event_id
            and differing.component_id = known.component_id
            and differing.earned_period_start = known.earned_period_start
),

final as (
    select
        compared.payee_id,
        compared.plan_id,
        compared.component_id,
        compared.event_id,
        compared.period,
        compared.earned_period_start,
        compared.posts_into_period_start,
        cast(compared.amount as {{ money() }}) as amount,
        compared.currency,
        {{ fill('sentences.sentence', values) }} as reason,
        {{ fill('sentences.sentence_zh', values) }} as reason_zh,
        cast(compared.amount_base as {{ money() }}) as amount_base,
        cast(compared.basis as {{ step() }}) as basis,
        cast(compared.position_from as {{ step() }}) as position_from,
        cast(compared.rate as {{ step() }}) as rate,
        cast(compared.factor as {{ step() }}) as factor,
        compared.event_value,
        compared.source_file,
        compared.source_row
    from compared
    left join sentences
        on compared.explanation_key = sentences.explanation_key
)

select * from final

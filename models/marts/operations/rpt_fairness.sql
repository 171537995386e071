{#
    Grain: one row per check and subject. Not additive.
    same_deal_same_pay: two ways in which equal credits of a component and period are paid, more than a minor unit apart; figure is the
    difference, plan_rows what sets the two apart. pairs_compared: a component; figure is how many pairs of equal credits were compared.
    payees_on_no_plan: a payee who is active on the day of the calculation and on no plan; figure is the number of plans.
#}
with

pairs as (
    select
        component_id,
        period_start,
        minor_units,
        plan_currency,
        credit_no,
        other_credit_no,
        amount,
        other_amount,
        pair_count,
        is_set_apart,
        plan_rows
    from {{ ref('int_pay_pairs_compared') }}
),

repeated_lines as (
    select
        component_id,
        deal_no,
        line_count
    from {{ ref('int_lines_repeated') }}
),

credits as (
    select
        credit_no,
        event_no,
        span_no,
        credit_kind
    from {{ ref('int_credits_allocated') }}
    where span_no is not null
),

events as (
    select
        event_no,
        event_id
    from {{ ref('int_events') }}
),

spans as (
    select
        span_no,
        payee_no,
        payee_id,
        payee_kind,
        payee_name,
        valid_from,
        valid_to
    from {{ ref('int_payee_spans') }}
),

plan_days as (
    select
        payee_no,
        valid_from,
        valid_to
    from {{ ref('int_plan_days') }}
),

parameters as (
    select as_of_on
    from {{ ref('int_run_parameters') }}
),

paired_credits as (
    select credit_no
    from pairs
    union  -- each credit once, whichever side of a pair it is on
    select other_credit_no as credit_no
    from pairs
),

credits_named as (
    select
        credits.credit_no,
        {{ credit_id('events.event_id', 'spans.payee_id', 'credits.credit_kind') }} as credit_id,
        spans.payee_id,
        spans.payee_name
    from paired_credits
    inner join credits
        on paired_credits.credit_no = credits.credit_no
    inner join events
        on credits.event_no = events.event_no
    inner join spans
        on credits.span_no = spans.span_no
),

pairs_judged as (
    select
        'same_deal_same_pay' as check_id,
        concat(
            pairs.component_id, '|', cast(pairs.period_start as {{ dbt.type_string() }}),
            '|', credits_named.credit_id, '|', other_credits_named.credit_id
        ) as subject_id,
        abs(pairs.amount - pairs.other_amount) as figure,
        {{ minor_unit('pairs.minor_units') }} as bound,
        pairs.plan_currency as currency,
        pairs.pair_count,
        case when pairs.is_set_apart then 'set apart by the plan' else 'nothing sets them apart' end as verdict,
        case when pairs.is_set_apart then 'info' else 'critical' end as severity,
        concat(
            credits_named.payee_name, ' (', credits_named.payee_id, '), ',
            other_credits_named.payee_name, ' (', other_credits_named.payee_id, ')'
        ) as affected,
        pairs.plan_rows,
        case
            when pairs.is_set_apart
                then 'Nothing, if the plan means it.'
            else 'Compare the steps of both lines in fct_payout_factors and mend what is wrong before paying.'
        end as what_to_do
    from pairs
    inner join credits_named
        on pairs.credit_no = credits_named.credit_no
    inner join credits_named as other_credits_named
        on pairs.other_credit_no = other_credits_named.credit_no
),

deals as (
    select
        component_id,
        deal_no,
        max(line_count) as line_count
    from repeated_lines
    group by component_id, deal_no
),

compared as (
    select
        component_id,
        sum({{ exact_div(wide_product('line_count', 'line_count - 1'), '2') }}) as pair_count
    from deals
    group by component_id
),

payees_active as (
    select
        spans.payee_no,
        spans.payee_id,
        spans.payee_kind,
        spans.payee_name,
        parameters.as_of_on
    from spans
    inner join parameters
        on
            spans.valid_from <= parameters.as_of_on
            and spans.valid_to > parameters.as_of_on
),

payees_on_plan as (
    select plan_days.payee_no
    from plan_days
    inner join parameters
        on
            plan_days.valid_from <= parameters.as_of_on
            and plan_days.valid_to > parameters.as_of_on
    group by plan_days.payee_no
),

checked as (
    select
        check_id,
        subject_id,
        figure,
        bound,
        currency,
        pair_count,
        verdict,
        severity,
        affected,
        plan_rows,
        what_to_do
    from pairs_judged
    union all
    select
        'pairs_compared' as check_id,
        component_id as subject_id,
        pair_count as figure,
        0 as bound,
        cast(null as {{ dbt.type_string() }}) as currency,
        pair_count,
        'compared' as verdict,
        'info' as severity,
        '' as affected,
        '' as plan_rows,
        'Nothing.' as what_to_do
    from compared
    union all
    select
        'payees_on_no_plan' as check_id,
        concat(payees_active.payee_kind, '|', payees_active.payee_id) as subject_id,
        0 as figure,
        1 as bound,
        cast(null as {{ dbt.type_string() }}) as currency,
        cast(null as {{ wide_integer() }}) as pair_count,
        'on no plan' as verdict,
        'warning' as severity,
        concat(payees_active.payee_name, ' (', payees_active.payee_id, ')') as affected,
        '' as plan_rows,
        'Assign a plan, or leave the payee out on purpose.' as what_to_do
    from payees_active
    left join payees_on_plan
        on payees_active.payee_no = payees_on_plan.payee_no
    where payees_on_plan.payee_no is null
),

final as (
    select
        check_id,
        subject_id,
        cast(figure as {{ money() }}) as figure,
        cast(bound as {{ money() }}) as bound,
        currency,
        cast(pair_count as bigint) as pair_count,
        verdict,
        severity,
        affected,
        plan_rows,
        what_to_do
    from checked
)

select * from final

{#-
    lines_costed(): the CTEs up to `lines_costed`, a row for each line that is a cost to the company: what is earned, capped, topped up by a floor, taken back, returned and
    adjusted by hand, in the base currency. What only says when it is paid (holds, releases, draws and their recovery) is left out, so that nothing counts
    twice; so are points, which are no money, and what has no rate. payee_no is who is paid; event_no, item_no, span_no and is_direct are those of the
    credit, null and false for lines without.
-#}
{% macro lines_costed() -%}
paid_groups as (
    select
        group_no,
        payee_no,
        currency
    from {{ ref('int_payout_groups') }}
    where currency <> 'PTS'
),

lines_of_credits as (
    select
        group_no,
        credit_no,
        amount
    from {{ ref('int_payout_lines') }}
),

lines_of_credits_in_base as (
    select
        group_no,
        credit_no,
        amount_base
    from {{ ref('int_payout_lines_in_base') }}
),

lines_taken_back as (
    select
        group_no,
        credit_no,
        occurred_on,
        amount_base
    from {{ ref('int_following_lines') }}
    where line_kind in ('clawback', 'clawback_return')
),

lines_of_periods as (
    select
        group_no,
        occurred_on,
        amount_base
    from {{ ref('int_period_lines') }}
    union all
    select
        group_no,
        occurred_on,
        amount_base
    from {{ ref('int_payout_adjusting_lines') }}
),

lines_by_hand as (
    select
        payee_no,
        occurred_on,
        amount_base
    from {{ ref('int_manual_lines') }}
    where currency <> 'PTS'
),

paid_credits as (
    select
        credit_no,
        fact_no,
        event_no,
        item_no,
        span_no,
        credit_kind,
        occurred_on
    from {{ ref('int_credits_allocated') }}
),

credited_lines as (
    select
        paid_groups.payee_no,
        lines_of_credits.credit_no,
        cast(null as date) as occurred_on,
        case
            when paid_groups.currency = '{{ var("base_currency") }}' then lines_of_credits.amount
            else lines_of_credits_in_base.amount_base
        end as amount_base
    from lines_of_credits
    inner join paid_groups
        on lines_of_credits.group_no = paid_groups.group_no
    left join lines_of_credits_in_base
        on
            lines_of_credits.group_no = lines_of_credits_in_base.group_no
            and lines_of_credits.credit_no = lines_of_credits_in_base.credit_no
    union all
    select
        paid_groups.payee_no,
        lines_taken_back.credit_no,
        lines_taken_back.occurred_on,
        lines_taken_back.amount_base
    from lines_taken_back
    inner join paid_groups
        on lines_taken_back.group_no = paid_groups.group_no
),

lines_costed as (
    select
        credited_lines.payee_no,
        paid_credits.event_no,
        paid_credits.item_no,
        paid_credits.span_no,
        paid_credits.credit_kind = 'direct' as is_direct,
        coalesce(credited_lines.occurred_on, paid_credits.occurred_on) as occurred_on,
        credited_lines.amount_base
    from credited_lines
    inner join paid_credits
        on
            credited_lines.credit_no = paid_credits.credit_no
            and {{ fact_of_credit('credited_lines.credit_no') }} = paid_credits.fact_no
    where credited_lines.amount_base is not null
    union all
    select
        paid_groups.payee_no,
        {{ without(['event_no', 'item_no'], 'bigint') }},
        {{ without(['span_no'], 'integer') }},
        false as is_direct,
        lines_of_periods.occurred_on,
        lines_of_periods.amount_base
    from lines_of_periods
    inner join paid_groups
        on lines_of_periods.group_no = paid_groups.group_no
    where lines_of_periods.amount_base is not null
    union all
    select
        payee_no,
        {{ without(['event_no', 'item_no'], 'bigint') }},
        {{ without(['span_no'], 'integer') }},
        false as is_direct,
        occurred_on,
        amount_base
    from lines_by_hand
    where amount_base is not null
)
{%- endmacro %}

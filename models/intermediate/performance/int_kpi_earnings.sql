{#
    Grain: one row per payee span and day with payout lines. Additive: numerator. Lines without draws, manual ones among them, in the base
    currency, by the day they occurred; what a period ends with (a cap, a floor) stands on as_of while the period runs, and what comes after the payee has
    left counts where he stood last (engine.md §8 A13).
#}
with

payout_lines as (
    select
        group_no,
        credit_no,
        amount
    from {{ ref('int_payout_lines') }}
),

payout_lines_in_base as (
    select
        group_no,
        credit_no,
        amount_base
    from {{ ref('int_payout_lines_in_base') }}
),

other_lines as (
    select
        group_no,
        occurred_on,
        amount_base
    from {{ ref('int_payout_adjusting_lines') }}
    union all
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
    from {{ ref('int_following_lines') }}
    union all
    select
        group_no,
        occurred_on,
        amount_base
    from {{ ref('int_lines_held') }}
),

manual_lines as (
    select
        payee_no,
        occurred_on,
        amount_base
    from {{ ref('int_manual_lines') }}
),

groups as (
    select
        group_no,
        payee_no,
        currency
    from {{ ref('int_payout_groups') }}
),

credits as (
    select
        credit_no,
        occurred_on
    from {{ ref('int_credits_allocated') }}
),

spans as (
    select
        span_no,
        payee_no,
        valid_from,
        coalesce(
            lead(valid_from) over (partition by payee_no order by valid_from), cast('9999-12-31' as date)
        ) as followed_on
    from {{ ref('int_payee_spans') }}
),

parameters as (
    select as_of_on
    from {{ ref('int_run_parameters') }}
),

earnings as (
    select
        payout_lines.group_no,
        credits.occurred_on,
        case
            when groups.currency = '{{ var("base_currency") }}' then payout_lines.amount
            else payout_lines_in_base.amount_base
        end as amount_base
    from payout_lines
    inner join groups
        on payout_lines.group_no = groups.group_no
    inner join credits
        on payout_lines.credit_no = credits.credit_no
    left join payout_lines_in_base
        on
            payout_lines.group_no = payout_lines_in_base.group_no
            and payout_lines.credit_no = payout_lines_in_base.credit_no
    union all
    select
        other_lines.group_no,
        least(other_lines.occurred_on, parameters.as_of_on) as occurred_on,
        other_lines.amount_base
    from other_lines
    cross join parameters
),

earnings_of_payees as (
    select
        groups.payee_no,
        earnings.occurred_on,
        earnings.amount_base
    from earnings
    inner join groups
        on earnings.group_no = groups.group_no
    union all
    select
        manual_lines.payee_no,
        least(manual_lines.occurred_on, parameters.as_of_on) as occurred_on,
        manual_lines.amount_base
    from manual_lines
    cross join parameters
),

earned_days as (
    select
        payee_no,
        occurred_on,
        sum(amount_base) as amount_base
    from earnings_of_payees
    where amount_base is not null
    group by payee_no, occurred_on
),

final as (
    select
        spans.span_no,
        earned_days.occurred_on as happened_on,
        cast(earned_days.amount_base as {{ step() }}) as numerator
    from earned_days
    inner join spans
        on
            earned_days.payee_no = spans.payee_no
            and earned_days.occurred_on >= spans.valid_from
            and earned_days.occurred_on < spans.followed_on
)

select * from final

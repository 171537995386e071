{#
    Grain: one row per line of a journal; debits and credits of a journal are equal. A view. accrual: on the last day of each month that is over, what
    the lines dated in it amount to (a line dated before its period: in the period's first month; of a closed period those that were posted, without
    adjustments). reversal: a close takes back what had been accrued for the period. payment: the close books all that it posted, and what it
    pays and carries. Points are not booked. Additive within a currency: debit, credit.
#}
{%- set counted_on = 'greatest(lines_accrued.occurred_on, lines_accrued.period_start)' %}
with

posted as (
    select
        batch_id,
        payee_id,
        plan_id,
        posted_period_start,
        line_kind,
        occurred_on,
        amount,
        currency
    from {{ ref('fct_payout_ledger') }}
),

batches as (
    select
        batch_id,
        close_no,
        period,
        posted_period_start,
        plan_id,
        as_of_on as closed_on
    from {{ ref('fct_ledger_batches') }}
),

calculated as (
    select
        payee_id,
        plan_id,
        period,
        period_start,
        occurred_on,
        amount,
        currency
    from {{ ref('fct_payout_lines') }}
),

periods_closed as (
    select
        plan_id,
        period_start
    from {{ ref('int_periods_closed') }}
),

payments as (
    select
        close_no,
        period,
        posted_period_start,
        payee_kind,
        carried_in,
        paid,
        carried_out,
        currency
    from {{ ref('rpt_payments') }}
),

periods as (
    select
        period,
        period_start,
        period_end
    from {{ ref('int_calendar_periods') }}
),

parameters as (
    select as_of_on
    from {{ ref('int_run_parameters') }}
),

payees as (
    select
        payee_id,
        payee_kind
    from {{ ref('int_payees_named') }}
),

currencies as (
    select currency
    from {{ ref('int_currencies_paid') }}
),

accounts as (
    select
        account_use,
        payee_kind,
        account,
        account_name,
        account_name_zh
    from {{ ref('int_journal_accounts') }}
),

lines_posted as (
    select
        batches.close_no,
        batches.closed_on,
        batches.period,
        batches.posted_period_start as period_start,
        posted.plan_id,
        posted.payee_id,
        posted.line_kind,
        posted.occurred_on,
        posted.amount,
        posted.currency
    from posted
    inner join batches
        on posted.batch_id = batches.batch_id
),

lines_accrued as (
    select
        close_no,
        closed_on,
        period,
        period_start,
        plan_id,
        payee_id,
        occurred_on,
        amount,
        currency
    from lines_posted
    where line_kind <> 'adjustment'
    union all
    select
        cast(null as bigint) as close_no,
        cast(null as date) as closed_on,
        calculated.period,
        calculated.period_start,
        calculated.plan_id,
        calculated.payee_id,
        calculated.occurred_on,
        calculated.amount,
        calculated.currency
    from calculated
    left join periods_closed
        on
            calculated.plan_id = periods_closed.plan_id
            and calculated.period_start = periods_closed.period_start
    where periods_closed.plan_id is null
),

months_accrued as (
    select
        lines_accrued.close_no,
        lines_accrued.closed_on,
        lines_accrued.period,
        lines_accrued.period_start,
        lines_accrued.plan_id,
        coalesce(payees.payee_kind, 'employee') as payee_kind,
        lines_accrued.currency,
        months.period_start as month_start,
        months.period_end as month_end,
        sum(lines_accrued.amount) as amount
    from lines_accrued
    inner join currencies
        on lines_accrued.currency = currencies.currency
    inner join periods as months
        on
            months.period = 'month'
            and cast({{ dbt.date_trunc('month', counted_on) }} as date) = months.period_start
    left join payees
        on lines_accrued.payee_id = payees.payee_id
    group by
        lines_accrued.close_no,
        lines_accrued.closed_on,
        lines_accrued.period,
        lines_accrued.period_start,
        lines_accrued.plan_id,
        coalesce(payees.payee_kind, 'employee'),
        lines_accrued.currency,
        months.period_start,
        months.period_end
),

accrued as (
    select
        months_accrued.close_no,
        months_accrued.closed_on,
        months_accrued.period,
        months_accrued.period_start,
        months_accrued.plan_id,
        months_accrued.payee_kind,
        months_accrued.currency,
        cast({{ dbt.dateadd('day', -1, 'months_accrued.month_end') }} as date) as accrued_on,
        months_accrued.amount
    from months_accrued
    inner join parameters
        on months_accrued.month_end <= cast({{ dbt.dateadd('day', 1, 'parameters.as_of_on') }} as date)
    where months_accrued.amount <> 0
),

reversed as (
    select
        close_no,
        closed_on,
        period,
        period_start,
        plan_id,
        payee_kind,
        currency,
        sum(amount) as amount
    from accrued
    where close_no is not null
    group by close_no, closed_on, period, period_start, plan_id, payee_kind, currency
),

booked as (
    select
        lines_posted.close_no,
        lines_posted.closed_on,
        lines_posted.period,
        lines_posted.period_start,
        lines_posted.plan_id,
        coalesce(payees.payee_kind, 'employee') as payee_kind,
        lines_posted.currency,
        sum(lines_posted.amount) as amount
    from lines_posted
    inner join currencies
        on lines_posted.currency = currencies.currency
    left join payees
        on lines_posted.payee_id = payees.payee_id
    group by
        lines_posted.close_no,
        lines_posted.closed_on,
        lines_posted.period,
        lines_posted.period_start,
        lines_posted.plan_id,
        coalesce(payees.payee_kind, 'employee'),
        lines_posted.currency
),

closes as (
    select
        close_no,
        min(closed_on) as closed_on
    from batches
    group by close_no
),

paid as (
    select
        payments.close_no,
        closes.closed_on,
        payments.period,
        payments.posted_period_start as period_start,
        payments.payee_kind,
        payments.currency,
        sum(payments.paid) as paid,
        sum(greatest(payments.carried_out, 0) - greatest(payments.carried_in, 0)) as kept,
        sum(least(payments.carried_in, 0) - least(payments.carried_out, 0)) as recoverable
    from payments
    inner join closes
        on payments.close_no = closes.close_no
    group by
        payments.close_no,
        closes.closed_on,
        payments.period,
        payments.posted_period_start,
        payments.payee_kind,
        payments.currency
),

-- amount: a debit above 0, a credit below
sides as (
    {% for use, sign in [('expense', ''), ('accrued', '-')] %}
    select
        'accrual' as journal_kind,
        accrued_on as journal_on,
        cast(null as bigint) as close_no,
        period,
        period_start,
        plan_id,
        payee_kind,
        '{{ use }}' as account_use,
        {{ sign ~ 'amount as' if sign }} amount,
        currency
    from accrued
    union all
    {% endfor %}
    {% for use, sign in [('expense', '-'), ('accrued', '')] %}
    select
        'reversal' as journal_kind,
        closed_on as journal_on,
        close_no,
        period,
        period_start,
        plan_id,
        payee_kind,
        '{{ use }}' as account_use,
        {{ sign ~ 'amount as' if sign }} amount,
        currency
    from reversed
    union all
    {% endfor %}
    select
        'payment' as journal_kind,
        closed_on as journal_on,
        close_no,
        period,
        period_start,
        plan_id,
        payee_kind,
        'expense' as account_use,
        amount,
        currency
    from booked
    {% for use, amount in [('payable', '-paid'), ('kept', '-kept'), ('recoverable', 'recoverable')] %}
    union all
    select
        'payment' as journal_kind,
        closed_on as journal_on,
        close_no,
        period,
        period_start,
        cast(null as {{ dbt.type_string() }}) as plan_id,
        payee_kind,
        '{{ use }}' as account_use,
        {{ amount }} as amount,
        currency
    from paid
    {% endfor %}
),

named as (
    select
        concat(
            sides.journal_kind,
            '-',
            coalesce(
                cast(sides.close_no as {{ dbt.type_string() }}),
                cast(sides.journal_on as {{ dbt.type_string() }})
            ),
            '-',
            sides.currency
        ) as journal_id,
        sides.journal_kind,
        sides.journal_on,
        sides.close_no,
        sides.period,
        sides.period_start,
        sides.plan_id,
        sides.payee_kind,
        sides.account_use,
        accounts.account,
        accounts.account_name,
        accounts.account_name_zh,
        sides.amount,
        sides.currency
    from sides
    inner join accounts
        on
            sides.account_use = accounts.account_use
            and sides.payee_kind = accounts.payee_kind
    where sides.amount <> 0
),

final as (
    select
        journal_id,
        cast(row_number() over (
            partition by journal_id
            order by plan_id nulls last, period_start, period, payee_kind, account
        ) as bigint) as line_no,
        journal_kind,
        journal_on,
        close_no,
        period,
        period_start,
        plan_id,
        payee_kind,
        account_use,
        account,
        account_name,
        account_name_zh,
        cast(greatest(amount, 0) as {{ money() }}) as debit,
        cast(greatest(-amount, 0) as {{ money() }}) as credit,
        currency
    from named
)

select * from final

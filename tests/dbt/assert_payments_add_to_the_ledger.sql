{# A close pays or carries what it posted, to the cent, and each payment takes on what the one before left to carry. #}
{{ config(meta={'dagster': {'ref': {'name': 'rpt_payments'}}}) }}
with

posted as (
    select
        batches.close_no,
        ledger.payee_id,
        ledger.currency,
        sum(ledger.amount) as amount
    from {{ ref('fct_payout_ledger') }} as ledger
    inner join {{ ref('fct_ledger_batches') }} as batches
        on ledger.batch_id = batches.batch_id
    inner join {{ ref('int_currencies_paid') }} as currencies
        on ledger.currency = currencies.currency
    group by batches.close_no, ledger.payee_id, ledger.currency
),

payments as (
    select
        close_no,
        payee_id,
        currency,
        posted,
        carried_in,
        paid,
        carried_out,
        coalesce(lag(carried_out) over (partition by payee_id, currency order by close_no), 0) as carried_out_before
    from {{ ref('rpt_payments') }}
)

select
    coalesce(posted.close_no, payments.close_no) as close_no,
    coalesce(posted.payee_id, payments.payee_id) as payee_id,
    coalesce(posted.currency, payments.currency) as currency,
    posted.amount,
    payments.posted,
    payments.carried_in,
    payments.paid,
    payments.carried_out
from payments
full outer join posted
    on
        payments.close_no = posted.close_no
        and payments.payee_id = posted.payee_id
        and payments.currency = posted.currency
where
    payments.payee_id is null
    or coalesce(posted.amount, 0) <> payments.posted
    or payments.posted + payments.carried_in <> payments.paid + payments.carried_out
    or payments.carried_in <> payments.carried_out_before
    or payments.paid < 0

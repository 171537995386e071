{#
    Debits of a journal are its credits; the cost that a close books is what it posted, what it pays is what rpt_payments says, and it takes back all
    that had been accrued for the period.
#}
{{ config(meta={'dagster': {'ref': {'name': 'rpt_journal_entries'}}, 'increments': touched_lines()}) }}
with

journals as (
    select
        journal_id,
        journal_kind,
        close_no,
        plan_id,
        period,
        period_start,
        account_use,
        debit,
        credit,
        currency
    from {{ ref('rpt_journal_entries') }}
),

batches as (
    select
        batch_id,
        close_no,
        period,
        posted_period_start,
        plan_id
    from {{ ref('fct_ledger_batches') }}
),

sides as (
    select
        concat('balance of ', journal_id) as told,
        debit - credit as amount
    from journals
    union all
    select
        concat('cost of close ', cast(close_no as {{ dbt.type_string() }}), ', ', plan_id, ', ', currency) as told,
        debit - credit as amount
    from journals
    where
        journal_kind = 'payment'
        and account_use = 'expense'
    union all
    select
        concat(
            'cost of close ',
            cast(batches.close_no as {{ dbt.type_string() }}),
            ', ',
            batches.plan_id,
            ', ',
            ledger.currency
        ) as told,
        -ledger.amount as amount
    from {{ ref('fct_payout_ledger') }} as ledger
    inner join batches
        on ledger.batch_id = batches.batch_id
    inner join {{ ref('int_currencies_paid') }} as currencies
        on ledger.currency = currencies.currency
    union all
    select
        concat('paid by close ', cast(close_no as {{ dbt.type_string() }}), ', ', currency) as told,
        credit - debit as amount
    from journals
    where account_use = 'payable'
    union all
    select
        concat('paid by close ', cast(close_no as {{ dbt.type_string() }}), ', ', currency) as told,
        -paid as amount
    from {{ ref('rpt_payments') }}
    union all
    select
        concat('accrued for ', journals.plan_id, ', ', cast(journals.period_start as {{ dbt.type_string() }})) as told,
        journals.credit - journals.debit as amount
    from journals
    inner join batches
        on
            journals.plan_id = batches.plan_id
            and journals.period = batches.period
            and journals.period_start = batches.posted_period_start
    where journals.account_use = 'accrued'
)

select
    told,
    sum(amount) as amount
from sides
group by told
having sum(amount) <> 0

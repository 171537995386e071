{#
    Grain: one row per close, payee and currency of money: what the close pays. Frozen with the close: the rows are those of the ledger's files. posted
    + carried_in = paid + carried_out. Additive within a currency: posted, paid; over a close also carried_in and carried_out.
#}
with

payments as (
    select
        close_no,
        line_no,
        period,
        posted_period_start,
        payee_id,
        currency,
        posted,
        carried_in,
        minimum_payment,
        paid,
        carried_out,
        left_on,
        posted_at,
        approved_by
    from {{ ref('int_payments_posted') }}
),

payees as (
    select
        payee_id,
        payee_kind,
        payee_name
    from {{ ref('int_payees_named') }}
),

final as (
    select
        payments.posted_period_start,
        payments.payee_id,
        payments.currency,
        concat(
            cast(payments.close_no as {{ dbt.type_string() }}), '-', cast(payments.line_no as {{ dbt.type_string() }})
        ) as payment_id,
        payments.close_no,
        payments.period,
        coalesce(payees.payee_name, payments.payee_id) as payee_name,
        coalesce(payees.payee_kind, 'employee') as payee_kind,
        payments.posted,
        payments.carried_in,
        payments.minimum_payment,
        payments.paid,
        payments.carried_out,
        case
            when payments.paid > 0 then 'paid'
            else {{ carried_status('payments.carried_out', 'payments.left_on') }}
        end as status,
        payments.left_on,
        payments.posted_at,
        payments.approved_by
    from payments
    left join payees
        on payments.payee_id = payees.payee_id
)

select * from final

{#
    Grain: one row per payee and currency that a close pays, or carries to the next, as its file says. A view. is_newest: of the payee's rows of the
    currency. Additive within a currency: posted, paid; over a close also carried_in and carried_out.
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
        left_on
    from {{ ref('stg_ledger__payments') }}
),

batches as (
    select
        batch_no,
        posted_at,
        approved_by
    from {{ ref('stg_ledger__batches') }}
),

final as (
    select
        payments.close_no,
        payments.line_no,
        payments.period,
        payments.posted_period_start,
        payments.payee_id,
        payments.currency,
        payments.posted,
        payments.carried_in,
        payments.minimum_payment,
        payments.paid,
        payments.carried_out,
        payments.left_on,
        batches.posted_at,
        batches.approved_by,
        row_number() over (
            partition by payments.payee_id, payments.currency
            order by payments.close_no desc
        ) = 1 as is_newest
    from payments
    inner join batches
        on payments.close_no = batches.batch_no
)

select * from final

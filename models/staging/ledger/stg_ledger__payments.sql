{# Grain: one row per close, payee and currency: what is paid and carried. Additive within a currency: posted, paid. #}
with

payments as (
    select *
    from {{ source('ledger', 'payments') }}
),

renamed as (
    select
        ---------- ids
        close_no,
        line_no,
        payee_id,
        ---------- text
        period,
        currency,
        ---------- numerics
        posted,
        carried_in,
        minimum_payment,
        paid,
        carried_out,
        ---------- dates
        posted_period_start,
        left_on
    from payments
)

select * from renamed

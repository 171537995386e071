{# Grain: one row per use and kind of payee: the account of the general ledger that journals name. #}
with

accounts as (
    select
        account_use,
        payee_kind,
        account,
        account_name,
        account_name_zh
    from {{ ref('journal_accounts') }}
),

final as (
    select
        account_use,
        payee_kind,
        account,
        account_name,
        account_name_zh
    from accounts
)

select * from final

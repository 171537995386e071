{#
    Grain: one row per payee and span in which nothing here changes, [valid_from, valid_to); an open span has no
    valid_to. Not additive.
#}
with

payee_spans as (
    select
        payee_id,
        payee_kind,
        payee_name,
        company_id,
        role,
        team_id,
        team_name,
        manager_id,
        region,
        dealer_tier,
        tenure_band,
        currency,
        hired_on,
        terminated_on,
        valid_from,
        valid_to
    from {{ ref('int_payee_spans') }}
),

final as (
    select
        payee_id,
        payee_kind,
        payee_name,
        company_id,
        role,
        team_id,
        team_name,
        manager_id,
        region,
        dealer_tier,
        tenure_band,
        currency,
        hired_on,
        terminated_on,
        valid_from,
        nullif(valid_to, cast('9999-12-31' as date)) as valid_to
    from payee_spans
)

select * from final

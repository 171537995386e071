{# Grain: one row per payee, measure, period kind and period: int_quotas_by_period by the number of the payee; a dealer's own row comes first (engine.md §8 C7). #}
with

quotas as (
    select
        subject_kind,
        subject_id,
        measure,
        period,
        period_start,
        quota
    from {{ ref('int_quotas_by_period') }}
    where subject_kind in ('payee', 'dealer')
),

payees as (
    select
        payee_no,
        payee_id,
        payee_kind
    from {{ ref('int_payee_spans') }}
    group by payee_no, payee_id, payee_kind
),

ranked as (
    select
        payees.payee_no,
        quotas.measure,
        quotas.period,
        quotas.period_start,
        quotas.quota,
        row_number() over (
            partition by payees.payee_no, quotas.measure, quotas.period, quotas.period_start
            order by quotas.subject_kind asc
        ) as place
    from quotas
    inner join payees
        on
            quotas.subject_id = payees.payee_id
            and (quotas.subject_kind = 'payee' or payees.payee_kind = 'dealer')
),

final as (
    select
        payee_no,
        measure,
        period,
        period_start,
        quota
    from ranked
    where place = 1
)

select * from final

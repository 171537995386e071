{# Grain: one row per payee: the newest name, and since when he has left, where he has (the last day has passed). #}
with

spans as (
    select
        payee_id,
        payee_kind,
        payee_name,
        terminated_on,
        valid_from
    from {{ ref('int_payee_spans') }}
),

parameters as (
    select as_of_on
    from {{ ref('int_run_parameters') }}
),

ranked as (
    select
        payee_id,
        payee_kind,
        payee_name,
        terminated_on,
        row_number() over (partition by payee_id order by valid_from desc, payee_kind asc) as place
    from spans
),

final as (
    select
        ranked.payee_id,
        ranked.payee_kind,
        ranked.payee_name,
        case when ranked.terminated_on <= parameters.as_of_on then ranked.terminated_on end as left_on
    from ranked
    cross join parameters
    where ranked.place = 1
)

select * from final

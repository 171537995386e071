{#
    Grain: one row per plan that pays: active, or retired with a valid_to, and without a row that the plan check
    refuses. [valid_from, valid_to) ends where another plan supersedes it, 9999-12-31 when nothing ends it (engine.md
    §8 C14, C16). It is empty where another one supersedes it from its first day on: then it pays what is adjusted by hand alone.
#}
with

plans as (
    select
        plan_id,
        name,
        company_id,
        status,
        payee_kind,
        currency,
        period,
        supersedes,
        valid_from,
        valid_to,
        summary
    from {{ ref('stg_plans__plans') }}
    where status in ('active', 'retired')
),

currencies as (
    select
        currency,
        minor_units
    from {{ ref('currencies') }}
),

plans_refused as (
    select plan_id
    from {{ ref('int_plan_violations') }}
    where is_blocking
    group by plan_id
),

superseded as (
    select
        supersedes as plan_id,
        min(valid_from) as replaced_from
    from plans
    group by supersedes
),

bounded as (
    select
        plans.plan_id,
        plans.name,
        plans.company_id,
        plans.status,
        plans.payee_kind,
        plans.currency,
        plans.period,
        plans.valid_from,
        -- what is null does not end it: least() leaves it out
        greatest(
            plans.valid_from, least(plans.valid_to, superseded.replaced_from, cast('9999-12-31' as date))
        ) as valid_to,
        plans.summary
    from plans
    left join superseded
        on plans.plan_id = superseded.plan_id
    where
        plans.status = 'active'
        or plans.valid_to is not null
),

final as (
    select
        bounded.plan_id,
        bounded.name,
        bounded.company_id,
        bounded.status,
        bounded.payee_kind,
        bounded.currency,
        currencies.minor_units,
        bounded.period,
        bounded.valid_from,
        bounded.valid_to,
        bounded.summary
    from bounded
    inner join currencies
        on bounded.currency = currencies.currency
    left join plans_refused
        on bounded.plan_id = plans_refused.plan_id
    where plans_refused.plan_id is null
)

select * from final

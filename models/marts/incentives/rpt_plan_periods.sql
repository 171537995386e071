{#
    Grain: one row per plan and period that has statements or has been closed. status: closed or open. is_over: its last day has been calculated.
    plan_hash: of the plan's rows as they are now, and of the credit rules that reach the period: a close refuses where it is no longer what it was
    at an earlier one.
#}
with

statements as (
    select
        plan_id,
        period,
        period_start,
        status
    from {{ ref('rpt_statements') }}
),

batches as (
    select
        plan_id,
        period,
        posted_period_start
    from {{ ref('fct_ledger_batches') }}
),

-- A period that was closed without a line has no statement once another plan has taken its days.
listed as (
    select
        plan_id,
        period,
        period_start,
        case when status = 'closed' then 1 else 0 end as closed_count
    from statements
    union all
    select
        plan_id,
        period,
        posted_period_start as period_start,
        1 as closed_count
    from batches
),

named as (
    select
        plan_id,
        period,
        period_start,
        max(closed_count) as closed_count
    from listed
    group by plan_id, period, period_start
),

periods as (
    select
        period,
        period_start,
        period_end
    from {{ ref('int_calendar_periods') }}
),

parameters as (
    select as_of_on
    from {{ ref('int_run_parameters') }}
),

rows_hashed as (
    select
        plan_id,
        company_id,
        valid_from,
        row_hash
    from {{ ref('int_plan_rows_hashed') }}
),

-- also of a plan that another one has replaced from its first day on
plans as (
    select
        plan_id,
        max(company_id) as company_id
    from rows_hashed
    where plan_id <> ''
    group by plan_id
),

dated as (
    select
        named.plan_id,
        named.period,
        named.period_start,
        periods.period_end,
        named.closed_count = 1 as is_closed,
        periods.period_end <= parameters.as_of_on
        or periods.period_end = cast({{ dbt.dateadd('day', 1, 'parameters.as_of_on') }} as date) as is_over,
        parameters.as_of_on,
        plans.company_id
    from named
    inner join periods
        on
            named.period = periods.period
            and named.period_start = periods.period_start
    cross join parameters
    left join plans
        on named.plan_id = plans.plan_id
),

vouched as (
    select
        dated.plan_id,
        dated.period_start,
        rows_hashed.row_hash
    from dated
    inner join rows_hashed
        on dated.plan_id = rows_hashed.plan_id
    union all
    select
        dated.plan_id,
        dated.period_start,
        rows_hashed.row_hash
    from dated
    inner join rows_hashed
        on dated.period_end > rows_hashed.valid_from
    where
        rows_hashed.plan_id = ''
        and (rows_hashed.company_id is null or rows_hashed.company_id = dated.company_id)
),

vouched_together as (
    select
        plan_id,
        period_start,
        {{ text_list('row_hash', 'row_hash') }} as row_hashes
    from vouched
    group by plan_id, period_start
),

final as (
    select
        dated.plan_id,
        dated.period,
        dated.period_start,
        dated.period_end,
        case when dated.is_closed then 'closed' else 'open' end as status,
        dated.is_over,
        {{ text_hash('vouched_together.row_hashes') }} as plan_hash,
        dated.as_of_on
    from dated
    left join vouched_together
        on
            dated.plan_id = vouched_together.plan_id
            and dated.period_start = vouched_together.period_start
)

select * from final

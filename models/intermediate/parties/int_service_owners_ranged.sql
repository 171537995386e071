{#
    Grain: one row per account and span of days with one service owner, [valid_from, valid_to): the assignee of the latest of its tickets
    opened on an earlier day, of several of one moment the one with the smaller id (engine.md §8 B9). A ticket of nobody leaves none.
#}
with

tickets as (
    select
        ticket_id,
        account_id,
        assignee_user_id,
        opened_at,
        {{ company_date('opened_at') }} as opened_on
    from {{ ref('stg_service__tickets') }}
),

ranked as (
    select
        account_id,
        assignee_user_id,
        opened_on,
        row_number() over (partition by account_id, opened_on order by opened_at desc, ticket_id asc) as place
    from tickets
),

ranged as (
    select
        account_id,
        cast({{ dbt.dateadd('day', 1, 'opened_on') }} as date) as valid_from,
        coalesce(
            lead(cast({{ dbt.dateadd('day', 1, 'opened_on') }} as date)) over (
                partition by account_id
                order by opened_on
            ),
            cast('9999-12-31' as date)
        ) as valid_to,
        assignee_user_id
    from ranked
    where place = 1
),

final as (
    select
        account_id,
        valid_from,
        valid_to,
        assignee_user_id as user_id
    from ranged
    where assignee_user_id is not null
)

select * from final

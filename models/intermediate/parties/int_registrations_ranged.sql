{#
    Grain: one row per account and span of days in which one registration wins, [valid_from, valid_to). Of those approved and not expired
    on a day the earliest wins, of several of one moment the smaller registration_id. One of a dealer is the dealer's, whoever entered it;
    one of nobody never wins (engine.md §8 B12).
#}
with

registrations as (
    select
        account_id,
        registration_id,
        case when dealer_id is not null then 'dealer' else 'employee' end as registrant_kind,
        coalesce(dealer_id, user_id) as registrant_id,
        registered_at,
        {{ company_date('registered_at') }} as valid_from,
        coalesce(
            cast({{ dbt.dateadd('day', 1, 'expires_on') }} as date),
            cast('9999-12-31' as date)
        ) as valid_to
    from {{ ref('stg_crm__deal_registrations') }}
    where
        status = 'approved'
        and coalesce(dealer_id, user_id) is not null
),

-- union, not union all: each day on which something changes once
boundaries as (
    select
        account_id,
        valid_from as changed_on
    from registrations
    union
    select
        account_id,
        valid_to as changed_on
    from registrations
),

spans as (
    select
        account_id,
        changed_on as valid_from,
        lead(changed_on) over (partition by account_id order by changed_on) as valid_to
    from boundaries
),

ranked as (
    select
        spans.account_id,
        spans.valid_from,
        spans.valid_to,
        registrations.registration_id,
        registrations.registrant_kind,
        registrations.registrant_id,
        row_number() over (
            partition by spans.account_id, spans.valid_from
            order by registrations.registered_at, registrations.registration_id
        ) as place
    from spans
    inner join registrations
        on
            spans.account_id = registrations.account_id
            and spans.valid_from >= registrations.valid_from
            and spans.valid_from < registrations.valid_to
),

final as (
    select
        account_id,
        valid_from,
        valid_to,
        registration_id,
        registrant_kind,
        registrant_id
    from ranked
    where place = 1
)

select * from final

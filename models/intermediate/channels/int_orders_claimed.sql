{#
    Grain: one row per claimant of an order that is in conflict: its account has a valid registration of somebody other than who sold it. Claimants are who
    sold (the owner, or those who share; the dealer it went through) and everybody whose registration is valid on the order's date. Of several registrations the earliest wins, and of
    one moment the smaller registration_id. Cancelled orders are nobody's (engine.md §8 B8, B12).
#}
with

registrations as (
    select
        account_id,
        registration_id,
        case when dealer_id is not null then 'dealer' else 'employee' end as registrant_kind,
        coalesce(dealer_id, user_id) as registrant_id,
        registered_at,
        {{ company_date('registered_at') }} as registered_on,
        coalesce(expires_on, cast('9999-12-31' as date)) as expires_on
    from {{ ref('stg_crm__deal_registrations') }}
    where
        status = 'approved'
        and coalesce(dealer_id, user_id) is not null
),

orders as (
    select
        order_id,
        account_id,
        sales_user_id,
        dealer_id,
        channel,
        currency,
        split_kind,
        split_id,
        ordered_on
    from {{ ref('int_orders') }}
    where status <> 'cancelled'
),

shares as (
    select
        split_kind,
        split_id,
        payee_id
    from {{ ref('int_deal_shares') }}
    where
        is_valid
        and credit_kind = 'direct'
),

parameters as (
    select as_of_on
    from {{ ref('int_run_parameters') }}
),

registered as (
    select
        orders.order_id,
        registrations.registrant_kind as claimant_kind,
        registrations.registrant_id as claimant_id,
        registrations.registration_id,
        row_number() over (
            partition by orders.order_id
            order by registrations.registered_at, registrations.registration_id
        ) as place,
        row_number() over (
            partition by orders.order_id, registrations.registrant_kind, registrations.registrant_id
            order by registrations.registered_at, registrations.registration_id
        ) as own_place
    from orders
    inner join registrations
        on
            orders.account_id = registrations.account_id
            and orders.ordered_on >= registrations.registered_on
            and orders.ordered_on <= registrations.expires_on
    inner join parameters
        on orders.ordered_on <= parameters.as_of_on
),

winners as (
    select
        registered.order_id,
        registered.claimant_kind,
        registered.claimant_id,
        registered.registration_id,
        orders.account_id,
        orders.sales_user_id,
        orders.dealer_id,
        orders.channel,
        orders.currency,
        orders.split_kind,
        orders.split_id,
        orders.ordered_on
    from registered
    inner join orders
        on registered.order_id = orders.order_id
    where registered.place = 1
),

sharers as (
    select
        winners.order_id,
        shares.payee_id
    from winners
    inner join shares
        on
            winners.split_kind = shares.split_kind
            and winners.split_id = shares.split_id
),

orders_shared as (
    select order_id
    from sharers
    group by order_id
),

sold as (
    select
        order_id,
        'employee' as claimant_kind,
        payee_id as claimant_id
    from sharers
    union all
    select
        winners.order_id,
        'employee' as claimant_kind,
        winners.sales_user_id as claimant_id
    from winners
    left join orders_shared
        on winners.order_id = orders_shared.order_id
    where
        orders_shared.order_id is null
        and winners.sales_user_id is not null
    union all
    select
        order_id,
        'dealer' as claimant_kind,
        dealer_id as claimant_id
    from winners
    where dealer_id is not null
),

conflicts as (
    select registered.order_id
    from registered
    left join sold
        on
            registered.order_id = sold.order_id
            and registered.claimant_kind = sold.claimant_kind
            and registered.claimant_id = sold.claimant_id
    where sold.order_id is null
    group by registered.order_id
),

claims as (
    select
        order_id,
        claimant_kind,
        claimant_id,
        true as has_sold,
        cast(null as {{ dbt.type_string() }}) as registration_id
    from sold
    union all
    select
        order_id,
        claimant_kind,
        claimant_id,
        false as has_sold,
        registration_id
    from registered
    where own_place = 1
),

claimants as (
    select
        order_id,
        claimant_kind,
        claimant_id,
        max(case when has_sold then 1 else 0 end) = 1 as has_sold,
        max(registration_id) as registration_id
    from claims
    group by order_id, claimant_kind, claimant_id
),

final as (
    select
        claimants.order_id,
        claimants.claimant_kind,
        claimants.claimant_id,
        winners.account_id,
        winners.channel,
        winners.currency,
        winners.ordered_on,
        claimants.has_sold,
        claimants.registration_id,
        winners.registration_id as winning_registration_id,
        winners.claimant_kind as winner_kind,
        winners.claimant_id as winner_id,
        claimants.claimant_kind = winners.claimant_kind
        and claimants.claimant_id = winners.claimant_id as is_winner
    from claimants
    inner join conflicts
        on claimants.order_id = conflicts.order_id
    inner join winners
        on claimants.order_id = winners.order_id
)

select * from final

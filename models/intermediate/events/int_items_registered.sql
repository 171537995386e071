{#
    Grain: one row per deal item of an order whose account has a winning registration on the order's date, and who holds it.
    is_order_dealer: the order went through the dealer that holds it (engine.md §8 B12).
#}
with

items as (
    select
        item_no,
        account_id,
        dealer_id,
        dealt_on
    from {{ ref('int_deal_items') }}
    where {{ is_of_order('item_kind') }}
),

registrations as (
    select
        account_id,
        valid_from,
        valid_to,
        registration_id,
        registrant_kind,
        registrant_id
    from {{ ref('int_registrations_ranged') }}
),

final as (
    select
        items.item_no,
        registrations.registration_id,
        registrations.registrant_kind,
        registrations.registrant_id,
        registrations.registrant_kind = 'dealer'
        and registrations.registrant_id = coalesce(items.dealer_id, '') as is_order_dealer
    from items
    inner join registrations
        on
            items.account_id = registrations.account_id
            and items.dealt_on >= registrations.valid_from
            and items.dealt_on < registrations.valid_to
)

select * from final

{#
    Grain: one row per deal item of an order whose account has a winning registration on the order's date, and who holds it.
    is_order_dealer: the order went through the dealer that holds it: then it is registered for everybody. registered_code: what being
    registered adds to the class code of the deal; null where no condition asks (engine.md §8 B12).
#}
with

items as (
    select
        item_no,
        account_id,
        dealer_id,
        dealt_on
    from {{ ref('int_item_parties') }}
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

classes as (
    select sum(case value when 'true' then class_code when 'false' then -class_code end) as registered_code
    from {{ ref('int_dimension_classes') }}
    where dimension = 'is_registered_deal'
),

final as (
    select
        items.item_no,
        registrations.registration_id,
        registrations.registrant_kind,
        registrations.registrant_id,
        registrations.registrant_kind = 'dealer'
        and registrations.registrant_id = coalesce(items.dealer_id, '') as is_order_dealer,
        cast(classes.registered_code as bigint) as registered_code
    from items
    inner join registrations
        on
            items.account_id = registrations.account_id
            and items.dealt_on >= registrations.valid_from
            and items.dealt_on < registrations.valid_to
    cross join classes
)

select * from final

{#
    Grain: one row per deal item: the code of the combination of value classes of its deal. Where somebody holds the registration of the
    deal, class_code is that of everybody else, and registered_code is what comes on top for the registrant's own credit.
#}
with

classes as (
    select
        dimension,
        value,
        band_from,
        band_to,
        class_code
    from {{ ref('int_dimension_classes') }}
),

items as (
    select *
    from {{ ref('int_deal_items') }}
),

accounts as (
    select
        account_id,
        industry,
        account_tier,
        region,
        is_key_account
    from {{ ref('int_accounts') }}
),

dealers as (
    select
        dealer_id,
        tier
    from {{ ref('stg_channel__dealers') }}
),

order_details as (
    select
        order_id,
        deal_amount,
        is_first_order,
        is_new_account
    from {{ ref('int_order_details') }}
),

items_registered as (
    select
        item_no,
        registrant_kind,
        registrant_id,
        is_order_dealer
    from {{ ref('int_items_registered') }}
),

-- no rows where no condition asks for it, so that the join costs nothing
registered as (
    select
        items_registered.item_no,
        items_registered.registrant_kind,
        items_registered.registrant_id,
        items_registered.is_order_dealer,
        true_classes.class_code - false_classes.class_code as registered_code
    from items_registered
    inner join classes as true_classes
        on
            true_classes.dimension = 'is_registered_deal'
            and true_classes.value = 'true'
    inner join classes as false_classes
        on
            false_classes.dimension = 'is_registered_deal'
            and false_classes.value = 'false'
),

items_classed as (
    select
        items.item_no,
        {{ class_code(deal_dimensions()) }} as class_code
    from items
    {{- item_details_joined(deal_dimensions().values() | join) }}
    {{- classes_joined(deal_dimensions()) }}
),

final as (
    select
        items_classed.item_no,
        cast(
            items_classed.class_code
            + case when registered.is_order_dealer then registered.registered_code else 0 end
            as bigint
        ) as class_code,
        registered.registrant_kind,
        registered.registrant_id,
        cast(
            case when not registered.is_order_dealer then registered.registered_code end as bigint
        ) as registered_code
    from items_classed
    left join registered
        on items_classed.item_no = registered.item_no
)

select * from final

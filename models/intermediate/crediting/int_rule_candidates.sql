{#
    Grain: one row per event, credit rule and payee whom it would credit if its conditions hold: the measure is the rule's, the day (of a
    return that of its sale, whose shares it has) lies in its span, the event is of a seller or dealer of its company, and the payee is employed on the day and has no direct credit of the event.
    rule_no 0: an overlay row of the deal as it stands, without a rule. Not additive (engine.md §2, §8 B9 to B12).
#}
with

events as (
    select
        event_no,
        measure,
        item_no,
        class_code,
        occurred_on,
        rate_on
    from {{ ref('int_events') }}
),

rules as (
    select
        rule_no,
        measure,
        receives,
        share,
        company_id,
        valid_from,
        valid_to
    from {{ ref('int_credit_rules_numbered') }}
),

items as (
    select
        item_no,
        account_id,
        dealer_id,
        owner_kind,
        owner_id,
        split_kind,
        split_id
    from {{ ref('int_item_parties') }}
),

-- read once more: a CTE of two readers would be worked out whole, even where there are no overlays
overlay_events as (
    select
        event_no,
        item_no,
        class_code,
        occurred_on,
        split_kind,
        split_id,
        owner_span_no
    from {{ ref('int_events') }}
    where split_id is not null
),

shares as (
    select
        split_kind,
        split_id,
        payee_id,
        credit_kind,
        share
    from {{ ref('int_deal_shares') }}
    where is_valid
),

accounts as (
    select
        account_id,
        owner_user_id
    from {{ ref('int_accounts') }}
),

service_owners as (
    select
        account_id,
        valid_from,
        valid_to,
        user_id
    from {{ ref('int_service_owners_ranged') }}
),

items_registered as (
    select
        item_no,
        registrant_kind,
        registrant_id,
        is_order_dealer,
        registered_code
    from {{ ref('int_items_registered') }}
),

dealers as (
    select
        dealer_id,
        manager_user_id
    from {{ ref('stg_channel__dealers') }}
),

spans as (
    select
        span_no,
        payee_id,
        payee_kind,
        company_id,
        valid_from,
        valid_to
    from {{ ref('int_payee_spans') }}
),

span_classes as (
    select
        span_no,
        payee_kind,
        payee_id,
        hired_on,
        class_code
    from {{ ref('int_span_classes') }}
),

tenure_classes as (
    select
        value,
        class_code
    from {{ ref('int_dimension_classes') }}
    where dimension = 'tenure_days'
),

direct_shares as (
    select
        split_kind,
        split_id,
        payee_id
    from shares
    where credit_kind = 'direct'
),

overlay_shares as (
    select
        split_kind,
        split_id,
        payee_id,
        share
    from shares
    where credit_kind = 'overlay'
),

split_deals as (
    select
        split_kind,
        split_id
    from direct_shares
    group by split_kind, split_id
),

companies as (
    select
        payee_id,
        payee_kind,
        company_id
    from spans
    group by payee_id, payee_kind, company_id
),

split_companies as (
    select
        direct_shares.split_kind,
        direct_shares.split_id,
        companies.company_id
    from direct_shares
    inner join companies
        on
            direct_shares.payee_id = companies.payee_id
            and companies.payee_kind = 'employee'
    group by direct_shares.split_kind, direct_shares.split_id, companies.company_id
),

ruled as (
    select
        rules.rule_no,
        rules.receives,
        rules.share,
        rules.company_id,
        events.event_no,
        events.item_no,
        events.class_code,
        events.occurred_on,
        events.rate_on,
        items.account_id,
        items.dealer_id,
        items.owner_kind,
        items.owner_id,
        items.split_kind,
        items.split_id
    from rules
    inner join events
        on
            rules.measure = events.measure
            and rules.valid_from <= events.rate_on
            and rules.valid_to > events.rate_on
    inner join items
        on events.item_no = items.item_no
),

{# relation, its join to the event and deal, the receiver's kind and id -#}
{% set receivers = {
    'dealer_manager': ['dealers', 'ruled.dealer_id = dealers.dealer_id', "'employee'", 'dealers.manager_user_id'],
    'account_owner': ['accounts', 'ruled.account_id = accounts.account_id', "'employee'", 'accounts.owner_user_id'],
    'service_owner': [
        'service_owners',
        'ruled.account_id = service_owners.account_id and ruled.rate_on >= service_owners.valid_from'
            ~ ' and ruled.rate_on < service_owners.valid_to',
        "'employee'", 'service_owners.user_id',
    ],
    'registrant': [
        'items_registered', 'ruled.item_no = items_registered.item_no and not items_registered.is_order_dealer',
        'items_registered.registrant_kind', 'items_registered.registrant_id',
    ],
    'overlay': [
        'overlay_shares',
        'ruled.split_kind = overlay_shares.split_kind and ruled.split_id = overlay_shares.split_id',
        "'employee'", 'overlay_shares.payee_id',
    ],
} -%}
received as (
    {%- for receives, (relation, condition, payee_kind, payee_id) in receivers.items() %}
    select
        ruled.rule_no,
        ruled.receives,
        {{ mul10('overlay_shares.share', 'ruled.share') if receives == 'overlay' else 'ruled.share' }} as share,
        ruled.company_id,
        ruled.event_no,
        ruled.item_no,
        ruled.class_code,
        ruled.occurred_on,
        ruled.dealer_id,
        ruled.owner_kind,
        ruled.owner_id,
        ruled.split_kind,
        ruled.split_id,
        {{ payee_kind }} as payee_kind,
        {{ payee_id }} as payee_id
    from ruled
    inner join {{ relation }}
        on {{ condition }}
    where ruled.receives = '{{ receives }}'
    union all
    {%- endfor %}
    select
        0 as rule_no,
        'overlay' as receives,
        overlay_shares.share,
        cast(null as {{ dbt.type_string() }}) as company_id,
        overlay_events.event_no,
        overlay_events.item_no,
        overlay_events.class_code,
        overlay_events.occurred_on,
        cast(null as {{ dbt.type_string() }}) as dealer_id,
        owners.payee_kind as owner_kind,
        owners.payee_id as owner_id,
        overlay_events.split_kind,
        overlay_events.split_id,
        'employee' as payee_kind,
        overlay_shares.payee_id
    from overlay_shares
    inner join overlay_events
        on
            overlay_shares.split_kind = overlay_events.split_kind
            and overlay_shares.split_id = overlay_events.split_id
    left join spans as owners
        on overlay_events.owner_span_no = owners.span_no
),

eligible as (
    select
        received.rule_no,
        received.receives,
        received.share,
        received.event_no,
        received.item_no,
        received.class_code,
        received.occurred_on,
        received.payee_kind,
        received.payee_id,
        spans.span_no
    from received
    inner join spans
        on
            received.payee_kind = spans.payee_kind
            and received.payee_id = spans.payee_id
            and received.occurred_on >= spans.valid_from
            and received.occurred_on < spans.valid_to
    left join split_deals
        on
            received.split_kind = split_deals.split_kind
            and received.split_id = split_deals.split_id
    left join direct_shares
        on
            received.split_kind = direct_shares.split_kind
            and received.split_id = direct_shares.split_id
            and received.payee_id = direct_shares.payee_id
            and received.payee_kind = 'employee'
    left join companies as owner_companies
        on
            received.owner_kind = owner_companies.payee_kind
            and received.owner_id = owner_companies.payee_id
    left join companies as dealer_companies
        on
            received.dealer_id = dealer_companies.payee_id
            and dealer_companies.payee_kind = 'dealer'
    left join split_companies
        on
            received.split_kind = split_companies.split_kind
            and received.split_id = split_companies.split_id
            and received.company_id = split_companies.company_id
    where
        direct_shares.payee_id is null
        and (
            split_deals.split_id is not null
            or received.owner_id is null
            or received.payee_kind <> received.owner_kind
            or received.payee_id <> received.owner_id
        )
        and (
            received.company_id is null
            or received.company_id = split_companies.company_id
            or received.company_id = dealer_companies.company_id
            or (split_deals.split_id is null and received.company_id = owner_companies.company_id)
        )
),

-- what no rule gives has no conditions to meet, and is kept out of the join to all deals
final as (
    select
        eligible.event_no,
        eligible.rule_no,
        eligible.receives,
        eligible.payee_kind,
        eligible.payee_id,
        cast(eligible.share as {{ share() }}) as share,
        {{ credit_class_code('eligible') }} as class_code
    from eligible
    {{- credit_classes_joined('eligible') }}
    where eligible.rule_no > 0
    union all
    select
        event_no,
        rule_no,
        receives,
        payee_kind,
        payee_id,
        cast(share as {{ share() }}) as share,
        cast(0 as bigint) as class_code
    from eligible
    where rule_no = 0
)

select * from final

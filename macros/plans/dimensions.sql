{#-
    The dimensions that conditions may name (engine.md §1, §8 A10), as expressions over their relation, null where there is no value.
    deal_dimensions(): over the columns of int_deal_items, alias `items`, and its `accounts` (int_accounts), `dealers` and `order_details`,
    joined by item_details_joined. order_dimensions(): those of them that int_order_details holds.
    payee_dimensions(): over int_payee_spans, alias `spans`.
    tenure_days is neither: it depends on the day of the credit. is_registered_deal is `false` here and made `true` for whom it is
    (credit_class_code): it depends on deal and payee. deal_size is compared in the plan's currency, so its value is the
    key currency|day|amount and the conversion is done for each condition.
-#}
{% macro deal_dimensions() -%}
{{ return({
    'product': 'items.product_id',
    'product_line': 'items.product_line',
    'product_age_days': 'cast(items.product_age_days as ' ~ dbt.type_string() ~ ')',
    'account': 'items.account_id',
    'account_industry': 'accounts.industry',
    'account_tier': 'accounts.account_tier',
    'account_region': 'accounts.region',
    'is_key_account': 'cast(accounts.is_key_account as ' ~ dbt.type_string() ~ ')',
    'is_new_account': 'cast(order_details.is_new_account as ' ~ dbt.type_string() ~ ')',
    'is_first_order': 'cast(order_details.is_first_order as ' ~ dbt.type_string() ~ ')',
    'channel': 'items.channel',
    'dealer': 'items.dealer_id',
    'dealer_tier': 'dealers.tier',
    'lead_source': 'items.lead_source',
    'deal_size': "case when coalesce(items.deal_amount, order_details.deal_amount) is not null then concat(items.currency, '|', cast(items.dealt_on as " ~ dbt.type_string() ~ "), '|', cast(coalesce(items.deal_amount, order_details.deal_amount) as " ~ dbt.type_string() ~ ")) end",
    'discount_rate': 'cast(items.discount_rate as ' ~ dbt.type_string() ~ ')',
    'margin_rate': 'cast(items.margin_rate as ' ~ dbt.type_string() ~ ')',
    'sales_cycle_days': 'cast(items.sales_cycle_days as ' ~ dbt.type_string() ~ ')',
    'order_month': 'cast(extract(month from items.dealt_on) as ' ~ dbt.type_string() ~ ')',
    'weekday': 'cast(' ~ iso_weekday('items.dealt_on') ~ ' as ' ~ dbt.type_string() ~ ')',
    'class_course': 'items.class_course',
    'is_high_potential_class': 'cast(items.is_high_potential_class as ' ~ dbt.type_string() ~ ')',
    'is_registered_deal': "case when " ~ is_of_order('items.item_kind') ~ " then 'false' end",
}) }}
{%- endmacro %}

{% macro order_dimensions() %}'deal_size', 'is_first_order', 'is_new_account'{% endmacro %}

{#-
    item_details(): the CTEs `accounts`, `dealers` and `order_details` that deal_dimensions() read. item_details_joined(expressions): the
    account, dealer and order of an item, where the expressions read them; no row is repeated.
-#}
{% macro item_details() -%}
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
)
{%- endmacro %}

{% macro item_details_joined(expressions) -%}
{%- if 'accounts.' in expressions %}
    left join accounts
        on items.account_id = accounts.account_id
{%- endif %}
{%- if 'dealers.' in expressions %}
    left join dealers
        on items.dealer_id = dealers.dealer_id
{%- endif %}
{%- if 'order_details.' in expressions %}
    left join order_details
        on items.order_id = order_details.order_id
{%- endif %}
{%- endmacro %}

{% macro payee_dimensions() -%}
{{ return({
    'payee': 'spans.payee_id',
    'role': 'spans.role',
    'team': 'spans.team_id',
    'payee_region': 'spans.region',
    'tenure_band': 'spans.tenure_band',
}) }}
{%- endmacro %}

{#-
    number_dimensions(): those of deal_dimensions() that are numbers, over the same relation. Nearly every deal has its own, so conditions
    are decided for the bands between the numbers they name (int_dimension_classes). Below least_number() there is no number; no_number() is
    where a missing one stands.
-#}
{% macro number_dimensions() -%}
{{ return({
    'discount_rate': 'items.discount_rate',
    'margin_rate': 'items.margin_rate',
    'product_age_days': 'items.product_age_days',
    'sales_cycle_days': 'items.sales_cycle_days',
}) }}
{%- endmacro %}
{% macro least_number() %}cast('-1000000000000000000' as decimal(30, 10)){% endmacro %}
{% macro no_number() %}cast('-2000000000000000000' as decimal(30, 10)){% endmacro %}

{#-
    classes_joined(dimensions): one left join an entry; a dimension that no condition names has no classes, so its join costs nothing. Bands
    are joined on whether there is a number, too: without an equality engines compare every pair of rows.
-#}
{% macro classes_joined(dimensions) -%}
{% for dimension, expression in dimensions.items() %}
    left join classes as {{ dimension }}_classes
        on
            {{ dimension }}_classes.dimension = '{{ dimension }}'
            {%- if dimension in number_dimensions() %}
            and case when {{ number_dimensions()[dimension] }} is null then 0 else 1 end
                = case when {{ dimension }}_classes.value = '' then 0 else 1 end
            and coalesce({{ number_dimensions()[dimension] }}, {{ no_number() }}) >= {{ dimension }}_classes.band_from
            and coalesce({{ number_dimensions()[dimension] }}, {{ no_number() }}) < {{ dimension }}_classes.band_to
            {%- else %}
            and {{ dimension }}_classes.value = coalesce({{ expression }}, '')
            {%- endif %}
{%- endfor %}
{%- endmacro %}

{#- class_weight(product, dimension): a code of classes as a bigint; one that does not fit stops the build with a sentence, which is no number. -#}
{% macro class_weight(product, dimension) -%}
case
            when {{ product }} <= 9000000000000000000 then cast({{ product }} as bigint)
            else cast(concat(
                'conditions up to dimension ', {{ dimension }}, ' tell apart more than 9 x 10^18 combinations of values: name fewer values'
            ) as bigint)
        end
{%- endmacro %}

{#- class_code(dimensions): the code of a combination of classes, the sum of those of its dimensions. -#}
{% macro class_code(dimensions) -%}
cast({% for dimension in dimensions %}coalesce({{ dimension }}_classes.class_code, 0){{ ' + ' if not loop.last }}{% endfor %} as bigint)
{%- endmacro %}

{#- is_of_order(item_kind): whether a deal item is of an order, of a customer or of a dealer. -#}
{% macro is_of_order(item_kind) %}{{ item_kind }} in ('order_line', 'order', 'sell_in'){% endmacro %}

{#-
    credit_class_code(credits): the code of the combination of classes of a credit: of its deal, its payee, whether the payee registered the
    deal, and its day. Over credit_classes_joined(credits), which joins items_registered, span_classes and tenure_classes to a relation
    with class_code (of the deal), item_no, span_no and occurred_on.
-#}
{% macro credit_class_code(credits) -%}
cast(
            {{ credits }}.class_code
            + span_classes.class_code
            + case
                when
                    items_registered.is_order_dealer
                    or (
                        items_registered.registrant_kind = span_classes.payee_kind
                        and items_registered.registrant_id = span_classes.payee_id
                    )
                    then coalesce(items_registered.registered_code, 0)
                else 0
            end
            + coalesce(tenure_classes.class_code, 0)
            as bigint
        )
{%- endmacro %}

{% macro credit_classes_joined(credits) %}
    inner join span_classes
        on {{ credits }}.span_no = span_classes.span_no
    left join items_registered
        on {{ credits }}.item_no = items_registered.item_no
    left join tenure_classes
        on cast(
            {{ dbt.datediff('span_classes.hired_on', credits ~ '.occurred_on', 'day') }} as {{ dbt.type_string() }}
        ) = tenure_classes.value
{%- endmacro %}

{#-
    orders_sequenced(orders): the CTE of that name, a row for each order of the relation that has an account and is not cancelled:
    is_first_order, and is_new_account: no other one in the 365 days before. Over order_id, account_id, ordered_at, ordered_on and status.
-#}
{% macro orders_sequenced(orders) -%}
orders_placed as (
    select
        order_id,
        ordered_on,
        lag(ordered_on) over (partition by account_id order by ordered_at, order_id) as ordered_before_on
    from {{ orders }}
    where
        status <> 'cancelled'
        and account_id is not null
),

orders_sequenced as (
    select
        order_id,
        ordered_before_on is null as is_first_order,
        coalesce(
            ordered_before_on < cast({{ dbt.dateadd('day', -365, 'ordered_on') }} as date),
            true
        ) as is_new_account
    from orders_placed
)
{%- endmacro %}

{#-
    orders_credited(): the CTE of that name, a row for each payee, account and day with orders credited directly: span_no, and
    repurchase_count, 0 where one of them was new (engine.md §8 A13). Over the CTEs credits, measures, events, items and orders_sequenced.
-#}
{% macro orders_credited() -%}
orders_credited as (
    select
        credits.payee_no,
        items.account_id,
        items.dealt_on,
        min(credits.span_no) as span_no,
        -- a new account's order is the first of its day: the payee's first, if it is the payee's at all
        min(case when orders_sequenced.is_new_account then 0 else 1 end) as repurchase_count
    from credits
    inner join measures
        on credits.measure_no = measures.measure_no
    inner join events
        on credits.event_no = events.event_no
    inner join items
        on credits.item_no = items.item_no
    inner join orders_sequenced
        on items.order_id = orders_sequenced.order_id
    group by credits.payee_no, items.account_id, items.dealt_on
)
{%- endmacro %}

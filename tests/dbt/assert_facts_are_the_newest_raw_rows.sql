{#
    The newest version of each raw row, deleted ones left out, is in its fact: no difference in count or amount per source table,
    currency and month. Read from the raw tables here, by a window of its own, past staging.
#}
{{ config(meta={'dagster': {'ref': {'name': 'fct_order_lines'}}, 'increments': {
    'narrowed': {
        'erp.order_lines': 'order_line_id',
        'erp.orders': 'order_id in (select order_id from raw_erp.order_lines where order_line_id in (from touched))',
        'int_order_lines_detailed': 'order_line_id',
    },
    'touched_by': {
        'erp.order_lines': 'order_line_id',
        'erp.orders': 'select order_line_id from raw_erp.order_lines where order_id in (select order_id from {changed})',
        'int_order_lines_detailed': 'order_line_id',
    },
}}) }}
{%- set tables = {
    'erp.order_lines': ['order_line_id', 'net_amount'],
    'erp.orders': ['order_id', '0'],
    'erp.payments': ['payment_id', 'amount'],
    'channel.dealer_order_lines': ['dealer_order_line_id', 'net_amount'],
    'channel.sell_through': ['sell_through_id', 'net_amount'],
    'crm.opportunities': ['opportunity_id', 'amount'],
    'crm.activities': ['activity_id', '0'],
    'service.tickets': ['ticket_id', '0'],
} %}
{%- set days = {
    'erp.payments': 'paid_on',
    'channel.dealer_order_lines': company_date('ordered_at'),
    'channel.sell_through': 'sold_on',
    'crm.opportunities': company_date('created_at'),
    'crm.activities': company_date('occurred_at'),
    'service.tickets': company_date('opened_at'),
} %}
{%- set without_currency = ['crm.activities', 'service.tickets'] %}
{%- set facts = {
    'erp.order_lines': ['fct_order_lines', 'currency', 'ordered_on', 'net_amount', 'true'],
    'erp.payments': ['fct_payments', 'currency', 'paid_on', 'amount', 'true'],
    'channel.dealer_order_lines': ['fct_dealer_sales', 'currency', 'sold_on', 'net_amount', "sale_kind = 'sell_in'"],
    'channel.sell_through': ['fct_dealer_sales', 'currency', 'sold_on', 'net_amount', "sale_kind = 'sell_through'"],
    'crm.opportunities': ['fct_opportunities', 'currency', 'created_on', 'amount', 'true'],
    'crm.activities': ['fct_activities', "''", 'occurred_on', '0', 'true'],
    'service.tickets': ['fct_tickets', "''", 'opened_on', '0', 'true'],
} %}
with

{%- for table, (key, amount) in tables.items() %}
{%- set relation = source(table.split('.')[0], table.split('.')[1]) %}
{%- set columns = adapter.get_columns_in_relation(relation) if execute and flags.INTROSPECT else [] %}

{{ table | replace('.', '_') }}_versions as (
    select
        *,
        row_number() over (
            partition by {{ key }}
            order by
                updated_at desc,
                is_deleted desc
            {#- A compilation that asks nothing of a warehouse leaves the columns out. #}
            {%- for column in columns if not column.name.startswith('_') %},
                cast({{ column.name }} as {{ dbt.type_string() }}) desc nulls last
            {%- endfor %}
        ) as version_no
    from {{ relation }}
),
{%- endfor %}

delivered as (
    select
        'erp.order_lines' as source_table,
        coalesce(erp_orders_versions.currency, '') as currency,
        {{ company_date('erp_orders_versions.ordered_at') }} as day,
        erp_order_lines_versions.net_amount as amount
    from erp_order_lines_versions
    left join erp_orders_versions
        on
            erp_order_lines_versions.order_id = erp_orders_versions.order_id
            and erp_orders_versions.version_no = 1
            and not erp_orders_versions.is_deleted
    where
        erp_order_lines_versions.version_no = 1
        and not erp_order_lines_versions.is_deleted
    {%- for table, day in days.items() %}
    union all
    select
        '{{ table }}' as source_table,
        {{ "''" if table in without_currency else 'currency' }} as currency,
        {{ day }} as day,
        {{ tables[table][1] }} as amount
    from {{ table | replace('.', '_') }}_versions
    where
        version_no = 1
        and not is_deleted
    {%- endfor %}
),

modelled as (
    {%- for table, (fact, currency, day, amount, condition) in facts.items() %}
    select
        '{{ table }}' as source_table,
        coalesce({{ currency }}, '') as currency,
        {{ day }} as day,
        {{ amount }} as amount
    from {{ ref(fact) }}
    where {{ condition }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

both_sides as (
    select
        source_table,
        currency,
        day,
        amount,
        1 as row_count
    from delivered
    union all
    select
        source_table,
        currency,
        day,
        -amount as amount,
        -1 as row_count
    from modelled
)

select
    source_table,
    currency,
    cast({{ dbt.date_trunc('month', 'day') }} as date) as month_start,
    sum(amount) as amount_difference,
    sum(row_count) as row_difference
from both_sides
group by source_table, currency, cast({{ dbt.date_trunc('month', 'day') }} as date)
having
    sum(coalesce(amount, 0)) <> 0
    or sum(row_count) <> 0

{#
    Grain: one row per source table that becomes a fact or dimension, and day. Additive: staged_count. The day is
    the one the fact has; a row without one (its order has not come, a product without a launch) is counted on the
    day of the calculation.
#}
{%- set counted = {
    'crm.accounts': ['stg_crm__accounts', company_date('created_at')],
    'crm.activities': ['stg_crm__activities', company_date('occurred_at')],
    'crm.opportunities': ['stg_crm__opportunities', company_date('created_at')],
    'crm.teams': ['stg_crm__teams', 'cast(null as date)'],
    'erp.payments': ['stg_erp__payments', 'paid_on'],
    'erp.products': ['stg_erp__products', 'launched_on'],
    'service.tickets': ['stg_service__tickets', company_date('opened_at')],
    'channel.dealer_order_lines': ['stg_channel__dealer_order_lines', company_date('ordered_at')],
    'channel.sell_through': ['stg_channel__sell_through', 'sold_on'],
} %}
with

order_lines as (
    select order_id
    from {{ ref('stg_erp__order_lines') }}
),

orders as (
    select
        order_id,
        {{ company_date('ordered_at') }} as day
    from {{ ref('stg_erp__orders') }}
),

parameters as (
    select as_of_on
    from {{ ref('int_run_parameters') }}
),

dated as (
    select
        'erp.order_lines' as source,
        orders.day
    from order_lines
    left join orders
        on order_lines.order_id = orders.order_id
    {%- for source, terms in counted.items() %}
    union all
    select
        '{{ source }}' as source,
        {{ terms[1] }} as day
    from {{ ref(terms[0]) }}
    {%- endfor %}
),

final as (
    select
        dated.source,
        coalesce(dated.day, parameters.as_of_on) as day,
        count(*) as staged_count
    from dated
    cross join parameters
    group by dated.source, coalesce(dated.day, parameters.as_of_on)
)

select * from final

{#-
    orders_dealt(orders): the CTE of that name: rows of stg_erp__orders (the relation `orders`) on company days, with what their opportunity
    and their split rows say. split_kind and split_id name the rows that share the deal, those of the order before those of the opportunity.
-#}
{% macro orders_dealt(orders) -%}
opportunities as (
    select
        opportunity_id,
        lead_source,
        {{ company_date('created_at') }} as created_on,
        {{ company_date('closed_at') }} as closed_on
    from {{ ref('stg_crm__opportunities') }}
),

order_splits as (
    select order_id
    from {{ ref('stg_erp__order_splits') }}
    group by order_id
),

opportunity_team as (
    select opportunity_id
    from {{ ref('stg_crm__opportunity_team') }}
    group by opportunity_id
),

orders_dealt as (
    select
        {{ orders }}.order_id,
        {{ orders }}.account_id,
        {{ orders }}.opportunity_id,
        {{ orders }}.sales_user_id,
        {{ orders }}.dealer_id,
        {{ orders }}.channel,
        {{ orders }}.status,
        {{ orders }}.currency,
        {{ orders }}.ordered_at,
        {{ company_date(orders ~ '.ordered_at') }} as ordered_on,
        opportunities.lead_source,
        {{ dbt.datediff('opportunities.created_on', 'opportunities.closed_on', 'day') }} as sales_cycle_days,
        case
            when order_splits.order_id is not null then 'order'
            when opportunity_team.opportunity_id is not null then 'opportunity'
        end as split_kind,
        case
            when order_splits.order_id is not null then {{ orders }}.order_id
            when opportunity_team.opportunity_id is not null then {{ orders }}.opportunity_id
        end as split_id,
        {{ orders }}.source_file,
        {{ orders }}.source_row
    from {{ orders }}
    left join opportunities
        on {{ orders }}.opportunity_id = opportunities.opportunity_id
    left join order_splits
        on {{ orders }}.order_id = order_splits.order_id
    left join opportunity_team
        on {{ orders }}.opportunity_id = opportunity_team.opportunity_id
)
{%- endmacro %}

{#
    Grain: one row per dimension and value that occurs, for the dimensions that a condition names; '' is "no value". Of numbers nearly every
    deal has its own: the bands [band_from, band_to) between the numbers that conditions name stand for them, each named by its least value.
    Values are read where they are kept, and once a dimension: one CTE for all would be worked out whole, for dimensions that no condition
    names too. A value that no deal bears takes room among the combinations of classes, one that is missing here would be
    taken for another.
#}
with

conditions as (
    select
        condition_no,
        dimension,
        operator,
        value
    from {{ ref('int_conditions_numbered') }}
),

orders as (
    select
        order_id,
        currency,
        ordered_on
    from {{ ref('int_orders') }}
),

order_details as (
    select
        order_id,
        deal_amount
    from {{ ref('int_order_details') }}
),

spans as (
    select
        span_no,
        payee_id,
        role,
        team_id,
        region,
        tenure_band,
        hired_on
    from {{ ref('int_payee_spans') }}
),

parameters as (
    select as_of_on
    from {{ ref('int_run_parameters') }}
),

used as (
    select dimension
    from conditions
    group by dimension
),

condition_items as (
    select
        condition_no,
        {{ split_rows('value', '|') }} as item
    from conditions
    where operator in ('in', 'not_in')
    union all
    select
        condition_no,
        value as item
    from conditions
),

{% set numbers = "('" ~ number_dimensions() | join("', '") ~ "')" -%}
marks as (
    select
        conditions.dimension,
        case when {{ is_number('condition_items.item') }} then cast(condition_items.item as decimal(38, 10)) end as mark
    from conditions
    inner join condition_items
        on conditions.condition_no = condition_items.condition_no
    where conditions.dimension in {{ numbers }}
),

named as (
    select
        dimension,
        cast(mark as decimal(30, 10)) as edge
    from marks
    where mark > {{ least_number() }} and mark < -{{ least_number() }}
),

-- a number that a condition names begins a band, and so does the next one above it: each once, whoever names it
edges as (
    select
        dimension,
        edge
    from named
    union
    select
        dimension,
        cast(edge + 0.0000000001 as decimal(30, 10)) as edge
    from named
    union all
    select
        dimension,
        {{ least_number() }} as edge
    from used
    where dimension in {{ numbers }}
),

bands as (
    select
        dimension,
        cast(edge as {{ dbt.type_string() }}) as value,
        edge as band_from,
        coalesce(lead(edge) over (partition by dimension order by edge), -{{ least_number() }}) as band_to
    from edges
    union all
    select
        dimension,
        '' as value,
        {{ no_number() }} as band_from,
        {{ least_number() }} as band_to
    from used
    where dimension in {{ numbers }}
),

longest_tenure as (
    select max({{ dbt.datediff('spans.hired_on', 'parameters.as_of_on', 'day') }}) as day_count
    from spans
    inner join used
        on used.dimension = 'tenure_days'
    cross join parameters
),

-- every tenure that somebody can have by as_of: what the credits are depends on conditions of credit rules
tenures as (
    select {{ numbers_to('day_count') }} as day_count
    from longest_tenure
),

{# where the values of a dimension are kept; of order_details and int_other_items together for deal_size -#}
{% set kept = {
    'product': {'stg_erp__order_lines': 'product_id', 'int_other_items': 'product_id'},
    'product_line': {'stg_erp__products': 'product_line', 'int_other_items': 'product_line'},
    'account': {'stg_erp__orders': 'account_id', 'int_other_items': 'account_id'},
    'account_industry': {'int_accounts': 'industry'},
    'account_tier': {'int_accounts': 'account_tier'},
    'account_region': {'int_accounts': 'region'},
    'is_key_account': {'int_accounts': 'cast(is_key_account as ' ~ dbt.type_string() ~ ')'},
    'channel': {'stg_erp__orders': 'channel', 'int_other_items': 'channel'},
    'dealer': {'stg_erp__orders': 'dealer_id', 'int_other_items': 'dealer_id'},
    'dealer_tier': {'stg_channel__dealers': 'tier'},
    'lead_source': {'stg_crm__opportunities': 'lead_source'},
    'class_course': {'int_other_items': 'class_course'},
} -%}
{% set constant = {
    'is_new_account': ['true', 'false'],
    'is_first_order': ['true', 'false'],
    'is_registered_deal': ['true', 'false'],
    'is_high_potential_class': ['true', 'false'],
    'order_month': range(1, 13),
    'weekday': range(1, 8),
} -%}
constants (dimension, value) as (
    values
    {%- for dimension, values in constant.items() %}
    {%- set last_dimension = loop.last %}
    {%- for value in values %}
    ('{{ dimension }}', '{{ value }}')
    {{- ',' if not (last_dimension and loop.last) }}
    {%- endfor %}
    {%- endfor %}
),

deals as (
    select
        orders.currency,
        cast(orders.ordered_on as {{ dbt.type_string() }}) as dealt_on,
        cast(order_details.deal_amount as {{ dbt.type_string() }}) as amount
    from order_details
    inner join orders
        on order_details.order_id = orders.order_id
    union all
    select
        currency,
        cast(dealt_on as {{ dbt.type_string() }}) as dealt_on,
        cast(deal_amount as {{ dbt.type_string() }}) as amount
    from {{ ref('int_other_items') }}
    where deal_amount is not null
),

found as (
    {%- for dimension, relations in kept.items() %}
    {%- for relation, expression in relations.items() %}
    select
        used.dimension,
        {{ expression }} as value
    from {{ ref(relation) }}
    inner join used
        on used.dimension = '{{ dimension }}'
    group by used.dimension, {{ expression }}
    union all
    {%- endfor %}
    {%- endfor %}
    select
        constants.dimension,
        constants.value
    from constants
    inner join used
        on constants.dimension = used.dimension
    union all
    select
        used.dimension,
        concat(deals.currency, '|', deals.dealt_on, '|', deals.amount) as value
    from deals
    inner join used
        on used.dimension = 'deal_size'
    group by used.dimension, deals.currency, deals.dealt_on, deals.amount
    union all
    {%- for dimension, expression in payee_dimensions().items() %}
    select
        used.dimension,
        {{ expression }} as value
    from spans
    inner join used
        on used.dimension = '{{ dimension }}'
    group by used.dimension, {{ expression }}
    union all
    {%- endfor %}
    select
        'tenure_days' as dimension,
        cast(day_count as {{ dbt.type_string() }}) as value
    from tenures
    union all
    select
        dimension,
        '' as value
    from used
    where dimension <> 'tenure_days' and dimension not in {{ numbers }}
),

-- orders, lines and other things may bear the same value
final as (
    select
        dimension,
        value,
        cast(null as decimal(30, 10)) as band_from,
        cast(null as decimal(30, 10)) as band_to
    from found
    where value is not null
    group by dimension, value
    union all
    select
        dimension,
        value,
        band_from,
        band_to
    from bands
)

select * from final

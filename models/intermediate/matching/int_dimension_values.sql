{#
    Grain: one row per dimension and value that occurs, for the dimensions that a condition names; '' is "no value". Of ratios nearly every
    deal has its own: the bands [band_from, band_to) between the numbers that conditions name stand for them, each named by its least value.
    Deals are read once a dimension: one CTE for all would be worked out whole, for dimensions that no condition names too.
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

events as (
    select occurred_on
    from {{ ref('int_events') }}
    group by occurred_on
),

items_registered as (
    select item_no
    from {{ ref('int_items_registered') }}
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
    where operator not in ('in', 'not_in')
),

{% set ratios = "('" ~ ratio_dimensions() | join("', '") ~ "')" -%}
marks as (
    select
        conditions.dimension,
        case when {{ is_number('condition_items.item') }} then cast(condition_items.item as decimal(38, 10)) end as mark
    from conditions
    inner join condition_items
        on conditions.condition_no = condition_items.condition_no
    where conditions.dimension in {{ ratios }}
),

-- a number that a condition names begins a band, and so does the next one above it; union, not union all: each once
edges as (
    select
        dimension,
        cast(mark as decimal(30, 10)) as edge
    from marks
    where mark > {{ least_ratio() }} and mark < -{{ least_ratio() }}
    union
    select
        dimension,
        cast(cast(mark as decimal(30, 10)) + 0.0000000001 as decimal(30, 10)) as edge
    from marks
    where mark > {{ least_ratio() }} and mark < -{{ least_ratio() }}
    union
    select
        dimension,
        {{ least_ratio() }} as edge
    from used
    where dimension in {{ ratios }}
),

bands as (
    select
        dimension,
        cast(edge as {{ dbt.type_string() }}) as value,
        edge as band_from,
        coalesce(lead(edge) over (partition by dimension order by edge), -{{ least_ratio() }}) as band_to
    from edges
    union all
    select
        dimension,
        '' as value,
        {{ no_ratio() }} as band_from,
        {{ least_ratio() }} as band_to
    from used
    where dimension in {{ ratios }}
),

-- of every tenure that a credit could have: which credits there are depends on conditions of credit rules
hirings as (
    select hired_on
    from spans
    group by hired_on
),

final as (
    {%- for dimension, expression in deal_dimensions().items() if dimension not in ratio_dimensions() %}
    select
        used.dimension,
        coalesce({{ expression }}, '') as value,
        cast(null as decimal(30, 10)) as band_from,
        cast(null as decimal(30, 10)) as band_to
    from {{ ref('int_deal_items') }} as items
    inner join used
        on used.dimension = '{{ dimension }}'
    {{- item_details_joined(expression) }}
    group by used.dimension, coalesce({{ expression }}, '')
    union all
    {%- endfor %}
    {%- for dimension, expression in payee_dimensions().items() %}
    select
        used.dimension,
        coalesce({{ expression }}, '') as value,
        cast(null as decimal(30, 10)) as band_from,
        cast(null as decimal(30, 10)) as band_to
    from spans
    inner join used
        on used.dimension = '{{ dimension }}'
    group by used.dimension, coalesce({{ expression }}, '')
    union all
    {%- endfor %}
    select
        used.dimension,
        'true' as value,
        cast(null as decimal(30, 10)) as band_from,
        cast(null as decimal(30, 10)) as band_to
    from items_registered
    inner join used
        on used.dimension = 'is_registered_deal'
    group by used.dimension
    union all
    select
        used.dimension,
        cast({{ dbt.datediff('hirings.hired_on', 'events.occurred_on', 'day') }} as {{ dbt.type_string() }}) as value,
        cast(null as decimal(30, 10)) as band_from,
        cast(null as decimal(30, 10)) as band_to
    from hirings
    inner join used
        on used.dimension = 'tenure_days'
    inner join events
        on hirings.hired_on <= events.occurred_on
    group by
        used.dimension,
        cast({{ dbt.datediff('hirings.hired_on', 'events.occurred_on', 'day') }} as {{ dbt.type_string() }})
    union all
    select
        dimension,
        value,
        band_from,
        band_to
    from bands
)

select * from final

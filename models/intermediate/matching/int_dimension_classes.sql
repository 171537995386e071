{#
    Grain: one row per dimension and value of int_dimension_values. Values that no condition tells apart share a class; class_code is the
    class number times a weight of the dimension, so that the sum over dimensions names a combination of classes; the part of a dimension
    is code % next_weight - code % weight. Each condition is decided once a value, never once a row (engine.md §8 C12).
#}
with

conditions as (
    select
        condition_no,
        dimension,
        operator,
        value,
        currency
    from {{ ref('int_conditions_numbered') }}
),

occurring as (
    select
        dimension,
        value,
        band_from,
        band_to
    from {{ ref('int_dimension_values') }}
),

rates as (
    select
        currency,
        valid_from,
        valid_to,
        rate_to_base
    from {{ ref('int_fx_rates_ranged') }}
),

items_listed as (
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

condition_items as (
    select
        condition_no,
        item,
        case when {{ is_number('item') }} then cast(item as decimal(38, 10)) end as item_number
    from items_listed
),

-- try_cast: an engine may read the parts of a value before it leaves other dimensions out
deal_sizes as (
    select
        value,
        split_part(value, '|', 1) as currency,
        try_cast(split_part(value, '|', 2) as date) as dealt_on,
        try_cast(split_part(value, '|', 3) as {{ money() }}) as amount
    from occurring
    where dimension = 'deal_size'
),

plan_currencies as (
    select currency
    from conditions
    where dimension = 'deal_size'
    group by currency
),

deal_sizes_converted as (
    select
        deal_sizes.value,
        plan_currencies.currency,
        cast(case
            when deal_sizes.currency = plan_currencies.currency
                then deal_sizes.amount
            else {{ converted('deal_sizes.amount', 'deal_rates.rate_to_base', 'plan_rates.rate_to_base') }}
        end as {{ step() }}) as amount
    from deal_sizes
    cross join plan_currencies
    left join rates as deal_rates
        on
            deal_sizes.currency = deal_rates.currency
            and deal_sizes.dealt_on >= deal_rates.valid_from
            and deal_sizes.dealt_on < deal_rates.valid_to
    left join rates as plan_rates
        on
            plan_currencies.currency = plan_rates.currency
            and deal_sizes.dealt_on >= plan_rates.valid_from
            and deal_sizes.dealt_on < plan_rates.valid_to
),

compared as (
    select
        conditions.condition_no,
        conditions.operator,
        occurring.dimension,
        occurring.value as occurring_value,
        case
            when conditions.dimension = 'deal_size'
                then coalesce(cast(deal_sizes_converted.amount as {{ dbt.type_string() }}), '')
            else occurring.value
        end as value,
        -- a size is a number as it is: there may be as many of them as orders
        case
            when conditions.dimension = 'deal_size'
                then cast(deal_sizes_converted.amount as decimal(38, 10))
            else case when {{ is_number('occurring.value') }} then cast(occurring.value as decimal(38, 10)) end
        end as value_number,
        condition_items.item_number,
        case
            when occurring.value in ('true', 'false') then lower(condition_items.item)
            else condition_items.item
        end as item
    from occurring
    inner join conditions
        on occurring.dimension = conditions.dimension
    inner join condition_items
        on conditions.condition_no = condition_items.condition_no
    left join deal_sizes_converted
        on
            occurring.value = deal_sizes_converted.value
            and conditions.currency = deal_sizes_converted.currency
),

-- a comparison of what is no number is null, which does not hold
tested as (
    select
        condition_no,
        operator,
        dimension,
        occurring_value,
        case
            when operator = 'is_null' then value = ''
            when operator = 'not_null' then value <> ''
            when value = '' then operator in ('ne', 'not_in')
            when operator in ('eq', 'in') then coalesce(value_number = item_number, value = item)
            when operator in ('ne', 'not_in') then not coalesce(value_number = item_number, value = item)
            when operator = 'gt' then value_number > item_number
            when operator = 'gte' then value_number >= item_number
            when operator = 'lt' then value_number < item_number
            when operator = 'lte' then value_number <= item_number
            else false
        end as holds
    from compared
),

decided as (
    select
        condition_no,
        dimension,
        occurring_value,
        case
            when operator in ('ne', 'not_in')
                then min(case when holds then 1 else 0 end)
            else max(case when holds then 1 else 0 end)
        end as holds
    from tested
    group by condition_no, dimension, occurring_value, operator
),

signed as (
    select
        dimension,
        occurring_value as value,
        coalesce(
            {{ text_list(
                "case when holds = 1 then cast(condition_no as " ~ dbt.type_string() ~ ") end", 'condition_no'
            ) }},
            ''
        ) as signature
    from decided
    group by dimension, occurring_value
),

classed as (
    select
        dimension,
        value,
        signature,
        cast(dense_rank() over (partition by dimension order by signature) - 1 as integer) as class_no
    from signed
),

{# Written out, dimension after dimension: for a recursion Spark would decide every condition once more a step. -#}
{% set dimensions = (deal_dimensions().keys() | list + payee_dimensions().keys() | list + ['tenure_days']) | sort -%}
counts as (
    select
        {%- for dimension in dimensions %}
        coalesce(max(case when dimension = '{{ dimension }}' then class_no end) + 1, 1) as {{ dimension }}_count,
        {%- endfor %}
        count(*) as value_count
    from classed
),

{% set factors = [] -%}
weighted as (
    select
        classed.dimension,
        classed.value,
        classed.signature,
        classed.class_no,
        case classed.dimension
            {%- for dimension in dimensions %}
            when '{{ dimension }}' then counts.{{ dimension }}_count
            {%- endfor %}
        end as class_count,
        case classed.dimension
            {%- for dimension in dimensions %}
            when '{{ dimension }}' then {{ wide_product_of(factors or ['1']) }}
            {%- do factors.append('counts.' ~ dimension ~ '_count') %}
            {%- endfor %}
        end as weight
    from classed
    cross join counts
),

final as (
    select
        weighted.dimension,
        weighted.value,
        occurring.band_from,
        occurring.band_to,
        weighted.signature,
        weighted.class_no,
        {{ class_weight(wide_product('weighted.class_no', 'weighted.weight'), 'weighted.dimension') }} as class_code,
        {{ class_weight('weighted.weight', 'weighted.dimension') }} as weight,
        {{ class_weight(wide_product('weighted.class_count', 'weighted.weight'), 'weighted.dimension') }} as next_weight
    from weighted
    inner join occurring
        on
            weighted.dimension = occurring.dimension
            and weighted.value = occurring.value
)

select * from final

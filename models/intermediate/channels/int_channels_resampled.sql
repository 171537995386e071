{#
    Grain: one row per replicate, channel, region and product line with revenue or costs, '' for all of them together. replicate 0 is what there is; in the others every account counts as
    often as it is drawn. A value that is not known ('') stands in no row of its own, only in those over all. Additive over none: rows over all hold the others.
#}
with

accounts as (
    select
        account_id,
        channel,
        region,
        product_line,
        revenue,
        revenue_costed,
        margin,
        activity_cost,
        payout_cost
    from {{ ref('int_channel_accounts_costed') }}
),

account_ids as (
    select account_id
    from accounts
    group by account_id
),

hash_places as (
    {%- for place in range(8) %}
    select {{ place }} as place
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

hash_blocks as (
    select {{ numbers_to((replicate_count() | int) // 8) }} as block
),

-- a hash is 32 digits: 8 replicates of 4
hashed as (
    select
        account_ids.account_id,
        hash_blocks.block,
        md5({{ text_of(['account_ids.account_id', "'|'", 'cast(hash_blocks.block as ' ~ dbt.type_string() ~ ')']) }}) as digits
    from account_ids
    cross join hash_blocks
),

numbered as (
    select
        hashed.account_id,
        cast(hashed.block * 8 + hash_places.place + 1 as integer) as replicate,
        substring(hashed.digits, hash_places.place * 4 + 1, 4) as digits
    from hashed
    cross join hash_places
),

draws as (
    {%- for digits in draws_from() %}
    select '{{ digits }}' as drawn_from
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- a row for each time an account is drawn
drawn as (
    select
        numbered.account_id,
        numbered.replicate
    from numbered
    inner join draws
        on numbered.digits >= draws.drawn_from
    where numbered.replicate <= {{ replicate_count() }}
    union all
    select
        account_id,
        0 as replicate
    from account_ids
),

cells as (
    select
        drawn.replicate,
        accounts.channel,
        accounts.region,
        accounts.product_line,
        {%- for figure in ['revenue', 'revenue_costed', 'margin', 'activity_cost', 'payout_cost'] %}
        sum(accounts.{{ figure }}) as {{ figure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from drawn
    inner join accounts
        on drawn.account_id = accounts.account_id
    group by drawn.replicate, accounts.channel, accounts.region, accounts.product_line
),

{{ channel_levels() }},

leveled as (
    select
        cells.replicate,
        case when levels.gives_channel then cells.channel else '' end as channel,
        case when levels.gives_region then cells.region else '' end as region,
        case when levels.gives_product_line then cells.product_line else '' end as product_line,
        cells.revenue,
        cells.revenue_costed,
        cells.margin,
        cells.activity_cost,
        cells.payout_cost
    from cells
    inner join levels
        on {{ is_of_level('cells') }}
),

final as (
    select
        replicate,
        channel,
        region,
        product_line,
        {%- for figure in ['revenue', 'revenue_costed', 'margin', 'activity_cost', 'payout_cost'] %}
        cast(sum({{ figure }}) as {{ step() }}) as {{ figure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from leveled
    group by replicate, channel, region, product_line
)

select * from final

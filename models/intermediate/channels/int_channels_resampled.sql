{#
    Grain: one row per replicate, channel, region and product line with revenue or costs, '' for all of them together. replicate 0 is what there is; in the others every account counts as
    often as it is drawn. A value that is not known ('') stands in no row of its own, only in those over all. Additive over none: rows over all hold the others. A view, as
    all from here to the mart: nobody waits for resamples but who asks.
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
        md5(concat(account_ids.account_id, '|', cast(hash_blocks.block as {{ dbt.type_string() }}))) as digits
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

counted as (
    select
        account_id,
        replicate,
        {{ draw_count('digits') }} as draw_count
    from numbered
    where replicate <= {{ replicate_count() }}
),

-- a row for each time an account is drawn
drawn as (
    select
        account_id,
        replicate,
        {{ numbers_to('draw_count - 1') }} as draw_no
    from counted
    union all
    select
        account_id,
        0 as replicate,
        0 as draw_no
    from account_ids
),

cells as (
    select
        drawn.replicate,
        accounts.channel,
        accounts.region,
        accounts.product_line,
        sum(accounts.revenue) as revenue,
        sum(accounts.revenue_costed) as revenue_costed,
        sum(accounts.margin) as margin,
        sum(accounts.activity_cost) as activity_cost,
        sum(accounts.payout_cost) as payout_cost
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
        cast(sum(revenue) as {{ step() }}) as revenue,
        cast(sum(revenue_costed) as {{ step() }}) as revenue_costed,
        cast(sum(margin) as {{ step() }}) as margin,
        cast(sum(activity_cost) as {{ step() }}) as activity_cost,
        cast(sum(payout_cost) as {{ step() }}) as payout_cost
    from leveled
    group by replicate, channel, region, product_line
)

select * from final

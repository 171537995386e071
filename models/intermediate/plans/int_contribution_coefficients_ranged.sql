{#
    Grain: one row per channel, region, product line and span of days, [valid_from, valid_to), on which a row of contribution_coefficients holds
    for them. Each part is a value that some row names, or '' for any other value and for none. Of the rows that hold, the one that gives most of the three wins;
    of two that give equally many, the one that gives the channel, then the one that gives the region; of one key, the later valid_from.
#}
with

coefficient_rows as (
    select
        channel,
        region,
        product_line,
        coefficient,
        valid_from,
        coalesce(valid_to, cast('9999-12-31' as date)) as valid_to,
        case when channel = '' then 0 else 1 end as gives_channel,
        case when region = '' then 0 else 1 end as gives_region,
        case when product_line = '' then 0 else 1 end as gives_product_line
    from {{ ref('stg_plans__contribution_coefficients') }}
),

-- union, not union all: each value once, and any other
channels as (
    select channel
    from coefficient_rows
    union
    select '' as channel
),

regions as (
    select region
    from coefficient_rows
    union
    select '' as region
),

product_lines as (
    select product_line
    from coefficient_rows
    union
    select '' as product_line
),

holding as (
    select
        channels.channel,
        regions.region,
        product_lines.product_line,
        coefficient_rows.coefficient,
        coefficient_rows.valid_from,
        coefficient_rows.valid_to,
        coefficient_rows.gives_channel,
        coefficient_rows.gives_region,
        coefficient_rows.gives_product_line
    from coefficient_rows
    inner join channels
        on coefficient_rows.channel in ('', channels.channel)
    inner join regions
        on coefficient_rows.region in ('', regions.region)
    inner join product_lines
        on coefficient_rows.product_line in ('', product_lines.product_line)
),

-- union, not union all: each day on which something changes once
boundaries as (
    select
        channel,
        region,
        product_line,
        valid_from as changed_on
    from holding
    union
    select
        channel,
        region,
        product_line,
        valid_to as changed_on
    from holding
),

spans as (
    select
        channel,
        region,
        product_line,
        changed_on as valid_from,
        lead(changed_on) over (partition by channel, region, product_line order by changed_on) as valid_to
    from boundaries
),

ranked as (
    select
        spans.channel,
        spans.region,
        spans.product_line,
        spans.valid_from,
        spans.valid_to,
        holding.coefficient,
        row_number() over (
            partition by spans.channel, spans.region, spans.product_line, spans.valid_from
            order by
                holding.gives_channel + holding.gives_region + holding.gives_product_line desc,
                holding.gives_channel desc,
                holding.gives_region desc,
                holding.valid_from desc
        ) as place
    from spans
    inner join holding
        on
            spans.channel = holding.channel
            and spans.region = holding.region
            and spans.product_line = holding.product_line
            and spans.valid_from >= holding.valid_from
            and spans.valid_from < holding.valid_to
),

final as (
    select
        channel,
        region,
        product_line,
        valid_from,
        valid_to,
        cast(coefficient as {{ factor() }}) as coefficient
    from ranked
    where place = 1
)

select * from final

{#
    Grain: one row per channel, region and product line with revenue or costs in the twelve months up to as_of, '' for all of them together. Not additive: rows over all hold
    the others. The proposal is the contribution rate of the row over the company's; its interval that of both in each replicate. None is made from too few accounts,
    without revenue or costs of lines, at a loss, and where a replicate has no rate to compare.
#}
with

samples as (
    select
        replicate,
        channel,
        region,
        product_line,
        revenue,
        revenue_costed,
        margin,
        activity_cost,
        payout_cost
    from {{ ref('int_channels_resampled') }}
),

accounts as (
    select
        account_id,
        channel,
        region,
        product_line
    from {{ ref('int_channel_accounts_costed') }}
    where
        account_id <> ''
        and revenue <> 0
),

thresholds as (
    select value as least_account_count
    from {{ ref('thresholds') }}
    where threshold = 'coefficient_account_count'
),

coefficients as (
    select
        channel,
        region,
        product_line,
        valid_from,
        valid_to,
        coefficient
    from {{ ref('int_contribution_coefficients_ranged') }}
),

{{ coefficients_named() }},

parameters as (
    select as_of_on
    from {{ ref('int_run_parameters') }}
),

{{ channel_levels() }},

accounts_leveled as (
    select
        case when levels.gives_channel then accounts.channel else '' end as channel,
        case when levels.gives_region then accounts.region else '' end as region,
        case when levels.gives_product_line then accounts.product_line else '' end as product_line,
        accounts.account_id
    from accounts
    inner join levels
        on {{ is_of_level('accounts') }}
),

accounts_counted as (
    select
        channel,
        region,
        product_line,
        count(distinct account_id) as account_count
    from accounts_leveled
    group by channel, region, product_line
),

rated as (
    select
        replicate,
        channel,
        region,
        product_line,
        revenue,
        revenue_costed,
        margin,
        activity_cost,
        payout_cost,
        {{ contribution_rate('') }} as contribution_rate,
        cast(
            case when revenue > 0 then {{ quotient10('activity_cost', 'revenue') }} end as {{ step() }}
        ) as activity_rate
    from samples
),

company as (
    select
        replicate,
        contribution_rate
    from rated
    where
        channel = ''
        and region = ''
        and product_line = ''
),

compared as (
    select
        rated.replicate,
        rated.channel,
        rated.region,
        rated.product_line,
        rated.revenue,
        rated.revenue_costed,
        rated.margin,
        rated.activity_cost,
        rated.payout_cost,
        rated.contribution_rate,
        rated.activity_rate,
        case
            when company.contribution_rate > 0
                then {{ quotient10('rated.contribution_rate', 'company.contribution_rate') }}
        end as ratio
    from rated
    inner join company
        on rated.replicate = company.replicate
),

ranked as (
    select
        channel,
        region,
        product_line,
        ratio,
        row_number() over (partition by channel, region, product_line order by ratio) as place,
        count(*) over (partition by channel, region, product_line) as ratio_count
    from compared
    where
        replicate > 0
        and ratio is not null
),

intervals as (
    select
        channel,
        region,
        product_line,
        max(ratio_count) as ratio_count,
        max(case when place = {{ interval_place() }} then ratio end) as lower_ratio,
        max(case when place = {{ replicate_count() }} + 1 - {{ interval_place() }} then ratio end) as upper_ratio
    from ranked
    group by channel, region, product_line
),

activity_ranked as (
    select
        channel,
        region,
        product_line,
        activity_rate,
        row_number() over (partition by channel, region, product_line order by activity_rate) as place,
        count(*) over (partition by channel, region, product_line) as rate_count
    from rated
    where
        replicate > 0
        and activity_rate is not null
),

activity_intervals as (
    select
        channel,
        region,
        product_line,
        max(case when place = {{ interval_place() }} then activity_rate end) as activity_rate_lower,
        max(case
            when place = {{ replicate_count() }} + 1 - {{ interval_place() }} then activity_rate
        end) as activity_rate_upper
    from activity_ranked
    where rate_count = {{ replicate_count() }}
    group by channel, region, product_line
),

judged as (
    select
        compared.channel,
        compared.region,
        compared.product_line,
        coalesce(accounts_counted.account_count, 0) as account_count,
        compared.revenue,
        compared.revenue_costed,
        compared.margin,
        compared.activity_cost,
        compared.payout_cost,
        compared.contribution_rate,
        compared.ratio,
        intervals.lower_ratio,
        intervals.upper_ratio,
        compared.activity_rate,
        case
            when accounts_counted.account_count >= thresholds.least_account_count
                then activity_intervals.activity_rate_lower
        end as activity_rate_lower,
        case
            when accounts_counted.account_count >= thresholds.least_account_count
                then activity_intervals.activity_rate_upper
        end as activity_rate_upper,
        case
            when coalesce(accounts_counted.account_count, 0) < thresholds.least_account_count then 'few_accounts'
            when compared.revenue <= 0 then 'no_revenue'
            when compared.contribution_rate is null then 'no_costs'
            when compared.ratio is null then 'company_at_a_loss'
            when compared.contribution_rate < 0 then 'at_a_loss'
            when coalesce(intervals.ratio_count, 0) < {{ replicate_count() }} then 'unsteady'
        end as not_proposed_because
    from compared
    cross join thresholds
    left join accounts_counted
        on
            compared.channel = accounts_counted.channel
            and compared.region = accounts_counted.region
            and compared.product_line = accounts_counted.product_line
    left join intervals
        on
            compared.channel = intervals.channel
            and compared.region = intervals.region
            and compared.product_line = intervals.product_line
    left join activity_intervals
        on
            compared.channel = activity_intervals.channel
            and compared.region = activity_intervals.region
            and compared.product_line = activity_intervals.product_line
    where compared.replicate = 0
),

final as (
    select
        judged.channel,
        judged.region,
        judged.product_line,
        cast(judged.account_count as integer) as account_count,
        cast(judged.revenue as {{ money() }}) as revenue,
        cast(judged.revenue_costed as {{ money() }}) as revenue_costed,
        cast(judged.margin as {{ money() }}) as margin,
        cast(judged.activity_cost as {{ money() }}) as activity_cost,
        cast(judged.payout_cost as {{ money() }}) as payout_cost,
        judged.activity_rate,
        judged.activity_rate_lower,
        judged.activity_rate_upper,
        judged.contribution_rate,
        cast(coalesce(coefficients.coefficient, 1) as {{ factor() }}) as coefficient_in_force,
        {%- for column, ratio in {'proposed': 'ratio', 'lower': 'lower_ratio', 'upper': 'upper_ratio'}.items() %}
        case
            when judged.not_proposed_because is null then cast(round(judged.{{ ratio }}, 6) as {{ factor() }})
        end as coefficient_{{ column }},
        {%- endfor %}
        judged.not_proposed_because is null as is_proposed,
        judged.not_proposed_because
    from judged
    cross join parameters
    {{ coefficients_joined('judged.channel', 'judged.region', 'judged.product_line', 'parameters.as_of_on') }}
)

select * from final

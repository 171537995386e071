{#
    Grain: one row per channel, region and product line with revenue or costs in the twelve months up to as_of; '' is any, as in
    contribution_coefficients, so that a row is what a plan row of the same three cells would be. Not additive: rows that give less hold those that give more.
    is_outside: the coefficient in force lies outside the interval of the one proposed.
#}
with

coefficients as (
    select
        channel,
        region,
        product_line,
        account_count,
        revenue,
        revenue_costed,
        margin,
        activity_cost,
        payout_cost,
        activity_rate,
        activity_rate_lower,
        activity_rate_upper,
        contribution_rate,
        coefficient_in_force,
        coefficient_proposed,
        coefficient_lower,
        coefficient_upper,
        is_proposed,
        not_proposed_because
    from {{ ref('int_channel_coefficients_proposed') }}
),

final as (
    select
        channel,
        region,
        product_line,
        account_count,
        revenue,
        revenue_costed,
        margin,
        activity_cost,
        payout_cost,
        '{{ var("base_currency") }}' as currency,
        activity_rate,
        activity_rate_lower,
        activity_rate_upper,
        contribution_rate,
        coefficient_in_force,
        coefficient_proposed,
        coefficient_lower,
        coefficient_upper,
        is_proposed,
        not_proposed_because,
        coalesce(
            coefficient_in_force < coefficient_lower
            or coefficient_in_force > coefficient_upper,
            false
        ) as is_outside
    from coefficients
)

select * from final

{#
    Grain: one row per line of a group whose tiers pay amounts on entering, or are more than stand side by side: the tier that it leads to,
    or that the whole total has reached, 0 below the first, and what the tiers pay for it; rate is that of the whole. Additive: amount within
    a currency (engine.md §4, §8 D2).
#}
with

counted as (
    select
        group_no,
        credit_no,
        basis
    from {{ ref('int_lines_counted') }}
),

rates as (
    select
        group_no,
        method,
        stands_alone,
        first_credit_no,
        is_whole,
        reached
    from {{ ref('int_group_rates') }}
    where walks
),

-- of the same groups alone: others cost nothing
bands as (
    select
        group_bands.group_no,
        group_bands.tier_no,
        group_bands.bound,
        group_bands.band_from,
        group_bands.band_to,
        group_bands.rate,
        group_bands.amount
    from {{ ref('int_group_bands') }} as group_bands
    inner join rates
        on group_bands.group_no = rates.group_no
),

-- joined before they are accumulated, so that other groups cost nothing
chosen as (
    select
        counted.group_no,
        counted.credit_no,
        counted.basis,
        rates.method,
        rates.stands_alone,
        rates.first_credit_no,
        rates.is_whole,
        rates.reached
    from counted
    inner join rates
        on counted.group_no = rates.group_no
),

accumulated as (
    select
        group_no,
        credit_no,
        basis,
        {{ running_total('basis') }} as running_total,
        method,
        stands_alone,
        first_credit_no,
        is_whole,
        reached
    from chosen
),

lines as (
    select
        group_no,
        credit_no,
        basis,
        case when stands_alone then 0 else running_total - basis end as position_from,
        case when stands_alone then abs(basis) else running_total end as position_to,
        method,
        stands_alone,
        first_credit_no,
        is_whole,
        case
            when is_whole then reached
            when stands_alone then abs(basis)
            else running_total
        end as reached
    from accumulated
),

-- the steps of a whole are not of its lines
walking as (
    select
        group_no,
        credit_no,
        basis,
        position_from,
        position_to,
        method,
        stands_alone,
        first_credit_no
    from lines
    where not is_whole
),

{{ steps_through_tiers('walking', 'bands') }},

paid as (
    select
        group_no,
        credit_no,
        cast(sum(amount) as {{ step() }}) as amount
    from steps
    group by group_no, credit_no
),

final as (
    select
        lines.group_no,
        lines.credit_no,
        coalesce(bands.tier_no, 0) as tier_no,
        case when lines.is_whole then coalesce(bands.rate, 0) end as rate,
        case
            when lines.is_whole
                then {{ mul10_rate('lines.basis', 'coalesce(bands.rate, 0)') }}
            else coalesce(paid.amount, 0)
        end as amount
    from lines
    left join bands
        on
            lines.group_no = bands.group_no
            and lines.reached >= bands.band_from
            and lines.reached < bands.band_to
    left join paid
        on
            lines.group_no = paid.group_no
            and lines.credit_no = paid.credit_no
)

select * from final

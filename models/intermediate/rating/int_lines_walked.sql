{#
    Grain: one row per line of a group whose tiers pay amounts on entering, or are more than stand side by side: the tier that it leads to, or
    that the whole total has reached, 0 below the first; whether several tiers take part, or amounts; the rate where none do; and what the
    tiers pay for it. Additive: amount within a currency (engine.md §4, §8 D2).
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
        pays_amounts,
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
        rates.pays_amounts,
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
        pays_amounts,
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
        pays_amounts,
        case
            when is_whole then reached
            when stands_alone then abs(basis)
            else running_total
        end as reached
    from accumulated
),

located as (
    select
        lines.group_no,
        lines.credit_no,
        lines.basis,
        lines.position_from,
        lines.position_to,
        lines.stands_alone,
        lines.first_credit_no,
        coalesce(reached_bands.tier_no, 0) as tier_no,
        coalesce(reached_bands.rate, 0) as tier_rate,
        lines.method = 'marginal'
        and (
            lines.pays_amounts = 1
            or coalesce(first_bands.tier_no, 0) <> coalesce(reached_bands.tier_no, 0)
        ) as is_sliced
    from lines
    left join bands as first_bands
        on
            lines.group_no = first_bands.group_no
            and lines.position_from >= first_bands.band_from
            and lines.position_from < first_bands.band_to
    left join bands as reached_bands
        on
            lines.group_no = reached_bands.group_no
            and lines.reached >= reached_bands.band_from
            and lines.reached < reached_bands.band_to
),

sliced as (
    select
        group_no,
        credit_no,
        basis,
        position_from,
        position_to,
        stands_alone,
        first_credit_no
    from located
    where is_sliced
),

{{ steps_through_tiers('sliced', 'bands') }},

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
        located.group_no,
        located.credit_no,
        located.tier_no,
        located.is_sliced,
        case when not located.is_sliced then located.tier_rate end as rate,
        case
            when located.is_sliced then coalesce(paid.amount, 0)
            else {{ mul10_rate('located.basis', 'located.tier_rate') }}
        end as amount
    from located
    left join paid
        on
            located.group_no = paid.group_no
            and located.credit_no = paid.credit_no
)

select * from final

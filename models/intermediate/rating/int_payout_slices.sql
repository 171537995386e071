{#
    Grain: one row per sliced line and step: the part of the walk that lies in a tier (step_kind slice), then the
    amounts of the tiers it enters or falls below (tier_amount). Additive: amount. amount_before and amount_after
    chain the steps (engine.md §4, §8 D2).
#}
with

lines as (
    select
        group_no,
        credit_no,
        position_to - basis as position_from,
        position_to,
        first_credit_no
    from {{ ref('int_positions_tiered') }}
    where is_sliced
),

bands as (
    select
        group_no,
        tier_no,
        bound,
        band_from,
        band_to,
        rate,
        amount
    from {{ ref('int_group_bands') }}
),

overlapping as (
    select
        lines.group_no,
        lines.credit_no,
        bands.tier_no,
        {{ signed_overlap('lines.position_from', 'lines.position_to', 'bands.band_from', 'bands.band_to') }} as basis,
        bands.rate,
        bands.amount as entry_amount,
        case when lines.position_to >= bands.bound then 1 else 0 end
        - case
            when lines.credit_no > lines.first_credit_no and lines.position_from >= bands.bound then 1
            else 0
        end as entries
    from lines
    inner join bands
        on lines.group_no = bands.group_no
),

steps as (
    select
        group_no,
        credit_no,
        'slice' as step_kind,
        1 as step_no,
        tier_no,
        basis,
        rate,
        {{ mul10_rate('basis', 'rate') }} as amount
    from overlapping
    where basis <> 0
    union all
    select
        group_no,
        credit_no,
        'tier_amount' as step_kind,
        2 as step_no,
        tier_no,
        cast(entry_amount as {{ step() }}) as basis,
        cast(entries as {{ factor() }}) as rate,
        cast(case when entries > 0 then entry_amount else -entry_amount end as {{ step() }}) as amount
    from overlapping
    where
        entries <> 0
        and entry_amount <> 0
),

chained as (
    select
        group_no,
        credit_no,
        step_kind,
        step_no,
        tier_no,
        basis,
        rate,
        amount,
        cast(sum(amount) over (
            partition by group_no, credit_no
            order by step_no, tier_no
            rows between unbounded preceding and current row
        ) as {{ step() }}) as amount_after
    from steps
),

final as (
    select
        group_no,
        credit_no,
        step_kind,
        cast(row_number() over (partition by group_no, credit_no order by step_no, tier_no) as integer) as seq,
        tier_no,
        basis,
        rate,
        amount,
        cast(amount_after - amount as {{ step() }}) as amount_before,
        amount_after
    from chained
)

select * from final

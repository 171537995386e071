{#
    Grain: one row per sliced line and step: the part of the walk that lies in a tier (step_kind slice), then the
    amounts of the tiers it enters or falls below (tier_amount). Additive: amount. amount_before and amount_after
    chain the steps (engine.md §4, §8 D2). An event that stands alone walks from 0 to its size and has its own sign
    throughout; where it is retroactive, all of it lies in the tier it reaches (D13).
#}
with

lines as (
    select
        group_no,
        credit_no,
        basis,
        case when stands_alone then 0 else position_to - basis end as position_from,
        position_to,
        first_credit_no,
        stands_alone
    from {{ ref('int_positions_tiered') }}
    where
        -- said too, so that positions of other groups are not even looked at
        can_be_sliced
        and is_sliced
),

groups as (
    select
        group_no,
        method
    from {{ ref('int_payout_groups') }}
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

{% set slice = signed_overlap('lines.position_from', 'lines.position_to', 'bands.band_from', 'bands.band_to') -%}
overlapping as (
    select
        lines.group_no,
        lines.credit_no,
        bands.tier_no,
        case
            when groups.method = 'retroactive'
                then case
                    when lines.position_to >= bands.band_from and lines.position_to < bands.band_to then lines.basis
                    else 0
                end
            when lines.stands_alone and lines.basis < 0 then -{{ slice }}
            else {{ slice }}
        end as basis,
        bands.rate,
        bands.amount as entry_amount,
        case
            when not lines.stands_alone
                then
                    case when lines.position_to >= bands.bound then 1 else 0 end
                    - case
                        when lines.credit_no > lines.first_credit_no and lines.position_from >= bands.bound then 1
                        else 0
                    end
            when lines.position_to < bands.bound or lines.basis = 0 then 0
            when lines.basis < 0 then -1
            else 1
        end as entries
    from lines
    inner join groups
        on lines.group_no = groups.group_no
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

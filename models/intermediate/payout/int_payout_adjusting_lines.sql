{#
    Grain: one row per group and line kind (cap, floor) that makes its total equal to the cap or floor. Additive:
    amount.
#}
with

totals as (
    select
        group_no,
        earning,
        cap_amount,
        floor_amount
    from {{ ref('int_payout_totals') }}
),

groups as (
    select
        group_no,
        period_end,
        currency
    from {{ ref('int_payout_groups') }}
),

rates as (
    select
        currency,
        valid_from,
        valid_to,
        rate_to_base
    from {{ ref('int_fx_rates_ranged') }}
),

base as (
    select minor_units
    from {{ ref('int_base_currency') }}
),

adjusting as (
    select
        group_no,
        'cap' as line_kind,
        earning,
        cap_amount as amount
    from totals
    where cap_amount <> 0
    union all
    select
        group_no,
        'floor' as line_kind,
        earning,
        floor_amount as amount
    from totals
    where floor_amount <> 0
),

dated as (
    select
        adjusting.group_no,
        adjusting.line_kind,
        adjusting.earning,
        adjusting.amount,
        groups.currency,
        cast({{ dbt.dateadd('day', -1, 'groups.period_end') }} as date) as occurred_on
    from adjusting
    inner join groups
        on adjusting.group_no = groups.group_no
),

final as (
    select
        dated.group_no,
        dated.line_kind,
        dated.earning,
        dated.amount,
        dated.occurred_on,
        {{ in_base('dated.amount', 'rates.rate_to_base', 'base.minor_units') }} as amount_base
    from dated
    cross join base
    left join rates
        on
            dated.currency = rates.currency
            and dated.occurred_on >= rates.valid_from
            and dated.occurred_on < rates.valid_to
)

select * from final

{#
    Grain: one row per line (group_no, credit_no) of a component that accumulates over the year, where it pays something else than in earlier
    periods. Additive: amount within a currency. All columns but amount say how the line stands by the year so far; amount is that less what
    the same credit was paid in the earlier periods of the year (engine.md §8 D5, formulas in macros/plans/paid_lines.sql).
#}
with

{{ lines_paid(is_to_date=true) }},

year_groups as (
    select
        group_no,
        component_no,
        payee_no,
        period_start
    from {{ ref('int_payout_groups') }}
    where accumulate = 'year_to_date'
),

group_spans as (
    select
        group_no,
        min(part_period_start) as year_start
    from {{ ref('int_group_spans') }}
    group by group_no
),

-- what earlier periods paid adds up to what the last of them came to
followed as (
    select
        paid.group_no,
        paid.credit_no,
        paid.basis,
        paid.position_to,
        paid.tier_no,
        paid.is_sliced,
        paid.rate,
        paid.amount_rated,
        paid.modifier_set_no,
        paid.personal_factor,
        paid.amount_modified,
        paid.amount - coalesce(
            lag(paid.amount) over (
                partition by year_groups.component_no, year_groups.payee_no, group_spans.year_start, paid.credit_no
                order by year_groups.period_start
            ),
            0
        ) as amount
    from paid
    inner join year_groups
        on paid.group_no = year_groups.group_no
    inner join group_spans
        on paid.group_no = group_spans.group_no
),

final as (
    select
        group_no,
        credit_no,
        basis,
        position_to,
        tier_no,
        is_sliced,
        rate,
        amount_rated,
        modifier_set_no,
        personal_factor,
        amount_modified,
        cast(amount as {{ money() }}) as amount
    from followed
    where amount <> 0
)

select * from final

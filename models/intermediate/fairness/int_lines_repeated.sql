{#
    Grain: one row per line whose credit has an equal one: of the same component and period, of the same credit kind, with the same
    value, currency and deal dimensions, the same exchange day where it was converted, and, where the method reads them, the same position
    (marginal), total of the period (retroactive) and quota (tiers by attainment). deal_no names what is equal (of an order's
    amount and place only what a condition asks for: int_order_details). Not additive.
    Everything is taken from the credit and its deal, and the amount from the line: what the line says of tiers and
    factors is judged later, not believed here.
#}
with

lines as (
    select
        group_no,
        credit_no,
        basis,
        position_to,
        coalesce(amount_rated, {{ mul10_rate('basis', 'rate') }}) as amount_rated,
        modifier_set_no,
        amount
    from {{ ref('int_payout_lines') }}
),

groups as (
    select
        group_no,
        component_no,
        component_id,
        payee_id,
        period_start,
        method,
        tier_key,
        accumulate,
        total,
        quota,
        currency,
        minor_units
    from {{ ref('int_payout_groups') }}
),

-- what a gate keeps back follows from the plan
gates_unmet as (
    select group_no
    from {{ ref('int_group_gates') }}
    where
        modifier_no is null
        and not is_met
),

credits as (
    select
        credit_no,
        item_no,
        span_no,
        credit_kind,
        share,
        value,
        currency,
        occurred_on,
        rate_on,
        entry_ratio
    from {{ ref('int_credits_allocated') }}
    where span_no is not null
),

items as (
    select *
    from {{ ref('int_deal_items') }}
),

{{ item_details() }},

compared as (
    select
        lines.group_no,
        lines.credit_no,
        groups.component_no,
        groups.component_id,
        groups.period_start,
        groups.payee_id,
        credits.item_no,
        credits.span_no,
        credits.occurred_on,
        credits.credit_kind,
        credits.value,
        coalesce(credits.currency, '') as currency,
        coalesce(
            case when credits.currency <> groups.currency then credits.rate_on end,
            cast('1900-01-01' as date)
        ) as exchanged_on,
        coalesce(
            case
                when groups.accumulate = 'event' then cast(0 as {{ step() }})
                when groups.method = 'marginal' then lines.position_to - lines.basis
                when groups.method = 'retroactive' then groups.total
            end,
            cast(0 as {{ step() }})
        ) as position_from,
        coalesce(
            case when groups.method <> 'flat' and groups.tier_key = 'attainment' then groups.quota end,
            cast(-1 as decimal(28, 6))
        ) as quota,
        groups.method,
        groups.minor_units,
        groups.currency as plan_currency,
        credits.share,
        credits.entry_ratio,
        lines.amount_rated,
        lines.modifier_set_no,
        lines.amount
    from lines
    inner join groups
        on lines.group_no = groups.group_no
    inner join credits
        on lines.credit_no = credits.credit_no
    left join gates_unmet
        on lines.group_no = gates_unmet.group_no
    where
        gates_unmet.group_no is null
        and groups.accumulate <> 'year_to_date'
),

-- narrow first: the text of deals is read only where a value comes twice
repeated_values as (
    select
        component_no,
        period_start,
        credit_kind,
        value,
        currency,
        exchanged_on,
        position_from,
        quota
    from compared
    group by component_no, period_start, credit_kind, value, currency, exchanged_on, position_from, quota
    having count(*) > 1
),

candidates as (
    select
        compared.group_no,
        compared.credit_no,
        compared.component_no,
        compared.component_id,
        compared.period_start,
        compared.payee_id,
        compared.item_no,
        compared.span_no,
        compared.occurred_on,
        compared.credit_kind,
        compared.value,
        compared.currency,
        compared.exchanged_on,
        compared.position_from,
        compared.quota,
        compared.method,
        compared.minor_units,
        compared.plan_currency,
        compared.share,
        compared.entry_ratio,
        compared.amount_rated,
        compared.modifier_set_no,
        compared.amount
    from compared
    inner join repeated_values
        on
            compared.component_no = repeated_values.component_no
            and compared.period_start = repeated_values.period_start
            and compared.credit_kind = repeated_values.credit_kind
            and compared.value = repeated_values.value
            and compared.currency = repeated_values.currency
            and compared.exchanged_on = repeated_values.exchanged_on
            and compared.position_from = repeated_values.position_from
            and compared.quota = repeated_values.quota
),

candidate_items as (
    select item_no
    from candidates
    group by item_no
),

deals as (
    select
        items.item_no,
        dense_rank() over (
            order by {{ deal_dimensions().values() | join(' nulls first, ') }} nulls first
        ) as dimensions_no
    from items
    inner join candidate_items
        on items.item_no = candidate_items.item_no
    {{- item_details_joined(deal_dimensions().values() | join) }}
),

numbered as (
    select
        candidates.group_no,
        candidates.credit_no,
        candidates.component_no,
        candidates.component_id,
        candidates.period_start,
        candidates.payee_id,
        candidates.item_no,
        candidates.span_no,
        candidates.occurred_on,
        dense_rank() over (
            order by
                candidates.component_no,
                candidates.period_start,
                candidates.credit_kind,
                candidates.value,
                candidates.currency,
                candidates.exchanged_on,
                candidates.position_from,
                candidates.quota,
                deals.dimensions_no
        ) as deal_no,
        candidates.method,
        candidates.minor_units,
        candidates.plan_currency,
        candidates.share,
        candidates.entry_ratio,
        candidates.amount_rated,
        candidates.modifier_set_no,
        candidates.amount
    from candidates
    inner join deals
        on candidates.item_no = deals.item_no
),

counted as (
    select
        deal_no,
        count(*) as line_count
    from numbered
    group by deal_no
    having count(*) > 1
),

final as (
    select
        numbered.group_no,
        numbered.credit_no,
        numbered.deal_no,
        counted.line_count,
        numbered.component_no,
        numbered.component_id,
        numbered.period_start,
        numbered.payee_id,
        numbered.item_no,
        numbered.span_no,
        numbered.occurred_on,
        numbered.method,
        numbered.minor_units,
        numbered.plan_currency,
        numbered.share,
        cast(numbered.entry_ratio as {{ step() }}) as entry_ratio,
        numbered.amount_rated,
        numbered.modifier_set_no,
        numbered.amount
    from numbered
    inner join counted
        on numbered.deal_no = counted.deal_no
)

select * from final

{#
    Grain: one row per line that follows from an event line: what is held back of it, each release, each clawback and what comes back of it, by
    invoice. Additive: amount within a currency, amount_base. amount is what part ÷ whole of basis comes to, less earlier lines of the same kind.
    period_start: the period of its own date, or that of the line it follows if it begins later, whether or not the payee is still on the plan
    then (engine.md §5, §8 E4 to E6).
#}
with

groups as (
    select
        group_no,
        period,
        period_start,
        currency,
        hold_share
    from {{ ref('int_groups_watched') }}
),

watched as (
    select
        group_no,
        credit_no,
        occurred_on,
        amount,
        held
    from {{ ref('int_lines_watched') }}
),

released as (
    select
        group_no,
        credit_no,
        occurred_on,
        held,
        settled,
        whole,
        amount
    from {{ ref('int_lines_released') }}
),

clawed_back as (
    select
        group_no,
        credit_no,
        invoice_id,
        occurred_on,
        line_kind,
        line_amount,
        still_open,
        whole,
        amount
    from {{ ref('int_lines_clawed_back') }}
),

periods as (
    select
        period,
        period_start,
        period_end
    from {{ ref('int_calendar_periods') }}
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

following as (
    select
        watched.group_no,
        watched.credit_no,
        'hold' as line_kind,
        '' as invoice_id,
        watched.occurred_on,
        watched.amount as basis,
        cast(groups.hold_share as {{ step() }}) as part,
        cast(1 as {{ step() }}) as whole,
        cast(-watched.held as {{ money() }}) as amount
    from watched
    inner join groups
        on watched.group_no = groups.group_no
    where watched.held <> 0
    union all
    select
        group_no,
        credit_no,
        'release' as line_kind,
        '' as invoice_id,
        occurred_on,
        held as basis,
        cast(settled as {{ step() }}) as part,
        cast(whole as {{ step() }}) as whole,
        amount
    from released
    union all
    select
        group_no,
        credit_no,
        line_kind,
        invoice_id,
        occurred_on,
        line_amount as basis,
        cast(still_open as {{ step() }}) as part,
        cast(whole as {{ step() }}) as whole,
        amount
    from clawed_back
),

final as (
    select
        following.group_no,
        following.credit_no,
        following.line_kind,
        following.invoice_id,
        following.occurred_on,
        greatest(groups.period_start, periods.period_start) as period_start,
        following.basis,
        following.part,
        following.whole,
        following.amount,
        case
            when groups.currency = '{{ var("base_currency") }}' then following.amount
            else {{ in_base('following.amount', 'rates.rate_to_base', 'base.minor_units') }}
        end as amount_base
    from following
    inner join groups
        on following.group_no = groups.group_no
    inner join periods
        on
            groups.period = periods.period
            and following.occurred_on >= periods.period_start
            and following.occurred_on < periods.period_end
    cross join base
    left join rates
        on
            groups.currency = rates.currency
            and following.occurred_on >= rates.valid_from
            and following.occurred_on < rates.valid_to
)

select * from final

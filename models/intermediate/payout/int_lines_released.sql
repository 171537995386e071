{#
    Grain: one row per watched line and day on which a part of what is held back of it is given back. Additive: amount within a currency. settled
    of whole, in the money of the sale, is paid or returned by that day, which brings all that is released to held × settled ÷ whole, rounded
    once; a refund takes it back again. What is settled before the sale counts on its day; a sale of nothing, cash, and a hold that ends after
    days are settled whole at once: 1 of 1 (engine.md §8 A11, E4, E8).
#}
with

groups as (
    select
        group_no,
        hold_days,
        minor_units
    from {{ ref('int_groups_watched') }}
),

lines_watched as (
    select
        group_no,
        credit_no,
        occurred_on,
        settled_by,
        settled_key,
        held
    from {{ ref('int_lines_watched') }}
    where held <> 0
),

documents as (
    select
        settled_by,
        settled_key,
        document_kind,
        occurred_on,
        amount
    from {{ ref('int_documents_watched') }}
),

parameters as (
    select as_of_on
    from {{ ref('int_run_parameters') }}
),

lines as (
    select
        lines_watched.group_no,
        lines_watched.credit_no,
        lines_watched.occurred_on,
        lines_watched.settled_by,
        lines_watched.settled_key,
        lines_watched.held,
        groups.hold_days,
        groups.minor_units
    from lines_watched
    inner join groups
        on lines_watched.group_no = groups.group_no
),

sales as (
    select
        settled_by,
        settled_key,
        amount as whole
    from documents
    where
        document_kind = 'sale'
        and amount <> 0
),

settled_at_once as (
    select
        lines.group_no,
        lines.credit_no,
        lines.held,
        case
            when lines.hold_days is null then lines.occurred_on
            else cast({{ dbt.dateadd('day', 'lines.hold_days', 'lines.occurred_on') }} as date)
        end as occurred_on
    from lines
    left join sales
        on
            lines.settled_by = sales.settled_by
            and lines.settled_key = sales.settled_key
    where
        lines.hold_days is not null
        or sales.settled_key is null
),

settled_by_day as (
    select
        lines.group_no,
        lines.credit_no,
        lines.held,
        lines.minor_units,
        sales.whole,
        greatest(lines.occurred_on, documents.occurred_on) as occurred_on,
        cast(sum(documents.amount) as {{ money() }}) as amount
    from lines
    inner join sales
        on
            lines.settled_by = sales.settled_by
            and lines.settled_key = sales.settled_key
    inner join documents
        on
            lines.settled_by = documents.settled_by
            and lines.settled_key = documents.settled_key
            and documents.document_kind in ('payment', 'return')
    where lines.hold_days is null
    group by
        lines.group_no,
        lines.credit_no,
        lines.held,
        lines.minor_units,
        sales.whole,
        greatest(lines.occurred_on, documents.occurred_on)
),

accumulated as (
    select
        group_no,
        credit_no,
        held,
        minor_units,
        whole,
        occurred_on,
        cast(sum(amount) over (
            partition by group_no, credit_no order by occurred_on rows between unbounded preceding and current row
        ) as {{ money() }}) as settled
    from settled_by_day
),

bounded as (
    select
        group_no,
        credit_no,
        held,
        minor_units,
        whole,
        occurred_on,
        cast(case
            when whole > 0 then greatest(least(settled, whole), 0)
            else least(greatest(settled, whole), 0)
        end as {{ money() }}) as settled
    from accumulated
),

due as (
    select
        group_no,
        credit_no,
        held,
        whole,
        occurred_on,
        settled,
        {{ portion('held', 'settled', 'whole', 'minor_units') }} as released
    from bounded
),

followed as (
    select
        group_no,
        credit_no,
        held,
        whole,
        occurred_on,
        settled,
        released - coalesce(
            lag(released) over (partition by group_no, credit_no order by occurred_on), 0
        ) as amount
    from due
),

final as (
    select
        group_no,
        credit_no,
        occurred_on,
        held,
        settled,
        whole,
        cast(amount as {{ money() }}) as amount
    from followed
    where amount <> 0
    union all
    select
        settled_at_once.group_no,
        settled_at_once.credit_no,
        settled_at_once.occurred_on,
        settled_at_once.held,
        cast(1 as {{ money() }}) as settled,
        cast(1 as {{ money() }}) as whole,
        settled_at_once.held as amount
    from settled_at_once
    cross join parameters
    where settled_at_once.occurred_on <= parameters.as_of_on
)

select * from final

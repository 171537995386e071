{#
    Grain: one row per watched line, invoice and day, from due_on + clawback_unpaid_days on, that changes what the line has to give back for it:
    line × still_open ÷ whole in all, rounded once. Additive: amount within a currency. still_open of an invoice: its part of the sale less what
    is paid of it, never below 0; returns fill open invoices by due_on and id. Of revenue_invoiced it is that of the event's own invoice alone,
    between 0 and the whole, and a credit note that is not paid out is open with its own sign (engine.md §8 A11, E6, E8).
#}
with

groups as (
    select
        group_no,
        clawback_unpaid_days,
        minor_units
    from {{ ref('int_groups_watched') }}
    where clawback_unpaid_days is not null
),

lines_watched as (
    select
        group_no,
        credit_no,
        occurred_on,
        settled_by,
        settled_key,
        amount
    from {{ ref('int_lines_watched') }}
),

documents as (
    select
        settled_by,
        settled_key,
        document_kind,
        document_id,
        paid_invoice_id,
        occurred_on,
        due_on,
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
        lines_watched.amount,
        groups.clawback_unpaid_days,
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

terms as (
    select
        settled_by,
        settled_key,
        clawback_unpaid_days
    from lines
    group by settled_by, settled_key, clawback_unpaid_days
),

invoices as (
    select
        terms.settled_by,
        terms.settled_key,
        terms.clawback_unpaid_days,
        documents.document_id as invoice_id,
        documents.due_on,
        documents.amount,
        sales.whole,
        cast({{ dbt.dateadd('day', 'terms.clawback_unpaid_days', 'documents.due_on') }} as date) as judged_from
    from terms
    inner join documents
        on
            terms.settled_by = documents.settled_by
            and terms.settled_key = documents.settled_key
            and documents.document_kind = 'invoice'
    inner join sales
        on
            terms.settled_by = sales.settled_by
            and terms.settled_key = sales.settled_key
),

-- union, not union all: each day on which something changes once
days as (
    select
        invoices.settled_by,
        invoices.settled_key,
        invoices.clawback_unpaid_days,
        invoices.judged_from as judged_on
    from invoices
    union
    select
        terms.settled_by,
        terms.settled_key,
        terms.clawback_unpaid_days,
        documents.occurred_on as judged_on
    from terms
    inner join documents
        on
            terms.settled_by = documents.settled_by
            and terms.settled_key = documents.settled_key
            and documents.document_kind in ('payment', 'return')
),

returned as (
    select
        days.settled_by,
        days.settled_key,
        days.clawback_unpaid_days,
        days.judged_on,
        cast(sum(documents.amount) as {{ money() }}) as amount
    from days
    inner join documents
        on
            days.settled_by = documents.settled_by
            and days.settled_key = documents.settled_key
            and days.judged_on >= documents.occurred_on
            and documents.document_kind = 'return'
    group by days.settled_by, days.settled_key, days.clawback_unpaid_days, days.judged_on
),

paid as (
    select
        invoices.settled_by,
        invoices.settled_key,
        invoices.clawback_unpaid_days,
        invoices.invoice_id,
        invoices.due_on,
        invoices.judged_from,
        invoices.amount,
        invoices.whole,
        days.judged_on,
        cast(coalesce(sum(documents.amount), 0) as {{ money() }}) as paid
    from invoices
    inner join days
        on
            invoices.settled_by = days.settled_by
            and invoices.settled_key = days.settled_key
            and invoices.clawback_unpaid_days = days.clawback_unpaid_days
    left join documents
        on
            invoices.settled_by = documents.settled_by
            and invoices.settled_key = documents.settled_key
            and invoices.invoice_id = documents.paid_invoice_id
            and days.judged_on >= documents.occurred_on
            and documents.document_kind = 'payment'
    group by
        invoices.settled_by,
        invoices.settled_key,
        invoices.clawback_unpaid_days,
        invoices.invoice_id,
        invoices.due_on,
        invoices.judged_from,
        invoices.amount,
        invoices.whole,
        days.judged_on
),

unpaid as (
    select
        settled_by,
        settled_key,
        clawback_unpaid_days,
        invoice_id,
        due_on,
        judged_from,
        whole,
        judged_on,
        cast(case
            when settled_by = 'invoice' and amount < 0 then greatest(least(amount - paid, 0), amount)
            when settled_by = 'invoice' then least(greatest(amount - paid, 0), amount)
            else greatest(amount - paid, 0)
        end as {{ money() }}) as unpaid
    from paid
),

queued as (
    select
        unpaid.settled_by,
        unpaid.settled_key,
        unpaid.clawback_unpaid_days,
        unpaid.invoice_id,
        unpaid.judged_from,
        unpaid.whole,
        unpaid.judged_on,
        unpaid.unpaid,
        cast(sum(unpaid.unpaid) over (
            partition by unpaid.settled_by, unpaid.settled_key, unpaid.clawback_unpaid_days, unpaid.judged_on
            order by unpaid.due_on, unpaid.invoice_id
            rows between unbounded preceding and current row
        ) as {{ money() }}) as unpaid_so_far,
        coalesce(returned.amount, 0) as returned
    from unpaid
    left join returned
        on
            unpaid.settled_by = returned.settled_by
            and unpaid.settled_key = returned.settled_key
            and unpaid.clawback_unpaid_days = returned.clawback_unpaid_days
            and unpaid.judged_on = returned.judged_on
),

opened as (
    select
        settled_by,
        settled_key,
        clawback_unpaid_days,
        invoice_id,
        judged_on,
        whole,
        cast(case
            when returned = 0 then unpaid
            else greatest(unpaid_so_far - returned, 0) - greatest(unpaid_so_far - unpaid - returned, 0)
        end as {{ money() }}) as still_open
    from queued
    where judged_on >= judged_from
),

-- what was open before the sale counts on its day, as it stood last
judged as (
    select
        lines.group_no,
        lines.credit_no,
        lines.amount,
        lines.minor_units,
        opened.invoice_id,
        opened.whole,
        opened.still_open,
        greatest(lines.occurred_on, opened.judged_on) as occurred_on,
        row_number() over (
            partition by
                lines.group_no, lines.credit_no, opened.invoice_id, greatest(lines.occurred_on, opened.judged_on)
            order by opened.judged_on desc
        ) as place
    from lines
    inner join opened
        on
            lines.settled_by = opened.settled_by
            and lines.settled_key = opened.settled_key
            and lines.clawback_unpaid_days = opened.clawback_unpaid_days
    cross join parameters
    where opened.judged_on <= parameters.as_of_on
),

taken as (
    select
        group_no,
        credit_no,
        amount,
        invoice_id,
        whole,
        still_open,
        occurred_on,
        {{ portion('amount', 'still_open', 'whole', 'minor_units') }} as taken
    from judged
    where place = 1
),

followed as (
    select
        group_no,
        credit_no,
        amount,
        invoice_id,
        whole,
        still_open,
        occurred_on,
        taken - coalesce(
            lag(taken) over (partition by group_no, credit_no, invoice_id order by occurred_on), 0
        ) as taken_more
    from taken
),

final as (
    select
        group_no,
        credit_no,
        invoice_id,
        occurred_on,
        case when (taken_more > 0) = (amount > 0) then 'clawback' else 'clawback_return' end as line_kind,
        amount as line_amount,
        still_open,
        whole,
        cast(-taken_more as {{ money() }}) as amount
    from followed
    where taken_more <> 0
)

select * from final

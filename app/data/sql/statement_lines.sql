-- Lines of one component in a period, or, where $component_id is empty, those of the plan itself: newest first, a page
-- of them; $find keeps those whose order, customer, product or event has the text.
with recursive

-- include _visible_people

,

-- include _shown_lines

,

lines as (
    select
        payout_line_id,
        occurred_on,
        line_kind,
        credited_payee_id,
        amount,
        currency,
        explanation,
        explanation_zh,
        event_id,
        posted_value,
        posted_file,
        posted_row
    from shown_lines
    where
        plan_id = $plan_id
        and coalesce(component_id, '') = $component_id
),

described as (
    select
        lines.payout_line_id,
        lines.occurred_on,
        lines.line_kind,
        lines.amount,
        lines.currency,
        lines.explanation,
        lines.explanation_zh,
        lines.event_id,
        case when lines.credited_payee_id <> $payee_id then credited.payee_name end as credited_name,
        events.measure,
        coalesce(lines.posted_value, events.value) as event_value,
        events.currency as event_currency,
        events.order_id,
        events.opportunity_id,
        events.source_table,
        events.source_key,
        coalesce(lines.posted_file, events.source_file) as source_file,
        coalesce(lines.posted_row, events.source_row) as source_row,
        accounts.account_name,
        products.product_name
    from lines
    left join incentives.fct_incentive_events as events
        on lines.event_id = events.event_id
    left join core.dim_accounts as accounts
        on events.account_id = accounts.account_id
    left join core.dim_products as products
        on events.product_id = products.product_id
    left join standing as credited
        on lines.credited_payee_id = credited.payee_id
),

found as (
    select
        payout_line_id,
        occurred_on,
        line_kind,
        amount,
        currency,
        explanation,
        explanation_zh,
        event_id,
        credited_name,
        measure,
        event_value,
        event_currency,
        order_id,
        opportunity_id,
        source_table,
        source_key,
        source_file,
        source_row,
        account_name,
        product_name,
        count(*) over () as found_count
    from described
    where
        $find = ''
        or contains(
            lower(concat_ws(' ', event_id, order_id, opportunity_id, account_name, product_name, credited_name)),
            lower($find)
        )
)

select
    payout_line_id,
    occurred_on,
    line_kind,
    amount,
    currency,
    explanation,
    explanation_zh,
    event_id,
    credited_name,
    measure,
    event_value,
    event_currency,
    order_id,
    opportunity_id,
    source_table,
    source_key,
    source_file,
    source_row,
    account_name,
    product_name,
    found_count
from found
order by occurred_on desc, payout_line_id asc
limit $page_size offset $first_row

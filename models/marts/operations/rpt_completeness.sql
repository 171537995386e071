{#
    Grain: one row per check, source table and day: what goes in, what comes out, and the difference, zero where nothing is lost.
    Additive: the counts and the difference, within a check. files_landed: rows of files = landed + quarantined, on the day of the
    file's newest row. facts_hold_staging: rows of staging = rows of the fact. credits_cover_events: events whose direct credits and
    uncredited shares add up to their value = events. control_totals: what the source says it delivered = landed + quarantined, in rows
    and in amount (amount_difference), on the days that it says so of.
#}
{%- set facts = {
    'crm.accounts': ['dim_accounts', 'created_on', 'true'],
    'crm.activities': ['fct_activities', 'occurred_on', 'true'],
    'crm.opportunities': ['fct_opportunities', 'created_on', 'true'],
    'crm.teams': ['dim_teams', 'cast(null as date)', 'true'],
    'erp.order_lines': ['fct_order_lines', 'ordered_on', 'true'],
    'erp.payments': ['fct_payments', 'paid_on', 'true'],
    'erp.products': ['dim_products', 'launched_on', 'true'],
    'service.tickets': ['fct_tickets', 'opened_on', 'true'],
    'channel.dealer_order_lines': ['fct_dealer_sales', 'sold_on', "sale_kind = 'sell_in'"],
    'channel.sell_through': ['fct_dealer_sales', 'sold_on', "sale_kind = 'sell_through'"],
} %}
{%- set no_count = 'cast(null as bigint)' %}
{%- set no_amount = 'cast(null as ' ~ money() ~ ')' %}
with

files as (
    select
        table_name,
        received_on,
        rows_read,
        rows_landed,
        rows_quarantined
    from {{ ref('int_files_counted') }}
),

control_totals as (
    select
        source,
        day,
        stated_count,
        landed_count,
        quarantined_count,
        difference,
        stated_amount,
        found_amount,
        amount_difference
    from {{ ref('int_control_totals_compared') }}
),

staged as (
    select
        source,
        day,
        staged_count
    from {{ ref('int_staged_rows_counted') }}
),

parameters as (
    select as_of_on
    from {{ ref('int_run_parameters') }}
),

events as (
    select
        event_id,
        source_table,
        occurred_on,
        value
    from {{ ref('fct_incentive_events') }}
),

credits as (
    select
        event_id,
        value
    from {{ ref('fct_credits') }}
    where credit_kind = 'direct'
),

uncredited as (
    select
        event_id,
        value
    from {{ ref('rpt_uncredited') }}
    where reason in ('no_owner', 'not_employed')
),

landed as (
    select
        table_name as source,
        received_on as day,
        sum(rows_read) as delivered_count,
        sum(rows_landed) as landed_count,
        sum(rows_quarantined) as quarantined_count
    from files
    group by table_name, received_on
),

fact_days as (
    {%- for source, terms in facts.items() %}
    select
        '{{ source }}' as source,
        {{ terms[1] }} as day
    from {{ ref(terms[0]) }}
    where {{ terms[2] }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

facts as (
    select
        fact_days.source,
        coalesce(fact_days.day, parameters.as_of_on) as day,
        count(*) as fact_count
    from fact_days
    cross join parameters
    group by fact_days.source, coalesce(fact_days.day, parameters.as_of_on)
),

received as (
    select
        event_id,
        value,
        0 as is_uncredited
    from credits
    union all
    select
        event_id,
        value,
        1 as is_uncredited
    from uncredited
),

received_by_event as (
    select
        event_id,
        sum(value) as value,
        max(is_uncredited) as is_uncredited
    from received
    group by event_id
),

-- full join: a credit of an event that is not there is as wrong as an event without credit
events_received as (
    select
        coalesce(events.source_table, '') as source,
        coalesce(events.occurred_on, parameters.as_of_on) as day,
        case when events.event_id is not null then 1 else 0 end as is_event,
        case when events.value = received_by_event.value then 1 else 0 end as is_covered,
        coalesce(received_by_event.is_uncredited, 0) as is_uncredited
    from events
    full outer join received_by_event
        on events.event_id = received_by_event.event_id
    cross join parameters
),

credited as (
    select
        source,
        day,
        sum(is_event) as event_count,
        sum(is_covered) as credited_count,
        sum(is_uncredited) as uncredited_count,
        sum(1 - is_covered) as difference
    from events_received
    group by source, day
),

checked as (
    select
        'files_landed' as check_id,
        source,
        day,
        delivered_count,
        landed_count,
        quarantined_count,
        {{ no_count }} as staged_count,
        {{ no_count }} as fact_count,
        {{ no_count }} as event_count,
        {{ no_count }} as credited_count,
        {{ no_count }} as uncredited_count,
        delivered_count - landed_count - quarantined_count as difference,
        {{ no_count }} as stated_count,
        {{ no_amount }} as stated_amount,
        {{ no_amount }} as found_amount,
        {{ no_amount }} as amount_difference
    from landed
    union all
    select
        'facts_hold_staging' as check_id,
        coalesce(staged.source, facts.source) as source,
        coalesce(staged.day, facts.day) as day,
        {{ no_count }} as delivered_count,
        {{ no_count }} as landed_count,
        {{ no_count }} as quarantined_count,
        coalesce(staged.staged_count, 0) as staged_count,
        coalesce(facts.fact_count, 0) as fact_count,
        {{ no_count }} as event_count,
        {{ no_count }} as credited_count,
        {{ no_count }} as uncredited_count,
        coalesce(staged.staged_count, 0) - coalesce(facts.fact_count, 0) as difference,
        {{ no_count }} as stated_count,
        {{ no_amount }} as stated_amount,
        {{ no_amount }} as found_amount,
        {{ no_amount }} as amount_difference
    from staged
    full outer join facts
        on
            staged.source = facts.source
            and staged.day = facts.day
    union all
    select
        'credits_cover_events' as check_id,
        source,
        day,
        {{ no_count }} as delivered_count,
        {{ no_count }} as landed_count,
        {{ no_count }} as quarantined_count,
        {{ no_count }} as staged_count,
        {{ no_count }} as fact_count,
        event_count,
        credited_count,
        uncredited_count,
        difference,
        {{ no_count }} as stated_count,
        {{ no_amount }} as stated_amount,
        {{ no_amount }} as found_amount,
        {{ no_amount }} as amount_difference
    from credited
    union all
    select
        'control_totals' as check_id,
        source,
        day,
        {{ no_count }} as delivered_count,
        landed_count,
        quarantined_count,
        {{ no_count }} as staged_count,
        {{ no_count }} as fact_count,
        {{ no_count }} as event_count,
        {{ no_count }} as credited_count,
        {{ no_count }} as uncredited_count,
        difference,
        stated_count,
        stated_amount,
        found_amount,
        amount_difference
    from control_totals
),

final as (
    select
        check_id,
        source,
        day,
        cast(delivered_count as bigint) as delivered_count,
        cast(landed_count as bigint) as landed_count,
        cast(quarantined_count as bigint) as quarantined_count,
        cast(staged_count as bigint) as staged_count,
        cast(fact_count as bigint) as fact_count,
        cast(event_count as bigint) as event_count,
        cast(credited_count as bigint) as credited_count,
        cast(uncredited_count as bigint) as uncredited_count,
        cast(difference as bigint) as difference,
        cast(stated_count as bigint) as stated_count,
        stated_amount,
        found_amount,
        amount_difference
    from checked
)

select * from final

{# Grain: one row per fact: the key its events are named by, and the raw row it is read from. #}
with

order_lines as (
    select
        line_no,
        order_line_id,
        source_file,
        source_row
    from {{ ref('int_order_lines') }}
    where bears_events
),

returned_lines as (
    select
        return_no,
        return_id,
        source_file,
        source_row
    from {{ ref('int_returned_lines') }}
),

other_facts as (
    select
        fact_no,
        event_key,
        source_table,
        raw_key,
        source_file,
        source_row
    from {{ ref('int_other_facts') }}
),

final as (
    select
        line_no as fact_no,
        order_line_id as event_key,
        'erp.order_lines' as source_table,
        order_line_id as source_key,
        source_file,
        source_row
    from order_lines
    union all
    select
        return_no as fact_no,
        return_id as event_key,
        'erp.returns' as source_table,
        return_id as source_key,
        source_file,
        source_row
    from returned_lines
    union all
    select
        fact_no,
        event_key,
        source_table,
        coalesce(raw_key, event_key) as source_key,
        source_file,
        source_row
    from other_facts
)

select * from final

{#
    Grain: one row per order line and return. line_no: the order of (day, id), those of a line without an order first; in it what is of one
    measure and one day is accumulated. Numbers leave room, so that what comes later to a day moves none of the others
    (orchestration/increments.py).
#}
with

lines as (
    select
        order_line_id,
        order_id
    from {{ ref('stg_erp__order_lines') }}
),

orders as (
    select
        order_id,
        {{ company_date('ordered_at') }} as ordered_on
    from {{ ref('stg_erp__orders') }}
),

returns as (
    select
        return_id,
        returned_on
    from {{ ref('stg_erp__returns') }}
),

keys as (
    select
        lines.order_line_id as key_id,
        false as is_return,
        coalesce(orders.ordered_on, cast('1970-01-01' as date)) as dated_on
    from lines
    left join orders
        on lines.order_id = orders.order_id
    union all
    select
        return_id as key_id,
        true as is_return,
        returned_on as dated_on
    from returns
),

final as (
    select
        key_id,
        is_return,
        dated_on,
        -- the days of a year are numbered side by side, where one numbering of all rows would keep one thread
        {{ days_numbered('dated_on') }}
        + {{ numbered('row_number() over (partition by dated_on order by key_id, is_return) * 64') }} as line_no
    from keys
)

select * from final

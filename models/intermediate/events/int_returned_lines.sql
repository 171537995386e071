{#
    Grain: one row per return of a line that is not cancelled, even one dated after as_of. Additive: quantity, net_amount, cost_amount within
    a currency: what came back, each positive where the sale was; cost_amount is the part of the line's cost that the quantity is, null where
    the line has no cost. Columns of the sale are those of the line. return_no: the line_no of int_lines_numbered.
    Who owns a return owned the sale, if employed on the day of the return; nothing after as_of (engine.md §1, §8 A1, A2, A4, A5, A11, B1, B5).
#}
with

returns as (
    select
        return_id,
        order_line_id,
        quantity,
        net_amount,
        returned_on,
        source_file,
        source_row
    from {{ ref('stg_erp__returns') }}
),

numbered as (
    select
        line_no as return_no,
        key_id as return_id
    from {{ ref('int_lines_numbered') }}
    where is_return
),

order_lines as (
    select
        line_no,
        order_line_id,
        quantity,
        net_amount,
        cost_amount,
        currency,
        ordered_on,
        class_code,
        is_cancelled,
        owner_span_no,
        stray_owner_id,
        split_kind,
        split_id,
        is_shared
    from {{ ref('int_order_lines') }}
),

spans as (
    select
        span_no,
        payee_no,
        payee_id,
        valid_from,
        valid_to
    from {{ ref('int_payee_spans') }}
    where payee_kind = 'employee'
),

currencies as (
    select
        currency,
        minor_units
    from {{ ref('currencies') }}
),

parameters as (
    select as_of_on
    from {{ ref('int_run_parameters') }}
),

joined as (
    select
        numbered.return_no,
        returns.return_id,
        returns.returned_on,
        returns.quantity,
        returns.net_amount,
        returns.source_file,
        returns.source_row,
        order_lines.line_no,
        order_lines.quantity as sale_quantity,
        order_lines.net_amount as sale_net_amount,
        order_lines.cost_amount as sale_cost_amount,
        order_lines.currency,
        order_lines.ordered_on,
        order_lines.class_code,
        coalesce(sellers.payee_id, order_lines.stray_owner_id) as owner_id,
        order_lines.split_kind,
        order_lines.split_id,
        order_lines.is_shared
    from returns
    inner join order_lines
        on returns.order_line_id = order_lines.order_line_id
    inner join numbered
        on returns.return_id = numbered.return_id
    left join spans as sellers
        on order_lines.owner_span_no = sellers.span_no
    where not order_lines.is_cancelled
),

final as (
    select
        joined.return_no,
        joined.return_id,
        joined.line_no,
        joined.returned_on,
        joined.quantity,
        joined.net_amount,
        case
            when joined.sale_cost_amount is null then null
            when joined.sale_quantity = 0 then cast(0 as {{ money() }})
            else cast({{ portion(
                'joined.sale_cost_amount', 'joined.quantity', 'joined.sale_quantity',
                'coalesce(currencies.minor_units, 4)'
            ) }} as {{ money() }})
        end as cost_amount,
        joined.sale_quantity,
        joined.sale_net_amount,
        joined.sale_cost_amount,
        joined.currency,
        joined.ordered_on,
        joined.class_code,
        spans.payee_no as owner_payee_no,
        spans.span_no as owner_span_no,
        case when spans.span_no is null then joined.owner_id end as stray_owner_id,
        joined.split_kind,
        joined.split_id,
        joined.is_shared,
        joined.source_file,
        joined.source_row
    from joined
    left join currencies
        on joined.currency = currencies.currency
    left join spans
        on
            joined.owner_id = spans.payee_id
            and joined.returned_on >= spans.valid_from
            and joined.returned_on < spans.valid_to
    cross join parameters
    where joined.returned_on <= parameters.as_of_on
)

select * from final

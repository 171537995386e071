{#
    Grain: one row per kind of cost (activity, payout), account, payee, channel, region and product line in the twelve months up to as_of. Additive: amount,
    base currency. Pay for direct credits of order lines has all three parts of its deal; any other cost has none ('') and is placed later by its account or payee,
    '' and 0 where it has none.
    Pay of dealers counts where it is for order lines: what they are paid for what they buy and sell on belongs to revenue that is not booked here.
#}
with

parameters as (
    select
        as_of_on,
        cast({{ dbt.dateadd('month', -12, 'as_of_on') }} as date) as since_on
    from {{ ref('int_run_parameters') }}
),

activities as (
    select
        user_id,
        account_id,
        kind,
        duration_minutes,
        occurred_on
    from {{ ref('int_activities') }}
    where duration_minutes is not null
),

activity_costs as (
    select
        kind,
        cost_per_minute
    from {{ ref('activity_costs') }}
),

other_costs as (
    select cost_per_minute
    from {{ ref('activity_costs') }}
    where kind = 'other'
),

{{ lines_costed() }},

items as (
    select
        item_no,
        item_kind,
        account_id,
        channel,
        product_line
    from {{ ref('int_deal_items') }}
),

spans as (
    select
        span_no,
        payee_no,
        region
    from {{ ref('int_payee_spans') }}
),

payees as (
    select
        payee_no,
        payee_kind,
        payee_id
    from {{ ref('int_payee_spans') }}
    group by payee_no, payee_kind, payee_id
),

activities_costed as (
    select
        coalesce(activities.account_id, '') as account_id,
        coalesce(payees.payee_no, 0) as payee_no,
        {{ mul10_rate(
            'cast(activities.duration_minutes as ' ~ step() ~ ')', 'coalesce(activity_costs.cost_per_minute, other_costs.cost_per_minute)'
        ) }} as amount
    from activities
    inner join parameters
        on
            activities.occurred_on > parameters.since_on
            and activities.occurred_on <= parameters.as_of_on
    cross join other_costs
    left join activity_costs
        on activities.kind = activity_costs.kind
    left join payees
        on
            activities.user_id = payees.payee_id
            and payees.payee_kind = 'employee'
),

lines_placed as (
    select
        coalesce(items.account_id, '') as account_id,
        coalesce(spans.payee_no, lines_costed.payee_no) as payee_no,
        case
            when lines_costed.is_direct and items.item_kind = 'order_line' then items.channel
            else ''
        end as channel,
        case
            when lines_costed.is_direct and items.item_kind = 'order_line' then coalesce(spans.region, '')
            else ''
        end as region,
        case
            when lines_costed.is_direct and items.item_kind = 'order_line' then coalesce(items.product_line, '')
            else ''
        end as product_line,
        lines_costed.amount_base as amount
    from lines_costed
    inner join parameters
        on
            lines_costed.occurred_on > parameters.since_on
            and lines_costed.occurred_on <= parameters.as_of_on
    inner join payees
        on lines_costed.payee_no = payees.payee_no
    left join items
        on lines_costed.item_no = items.item_no
    left join spans
        on lines_costed.span_no = spans.span_no
    where
        payees.payee_kind = 'employee'
        or items.item_kind = 'order_line'
),

costs as (
    select
        'activity' as cost_kind,
        account_id,
        payee_no,
        '' as channel,
        '' as region,
        '' as product_line,
        amount
    from activities_costed
    union all
    select
        'payout' as cost_kind,
        account_id,
        payee_no,
        channel,
        region,
        product_line,
        cast(amount as {{ step() }}) as amount
    from lines_placed
),

final as (
    select
        cost_kind,
        account_id,
        payee_no,
        channel,
        region,
        product_line,
        cast(sum(amount) as {{ step() }}) as amount
    from costs
    group by cost_kind, account_id, payee_no, channel, region, product_line
)

select * from final

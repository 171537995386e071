{#
    Grain: one row per line that follows from another one, with the text keys and everything its explanation needs. A view: the rows are those of
    int_following_lines and int_lines_held, never stored twice.
#}
with

following as (
    select
        group_no,
        credit_no,
        line_kind,
        invoice_id,
        occurred_on,
        period_start,
        basis,
        part,
        whole,
        amount,
        amount_base
    from {{ ref('int_following_lines') }}
),

watched as (
    select
        group_no,
        credit_no,
        event_id,
        credit_id,
        credited_payee_id,
        line_origin
    from {{ ref('int_lines_watched') }}
),

groups as (
    select
        group_no,
        payee_id,
        plan_id,
        component_id,
        period,
        currency,
        minor_units,
        hold_until,
        hold_days
    from {{ ref('int_groups_watched') }}
),

names as (
    select
        component_id,
        name
    from {{ ref('int_plan_components_effective') }}
),

lines_held as (
    select
        payout_line_id,
        followed_line_id,
        payee_id,
        plan_id,
        component_id,
        period,
        period_start,
        event_id,
        credit_id,
        credited_payee_id,
        occurred_on,
        line_kind,
        hold_id,
        held_from,
        released_on,
        hold_reason,
        approved_by,
        basis,
        amount,
        currency,
        minor_units,
        amount_base
    from {{ ref('int_lines_held') }}
),

final as (
    select
        {{ payout_line_id(
            'groups.component_id', 'groups.payee_id', following_origin('following', 'watched'), 'following.line_kind'
        ) }} as payout_line_id,
        {{ payout_line_id(
            'groups.component_id', 'groups.payee_id', 'watched.line_origin', "'earning'"
        ) }} as followed_line_id,
        groups.payee_id,
        groups.plan_id,
        groups.component_id,
        names.name as component_name,
        groups.period,
        following.period_start,
        watched.event_id,
        watched.credit_id,
        watched.credited_payee_id,
        following.occurred_on,
        following.line_kind,
        following.invoice_id,
        groups.hold_until,
        groups.hold_days,
        {{ without(['hold_id', 'hold_reason', 'approved_by'], dbt.type_string()) }},
        {{ without(['held_from', 'released_on'], 'date') }},
        following.basis,
        following.part,
        following.whole,
        following.amount,
        groups.currency,
        groups.minor_units,
        following.amount_base
    from following
    inner join groups
        on following.group_no = groups.group_no
    inner join watched
        on
            following.group_no = watched.group_no
            and following.credit_no = watched.credit_no
    inner join names
        on groups.component_id = names.component_id
    union all
    select
        lines_held.payout_line_id,
        lines_held.followed_line_id,
        lines_held.payee_id,
        lines_held.plan_id,
        lines_held.component_id,
        names.name as component_name,
        lines_held.period,
        lines_held.period_start,
        lines_held.event_id,
        lines_held.credit_id,
        lines_held.credited_payee_id,
        lines_held.occurred_on,
        lines_held.line_kind,
        '' as invoice_id,
        'payment_hold' as hold_until,
        cast(null as integer) as hold_days,
        lines_held.hold_id,
        lines_held.hold_reason,
        lines_held.approved_by,
        lines_held.held_from,
        lines_held.released_on,
        lines_held.basis,
        cast(1 as {{ step() }}) as part,
        cast(1 as {{ step() }}) as whole,
        lines_held.amount,
        lines_held.currency,
        lines_held.minor_units,
        lines_held.amount_base
    from lines_held
    inner join names
        on lines_held.component_id = names.component_id
)

select * from final

{#
    Grain: one row per line that follows from an event line, with the text keys and everything its explanation needs. A view: the rows are those of
    int_following_lines, never stored twice.
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
)

select * from final

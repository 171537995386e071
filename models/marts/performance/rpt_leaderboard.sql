{#
    Grain: one row per board, scope, period and subject. Not additive. Boards: revenue and earnings in the base currency, attainment as a
    ratio. place_before: the place in the period before, null for who had none. gap_to_place_above: to the next better value, null at the top.
#}
with

places as (
    select
        board,
        scope_kind,
        scope_id,
        period,
        period_start,
        payee_id,
        payee_name,
        team_id,
        region,
        value,
        place
    from {{ ref('int_board_places') }}
),

attainments as (
    select
        payee_id,
        period,
        period_start,
        attainment
    from {{ ref('int_quota_attainments') }}
),

values_above as (
    select
        board,
        scope_kind,
        scope_id,
        period,
        period_start,
        value,
        lag(value) over (
            partition by board, scope_kind, scope_id, period, period_start
            order by value desc
        ) as value_above
    from places
    group by board, scope_kind, scope_id, period, period_start, value
),

dated as (
    select
        board,
        scope_kind,
        scope_id,
        period,
        period_start,
        payee_id,
        payee_name,
        team_id,
        region,
        value,
        place,
        cast(case period
            when 'month' then {{ dbt.dateadd('month', -1, 'period_start') }}
            when 'quarter' then {{ dbt.dateadd('month', -3, 'period_start') }}
            when 'half' then {{ dbt.dateadd('month', -6, 'period_start') }}
            else {{ dbt.dateadd('month', -12, 'period_start') }}
        end as date) as period_before
    from places
),

final as (
    select
        dated.board,
        dated.scope_kind,
        dated.scope_id,
        dated.period,
        dated.period_start,
        'payee' as subject_kind,
        dated.payee_id as subject_id,
        dated.payee_name as subject_name,
        dated.team_id,
        dated.region,
        cast(dated.value as {{ step() }}) as value,
        attainments.attainment,
        dated.place,
        places_before.place as place_before,
        cast(values_above.value_above - dated.value as {{ step() }}) as gap_to_place_above
    from dated
    inner join values_above
        on
            dated.board = values_above.board
            and dated.scope_kind = values_above.scope_kind
            and dated.scope_id = values_above.scope_id
            and dated.period = values_above.period
            and dated.period_start = values_above.period_start
            and dated.value = values_above.value
    left join places as places_before
        on
            dated.board = places_before.board
            and dated.scope_kind = places_before.scope_kind
            and dated.scope_id = places_before.scope_id
            and dated.period = places_before.period
            and dated.period_before = places_before.period_start
            and dated.payee_id = places_before.payee_id
    left join attainments
        on
            dated.payee_id = attainments.payee_id
            and dated.period = attainments.period
            and dated.period_start = attainments.period_start
)

select * from final

{#
    Grain: one row per board, scope, period (week, month, quarter) and subject. Not additive. Boards: every KPI, with attainment for
    quota_attainment; money in the base currency. Equal values share a place and the next is left out; where less is better the smallest
    is first. A team scope holds the team and the teams below it. place_before: the place in the period before, null for who had none.
    gap_to_place_above: to the next better value, null at the top. A view: places are counted when a board is opened.
#}
with

-- each relation is read once here: what is asked of one board then reaches its rows, and no other board is counted
entries as (
    select
        board,
        period,
        period_start,
        period_end,
        payee_id,
        payee_name,
        team_id,
        region,
        value,
        goodness
    from {{ ref('int_payee_kpis_valued') }}
    where
        period <> 'week'
        or has_weekly_board
),

attainments as (
    select
        payee_id,
        period,
        period_start,
        value as attainment
    from {{ ref('int_payee_kpis_valued') }}
    where kpi = 'quota_attainment'
),

team_ancestors as (
    select
        team_id,
        ancestor_team_id
    from {{ ref('int_team_ancestors') }}
),

-- each board twice: in its own period, and as the one before in the next
copies as (
    {%- for scope_kind in ['company', 'region', 'team'] %}
    {%- for is_before in ['false', 'true'] %}
    select
        '{{ scope_kind }}' as scope_kind,
        {{ is_before }} as is_before
    {{ 'union all' if not loop.last }}
    {%- endfor %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

boards as (
    select
        entries.board,
        copies.scope_kind,
        case copies.scope_kind
            when 'company' then 'all'
            when 'region' then entries.region
            else team_ancestors.ancestor_team_id
        end as scope_id,
        entries.period,
        case when copies.is_before then entries.period_end else entries.period_start end as period_start,
        copies.is_before,
        entries.payee_id,
        entries.payee_name,
        entries.team_id,
        entries.region,
        entries.value,
        entries.goodness
    from entries
    cross join copies
    left join team_ancestors
        on
            entries.team_id = team_ancestors.team_id
            and copies.scope_kind = 'team'
),

ranked as (
    select
        board,
        scope_kind,
        scope_id,
        period,
        period_start,
        is_before,
        payee_id,
        payee_name,
        team_id,
        region,
        value,
        goodness,
        cast(rank() over (
            partition by board, scope_kind, scope_id, period, period_start, is_before
            order by goodness desc
        ) as integer) as place,
        lag(goodness) over (
            partition by board, scope_kind, scope_id, period, period_start, is_before
            order by goodness desc, payee_id asc
        ) as goodness_ahead
    from boards
    where scope_id is not null
),

-- of those who share a place the first comes after the next better value, the others after their own
measured as (
    select
        board,
        scope_kind,
        scope_id,
        period,
        period_start,
        is_before,
        payee_id,
        payee_name,
        team_id,
        region,
        value,
        place,
        case
            when place > 1
                then max(goodness_ahead) over (
                    partition by board, scope_kind, scope_id, period, period_start, is_before, place
                ) - goodness
        end as gap_to_place_above
    from ranked
),

paired as (
    select
        board,
        scope_kind,
        scope_id,
        period,
        period_start,
        payee_id,
        max(case when not is_before then payee_name end) as payee_name,
        max(case when not is_before then team_id end) as team_id,
        max(case when not is_before then region end) as region,
        max(case when not is_before then value end) as value,
        max(case when not is_before then place end) as place,
        max(case when is_before then place end) as place_before,
        max(case when not is_before then gap_to_place_above end) as gap_to_place_above
    from measured
    group by board, scope_kind, scope_id, period, period_start, payee_id
),

final as (
    select
        paired.board,
        paired.scope_kind,
        paired.scope_id,
        paired.period,
        paired.period_start,
        'payee' as subject_kind,
        paired.payee_id as subject_id,
        paired.payee_name as subject_name,
        paired.team_id,
        paired.region,
        cast(paired.value as {{ step() }}) as value,
        cast(attainments.attainment as {{ step() }}) as attainment,
        paired.place,
        paired.place_before,
        cast(paired.gap_to_place_above as {{ step() }}) as gap_to_place_above
    from paired
    left join attainments
        on
            paired.payee_id = attainments.payee_id
            and paired.period = attainments.period
            and paired.period_start = attainments.period_start
    where paired.place is not null
)

select * from final

-- One board. Ids stay here: the reader gets names and amounts as far as the company's settings show them ($names,
-- $earnings). Dealers see no board of the company's people.
with recursive

-- include _visible_people

,

on_board as (
    select
        boards.board,
        boards.subject_name,
        boards.value,
        boards.attainment,
        boards.place,
        boards.place_before,
        boards.gap_to_place_above,
        boards.subject_id,
        boards.subject_id = $viewer_id as is_own,
        visible_people.payee_id is not null as is_visible
    from performance.rpt_leaderboard as boards
    left join visible_people
        on boards.subject_id = visible_people.payee_id
    where
        boards.board = $board
        and boards.scope_kind = $scope_kind
        and boards.scope_id = $scope_id
        and boards.period = $period
        and boards.period_start = $period_start
        and exists (
            select standing.payee_id
            from standing
            where
                standing.payee_id = $viewer_id
                and standing.payee_kind = 'employee'
        )
),

shown as (
    select
        subject_id,
        place,
        place_before,
        is_own,
        case when is_own or $names = 'all' or ($names = 'scope' and is_visible) then subject_name end as subject_name,
        is_own or board <> 'earnings' or $earnings = 'all' or ($earnings = 'scope' and is_visible) as is_value_shown,
        value,
        attainment,
        gap_to_place_above
    from on_board
)

select
    place,
    place_before,
    is_own,
    subject_name,
    case when is_value_shown then value end as value,
    case when is_value_shown then attainment end as attainment,
    case when is_value_shown then gap_to_place_above end as gap_to_place_above
from shown
order by place asc, is_own desc, subject_name asc nulls last, subject_id asc
limit 1000

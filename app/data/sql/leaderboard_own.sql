-- The viewer's own place on a board over the last periods of the kind, oldest first.
with

own as (
    select
        period_start,
        place,
        value
    from performance.rpt_leaderboard
    where
        board = $board
        and scope_kind = $scope_kind
        and scope_id = $scope_id
        and period = $period
        and period_start <= $period_start
        and subject_id = $viewer_id
    order by period_start desc
    limit 8
)

select
    period_start,
    place,
    value
from own
order by period_start

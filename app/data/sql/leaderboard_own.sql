-- The viewer's own place on a board in the periods of the kind from $first_start to $period_start, oldest first.
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
    and period_start >= $first_start
    and period_start <= $period_start
    and subject_id = $viewer_id
order by period_start
limit 100

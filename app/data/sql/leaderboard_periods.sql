-- Periods a board exists for, newest first.
select
    boards.period,
    boards.period_start,
    periods.period_end
from performance.rpt_leaderboard as boards
inner join core.dim_periods as periods
    on
        boards.period = periods.period
        and boards.period_start = periods.period_start
where
    boards.board = $board
    and boards.period_start <= $as_of
group by boards.period, boards.period_start, periods.period_end
order by boards.period_start desc, periods.period_end desc
limit 60

-- Boards of a period: the company's, one a region, one a team; the viewer's own first.
select
    boards.scope_kind,
    boards.scope_id,
    coalesce(max(teams.team_name), boards.scope_id) as scope_name,
    count(*) as subject_count,
    coalesce(bool_or(boards.subject_id = $viewer_id), false) as is_own
from performance.rpt_leaderboard as boards
left join core.dim_teams as teams
    on
        boards.scope_kind = 'team'
        and boards.scope_id = teams.team_id
where
    boards.board = $board
    and boards.period = $period
    and boards.period_start = $period_start
group by boards.scope_kind, boards.scope_id
order by is_own desc, max(teams.depth) desc nulls last, scope_name
limit 1000

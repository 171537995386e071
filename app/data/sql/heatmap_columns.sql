-- Weeks that have begun, newest first, and the KPIs seen in each, among the people the viewer may see.
with recursive

-- include _visible_people

select
    cells.week_start,
    cells.kpi
from performance.rpt_performance_heatmap as cells
inner join visible_people
    on cells.payee_id = visible_people.payee_id
where
    cells.week_start <= $as_of
    and cells.week_start > cast($as_of as date) - interval 27 week
group by cells.week_start, cells.kpi
order by cells.week_start desc, cells.kpi asc
limit 1000

-- Cells of the people the viewer may see: of a team and those below it ($team_id; an empty one: everybody visible).
-- kpis and weeks are lists; people with a figure first, by name; $people_limit of them
-- after the first $people_before.
with recursive

-- include _visible_people

,

with_figures as (
    select payee_id
    from performance.rpt_performance_heatmap
    where
        list_contains($kpis, kpi)
        and list_contains($columns, week_start)
    group by payee_id
),

-- include _heatmap_people

select
    people.person_no,
    people.payee_name,
    people.person_count,
    cells.week_start as column_start,
    cells.kpi,
    cells.value,
    cells.score
from people
left join performance.rpt_performance_heatmap as cells
    on
        people.payee_id = cells.payee_id
        and list_contains($kpis, cells.kpi)
        and list_contains($columns, cells.week_start)
where
    people.person_no > $people_before
    and people.person_no <= $people_before + $people_limit
order by people.person_no, cells.week_start, cells.kpi
limit 1000

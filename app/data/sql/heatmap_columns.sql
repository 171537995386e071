-- Weeks that have begun, newest first, and the KPIs with a value in each, among the people the viewer may see.
with recursive

-- include _visible_people

select
    kpi_values.period_start as week_start,
    kpi_values.kpi
from performance.fct_kpi_values as kpi_values
inner join visible_people
    on kpi_values.subject_id = visible_people.payee_id
where
    kpi_values.subject_kind = 'payee'
    and kpi_values.period = 'week'
    and kpi_values.period_start <= $as_of
    and kpi_values.period_start > cast($as_of as date) - interval 27 week
group by kpi_values.period_start, kpi_values.kpi
order by kpi_values.period_start desc, kpi_values.kpi asc
limit 1000

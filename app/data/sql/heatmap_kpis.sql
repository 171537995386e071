-- Months and quarters in which somebody the viewer may see has a value of a KPI, newest first, two years back.
with recursive

-- include _visible_people

select
    kpi_values.kpi,
    kpi_values.period,
    kpi_values.period_start
from performance.fct_kpi_values as kpi_values
inner join visible_people
    on kpi_values.subject_id = visible_people.payee_id
where
    kpi_values.subject_kind = 'payee'
    and kpi_values.period in ('month', 'quarter')
    and kpi_values.period_start <= $as_of
    and kpi_values.period_start > cast($as_of as date) - interval 24 month
group by kpi_values.kpi, kpi_values.period, kpi_values.period_start
order by kpi_values.period_start desc, kpi_values.period asc, kpi_values.kpi asc
limit 1000

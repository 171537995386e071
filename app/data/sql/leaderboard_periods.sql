-- Periods a board exists for, newest first: those in which the company has a value of its KPI.
select
    kpi_values.period,
    kpi_values.period_start,
    periods.period_end
from performance.fct_kpi_values as kpi_values
inner join core.dim_periods as periods
    on
        kpi_values.period = periods.period
        and kpi_values.period_start = periods.period_start
where
    kpi_values.subject_kind = 'company'
    and kpi_values.kpi = $kpi
    and list_contains($periods, kpi_values.period)
    and kpi_values.period_start <= $as_of
    and kpi_values.period_start > cast($as_of as date) - interval 36 month
order by kpi_values.period_start desc, periods.period_end desc
limit 1000

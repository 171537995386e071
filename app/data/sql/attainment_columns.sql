-- Periods with an attainment of somebody the viewer may see, newest first.
with recursive

-- include _visible_people

select
    attainments.period,
    attainments.period_start
from performance.fct_kpi_values as attainments
inner join visible_people
    on attainments.subject_id = visible_people.payee_id
where
    attainments.subject_kind = 'payee'
    and attainments.kpi = 'quota_attainment'
    and attainments.value is not null
    and attainments.period_start <= $as_of
group by attainments.period, attainments.period_start
order by attainments.period_start desc, attainments.period asc
limit 100

-- A KPI of the people the viewer may see by period of a kind ($period), in the shape of heatmap_cells.sql. score: the
-- share of the others in today's role with a value who did worse, as the weeks have it; null under three.
with recursive

-- include _visible_people

,

valued as (
    select
        subject_id as payee_id,
        period_start,
        value
    from performance.fct_kpi_values
    where
        subject_kind = 'payee'
        and kpi = $kpi
        and period = $period
        and list_contains($columns, period_start)
),

ranked as (
    select
        valued.payee_id,
        valued.period_start,
        valued.value,
        rank() over (
            partition by valued.period_start, standing.role
            order by case when $less_is_better then -valued.value else valued.value end
        ) - 1 as worse_count,
        count(*) over (partition by valued.period_start, standing.role) as payee_count
    from valued
    inner join standing
        on valued.payee_id = standing.payee_id
    where standing.payee_kind = 'employee'
),

with_figures as (
    select payee_id
    from valued
    group by payee_id
),

-- include _heatmap_people

select
    people.person_no,
    people.payee_name,
    people.person_count,
    ranked.period_start as column_start,
    $kpi as kpi,
    ranked.value,
    case
        when ranked.payee_count >= 3
            then cast(ranked.worse_count / (ranked.payee_count - 1) as decimal(28, 10))
    end as score
from people
left join ranked
    on people.payee_id = ranked.payee_id
where
    people.person_no > $people_before
    and people.person_no <= $people_before + $people_limit
order by people.person_no, ranked.period_start
limit 1000

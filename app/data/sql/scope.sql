-- Who is looking, and whose pay that person may see: one row a visible person, the viewer first.
with recursive

-- include _visible_people

select
    standing.payee_id,
    standing.payee_kind,
    standing.payee_name,
    standing.role,
    standing.team_id,
    standing.team_name,
    standing.region
from standing
inner join visible_people
    on standing.payee_id = visible_people.payee_id
order by standing.payee_id <> $viewer_id, standing.team_name, standing.payee_name, standing.payee_id
limit 1000

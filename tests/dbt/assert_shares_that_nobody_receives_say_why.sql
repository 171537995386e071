{# Who is not named cannot be asked for his employment; a credit that waits for a rate has a payee and a component. #}
{{ config(meta={'dagster': {'ref': {'name': 'rpt_uncredited'}}}) }}
select
    event_id,
    payee_id,
    component_id,
    reason
from {{ ref('rpt_uncredited') }}
where
    (reason = 'no_owner') <> (payee_id = '')
    or (reason in ('no_owner', 'not_employed')) <> (component_id = '')

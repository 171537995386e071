{# Every event can be followed to a row of a landed file. #}
{{ config(meta={'dagster': {'ref': {'name': 'fct_incentive_events'}}}) }}
select
    event_id,
    source_file,
    source_row
from {{ ref('fct_incentive_events') }}
where
    source_file is null
    or source_row is null

{# The numbers that int_events writes for the measures of order lines and returns are those of measures.csv. #}
{{ config(meta={'dagster': {'ref': {'name': 'int_events'}}}) }}
with

events as (
    select
        measure,
        measure_no
    from {{ ref('int_events') }}
    group by measure, measure_no
),

measures as (
    select
        measure,
        measure_no
    from {{ ref('measures') }}
),

final as (
    select
        events.measure,
        events.measure_no
    from events
    left join measures
        on
            events.measure = measures.measure
            and events.measure_no = measures.measure_no
    where measures.measure is null
)

select * from final

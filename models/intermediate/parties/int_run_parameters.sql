{#
    Grain: one row: the day the warehouse is calculated for. var as_of, else the company-zone day of the newest updated_at of landed raw
    rows; plan rows do not move it (engine.md §6, §8 A11). Nothing dated after it is calculated.
#}
with

files as (
    select
        source_name,
        newest_updated_at
    from {{ ref('stg_ingest__files') }}
    where
        source_name <> 'plans'
        and status = 'landed'
),

newest as (
    select max(newest_updated_at) as newest_updated_at
    from files
),

final as (
    select
        cast(
            {%- if var('as_of') %}
            '{{ var("as_of") }}'
            {%- else %}
            coalesce({{ company_date('newest_updated_at') }}, cast('1970-01-01' as date))
            {%- endif %}
            as date
        ) as as_of_on
    from newest
)

select * from final

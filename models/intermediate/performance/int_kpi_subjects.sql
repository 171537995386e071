{# Grain: one row per subject of KPIs (subject_no): payee, team with the teams below it, region, company. #}
with

members as (
    select
        subject_no,
        subject_kind,
        subject_id
    from {{ ref('int_kpi_members') }}
),

final as (
    select
        subject_no,
        subject_kind,
        subject_id
    from members
    group by subject_no, subject_kind, subject_id
)

select * from final

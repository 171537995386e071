{#
    Grain: one row per KPI, payee span and day. Additive: numerator, denominator, within a KPI. None of them comes from pay, so that
    plans can gate and score by them. KPIs that are no sum over days are in int_kpi_repurchases, int_kpi_pipelines and
    int_kpi_attainments; earnings are in int_kpi_earnings.
#}
with

credited as (
    select
        kpi_no,
        span_no,
        happened_on,
        numerator,
        denominator
    from {{ ref('int_kpi_contributions_credited') }}
),

owned as (
    select
        kpi_no,
        span_no,
        happened_on,
        numerator,
        denominator
    from {{ ref('int_kpi_contributions_owned') }}
),

final as (
    select
        kpi_no,
        span_no,
        happened_on,
        numerator,
        denominator
    from credited
    union all
    select
        kpi_no,
        span_no,
        happened_on,
        numerator,
        denominator
    from owned
)

select * from final

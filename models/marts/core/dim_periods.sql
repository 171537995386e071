{# Grain: one row per calendar period, [period_start, period_end). Not additive. #}
with

calendar_periods as (
    select
        period,
        period_start,
        period_end,
        day_count
    from {{ ref('int_calendar_periods') }}
),

final as (
    select
        period,
        period_start,
        period_end,
        day_count
    from calendar_periods
)

select * from final

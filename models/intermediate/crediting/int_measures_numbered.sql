{#
    Grain: one row per measure. measure_no is its place in the order of names: the short key that events are joined
    by.
#}
with

measures as (
    select
        measure,
        unit_kind
    from {{ ref('measures') }}
),

final as (
    select
        cast(row_number() over (order by measure) as integer) as measure_no,
        measure,
        unit_kind
    from measures
)

select * from final

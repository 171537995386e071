{#
    Grain: one row per component that pays by rank, period, scope and subject. Additive: prize within a currency and a kind of subject. Live: an
    open period shows what as_of knows. Each member of a winning team gets the team's prize.
#}
with

places as (
    select
        component_no,
        period_start,
        scope_id,
        subject_kind,
        subject_id,
        total,
        place,
        gap_to_place_above,
        prize
    from {{ ref('int_contest_places') }}
),

components as (
    select
        component_no,
        component_id,
        plan_id,
        measure,
        period,
        currency,
        rank_within
    from {{ ref('int_components_numbered') }}
),

final as (
    select
        components.component_id,
        components.plan_id,
        components.measure,
        components.period,
        places.period_start,
        components.rank_within as scope_kind,
        places.scope_id,
        places.subject_kind,
        places.subject_id,
        places.total,
        places.place,
        places.gap_to_place_above,
        places.prize,
        components.currency
    from places
    inner join components
        on places.component_no = components.component_no
)

select * from final

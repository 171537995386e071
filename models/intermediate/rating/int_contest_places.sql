{#
    Grain: one row per component that pays by rank, period, scope and subject: its total, its place by it, greatest first, and the prize of that
    place. Equal totals share a place and, equally, the prizes of the places they fill; a total of 0 or less has no place. Additive: prize
    within a currency (engine.md §4 rank, §8 D6, D7).
#}
with

subjects as (
    select
        component_no,
        period_start,
        scope_id,
        subject_kind,
        subject_id,
        total
    from {{ ref('int_contest_subjects') }}
),

components as (
    select
        component_no,
        component_id,
        minor_units
    from {{ ref('int_components_numbered') }}
),

prizes as (
    select
        component_id,
        tier_from,
        amount
    from {{ ref('int_plan_tiers_effective') }}
),

totals as (
    select
        component_no,
        period_start,
        scope_id,
        subject_kind,
        subject_id,
        cast(sum(total) as {{ step() }}) as total
    from subjects
    group by component_no, period_start, scope_id, subject_kind, subject_id
),

ranked as (
    select
        component_no,
        period_start,
        scope_id,
        subject_id,
        total,
        rank() over (partition by component_no, period_start, scope_id order by total desc) as place,
        count(*) over (partition by component_no, period_start, scope_id, total) as tie_count
    from totals
    where total > 0
),

places as (
    select
        component_no,
        period_start,
        scope_id,
        place,
        tie_count,
        total,
        lag(total) over (partition by component_no, period_start, scope_id order by place) as total_above
    from ranked
    group by component_no, period_start, scope_id, place, tie_count, total
),

pots as (
    select
        places.component_no,
        places.period_start,
        places.scope_id,
        places.place,
        cast(sum(prizes.amount) as {{ money() }}) as pot
    from places
    inner join components
        on places.component_no = components.component_no
    inner join prizes
        on
            components.component_id = prizes.component_id
            and places.place <= prizes.tier_from
            and places.place + places.tie_count > prizes.tier_from
    group by places.component_no, places.period_start, places.scope_id, places.place
),

sized as (
    select
        concat(
            cast(ranked.component_no as {{ dbt.type_string() }}), '|',
            cast(ranked.period_start as {{ dbt.type_string() }}), '|',
            ranked.scope_id, '|',
            cast(ranked.place as {{ dbt.type_string() }})
        ) as spread_id,
        ranked.subject_id as part_id,
        pots.pot as whole,
        cast(1 as {{ factor() }}) as weight,
        {{ minor_step('components.minor_units') }} as unit,
        ranked.component_no,
        ranked.period_start,
        ranked.scope_id
    from ranked
    inner join components
        on ranked.component_no = components.component_no
    inner join pots
        on
            ranked.component_no = pots.component_no
            and ranked.period_start = pots.period_start
            and ranked.scope_id = pots.scope_id
            and ranked.place = pots.place
),

{{ largest_remainder('sized') }},

final as (
    select
        totals.component_no,
        totals.period_start,
        totals.scope_id,
        totals.subject_kind,
        totals.subject_id,
        totals.total,
        cast(ranked.place as integer) as place,
        cast(places.total_above - totals.total as {{ step() }}) as gap_to_place_above,
        cast(coalesce(spread_parts.part, 0) as {{ money() }}) as prize
    from totals
    left join ranked
        on
            totals.component_no = ranked.component_no
            and totals.period_start = ranked.period_start
            and totals.scope_id = ranked.scope_id
            and totals.subject_id = ranked.subject_id
    left join places
        on
            ranked.component_no = places.component_no
            and ranked.period_start = places.period_start
            and ranked.scope_id = places.scope_id
            and ranked.place = places.place
    left join spread_parts
        on
            totals.component_no = spread_parts.component_no
            and totals.period_start = spread_parts.period_start
            and totals.scope_id = spread_parts.scope_id
            and totals.subject_id = spread_parts.part_id
)

select * from final

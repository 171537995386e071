{#
    Grain: one row per component that a trigger switches on and credit that one of its firings reaches: by its payee, or by what was sold
    (engine.md §8 C15).
#}
with

firings as (
    select component_no
    from {{ ref('int_component_firings') }}
    group by component_no
),

components as (
    select
        component_no,
        measure_no
    from {{ ref('int_components_numbered') }}
),

spans_fired as (
    select
        component_no,
        span_no,
        valid_from,
        valid_to
    from {{ ref('int_spans_fired') }}
),

items_fired as (
    select
        component_no,
        item_no,
        fired_on,
        active_until
    from {{ ref('int_items_fired') }}
),

fired_at_all as (
    select distinct true as is_any
    from firings
),

credits as (
    select
        credits.credit_no,
        credits.item_no,
        credits.span_no,
        credits.measure_no,
        credits.occurred_on
    from {{ ref('int_credits_payable') }} as credits
    cross join fired_at_all
    where credits.span_no is not null
),

measured as (
    select
        components.component_no,
        components.measure_no
    from firings
    inner join components
        on firings.component_no = components.component_no
),

final as (
    select
        measured.component_no,
        credits.credit_no
    from measured
    inner join spans_fired
        on measured.component_no = spans_fired.component_no
    inner join credits
        on
            measured.measure_no = credits.measure_no
            and spans_fired.span_no = credits.span_no
            and spans_fired.valid_from <= credits.occurred_on
            and spans_fired.valid_to > credits.occurred_on
    union
    select
        measured.component_no,
        credits.credit_no
    from measured
    inner join items_fired
        on measured.component_no = items_fired.component_no
    inner join credits
        on
            measured.measure_no = credits.measure_no
            and items_fired.item_no = credits.item_no
            and items_fired.fired_on <= credits.occurred_on
            and items_fired.active_until > credits.occurred_on
)

select * from final

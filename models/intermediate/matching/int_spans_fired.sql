{#
    Grain: one row per component that a trigger switches on, payee span and days of it that a firing reaches: of the payee, of his team or a
    team above it, or of his region, [valid_from, valid_to) (engine.md §8 C15).
#}
with

firings as (
    select
        component_no,
        subject_kind,
        subject_id,
        fired_on,
        active_until
    from {{ ref('int_component_firings') }}
),

spans as (
    select
        span_no,
        payee_no,
        payee_id,
        team_id,
        region,
        valid_from,
        valid_to
    from {{ ref('int_payee_spans') }}
),

team_ancestors as (
    select
        team_id,
        ancestor_team_id
    from {{ ref('int_team_ancestors') }}
),

subjects as (
    select
        span_no,
        'payee' as subject_kind,
        payee_id as subject_id
    from spans
    union all
    select
        spans.span_no,
        'team' as subject_kind,
        team_ancestors.ancestor_team_id as subject_id
    from spans
    inner join team_ancestors
        on spans.team_id = team_ancestors.team_id
    union all
    select
        span_no,
        'region' as subject_kind,
        region as subject_id
    from spans
),

final as (
    select distinct
        firings.component_no,
        spans.span_no,
        spans.payee_no,
        greatest(firings.fired_on, spans.valid_from) as valid_from,
        least(firings.active_until, spans.valid_to) as valid_to
    from firings
    inner join subjects
        on
            firings.subject_kind = subjects.subject_kind
            and firings.subject_id = subjects.subject_id
    inner join spans
        on
            subjects.span_no = spans.span_no
            and firings.fired_on < spans.valid_to
            and firings.active_until > spans.valid_from
)

select * from final

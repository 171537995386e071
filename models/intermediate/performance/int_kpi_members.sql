{#
    Grain: one row per payee span and subject whose figures it adds to: the payee, the team with all teams above it, the region, the
    company. Dealers stand for themselves alone. subject_no is the short key that totals are kept by.
#}
with

spans as (
    select
        span_no,
        payee_id,
        payee_kind,
        team_id,
        region
    from {{ ref('int_payee_spans') }}
),

team_ancestors as (
    select
        team_id,
        ancestor_team_id
    from {{ ref('int_team_ancestors') }}
),

members as (
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
    where
        region is not null
        and payee_kind = 'employee'
    union all
    select
        span_no,
        'company' as subject_kind,
        'all' as subject_id
    from spans
    where payee_kind = 'employee'
),

final as (
    select
        span_no,
        cast(dense_rank() over (order by subject_kind, subject_id) as integer) as subject_no,
        subject_kind,
        subject_id
    from members
)

select * from final

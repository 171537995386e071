{#
    Grain: one row per group that accumulates over the year: quota and actual of the year so far; int_payout_groups puts them in the place of the
    period's own. A period without a quota adds nothing. Not additive (engine.md §3, §8 C7, D5).
#}
with

groups as (
    select
        group_no,
        component_no,
        total,
        actual,
        quota
    from {{ ref('int_groups_quoted') }}
),

components as (
    select
        component_no,
        quota_measure = measure as is_own_measure
    from {{ ref('int_components_numbered') }}
),

spans as (
    select
        group_no,
        part_group_no
    from {{ ref('int_group_spans') }}
),

summed as (
    select
        spans.group_no,
        cast(sum(groups.actual) as {{ step() }}) as actual,
        cast(sum(groups.quota) as decimal(28, 6)) as quota
    from spans
    inner join groups
        on spans.part_group_no = groups.group_no
    group by spans.group_no
),

placed as (
    select
        summed.group_no,
        case when components.is_own_measure then groups.total else summed.actual end as actual,
        summed.quota
    from summed
    inner join groups
        on summed.group_no = groups.group_no
    inner join components
        on groups.component_no = components.component_no
),

final as (
    select
        group_no,
        actual,
        quota,
        {{ quotient10('actual', 'quota') }} as attainment
    from placed
)

select * from final

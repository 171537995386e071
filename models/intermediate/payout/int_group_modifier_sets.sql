{#
    Grain: one row per group and set of modifiers whose conditions hold, where a gate decides on one of them; modifier_set_no 0: those without
    conditions that reach the one line of a period, or the lines of any event of it. effective_set_no names those of them that take part, by gates that are met:
    below 0, in the order of their lists; null where none does. is_now: with gates as they are; is_next: once one event more has reached the
    next tier; a group has two rows a set where that changes a gate, else one for both (engine.md §8 D9, D10, F6).
#}
with

matches as (
    select
        component_no,
        modifier_set_no,
        modifier_list
    from {{ ref('int_component_matches') }}
    group by component_no, modifier_set_no, modifier_list
),

modifiers as (
    select
        modifier_no,
        modifier_id,
        component_no,
        scope,
        gate_measure
    from {{ ref('int_modifiers_numbered') }}
),

conditions as (
    select owner_id
    from {{ ref('int_conditions_numbered') }}
    group by owner_id
),

groups as (
    select
        group_no,
        component_no,
        method
    from {{ ref('int_payout_groups') }}
),

gates as (
    select
        group_no,
        modifier_no,
        is_met,
        is_met_next
    from {{ ref('int_group_gates') }}
    where modifier_no is not null
),

groups_changed as (
    select group_no
    from gates
    where is_met <> is_met_next
    group by group_no
),

listed as (
    select
        component_no,
        modifier_set_no,
        {{ split_rows('modifier_list', ',') }} as modifier_no
    from matches
),

members as (
    select
        listed.component_no,
        listed.modifier_set_no,
        modifiers.modifier_no,
        modifiers.gate_measure
    from listed
    inner join modifiers
        on cast(listed.modifier_no as integer) = modifiers.modifier_no
),

sets_gated as (
    select
        component_no,
        modifier_set_no
    from members
    where gate_measure is not null
    group by component_no, modifier_set_no
),

candidates as (
    select
        groups.group_no,
        members.modifier_set_no,
        members.modifier_no,
        members.gate_measure
    from groups
    inner join members
        on groups.component_no = members.component_no
    inner join sets_gated
        on
            members.component_no = sets_gated.component_no
            and members.modifier_set_no = sets_gated.modifier_set_no
    where not {{ pays_once('groups.method') }}
    union all
    select
        groups.group_no,
        0 as modifier_set_no,
        modifiers.modifier_no,
        modifiers.gate_measure
    from groups
    inner join modifiers
        on groups.component_no = modifiers.component_no
    left join conditions
        on modifiers.modifier_id = conditions.owner_id
    where
        conditions.owner_id is null
        and ({{ pays_once('groups.method') }} or modifiers.scope = 'period')
),

decided as (
    select
        candidates.group_no,
        candidates.modifier_set_no,
        candidates.modifier_no,
        true as is_now,
        groups_changed.group_no is null as is_next,
        candidates.gate_measure is null or gates.is_met as takes_part
    from candidates
    left join gates
        on
            candidates.group_no = gates.group_no
            and candidates.modifier_no = gates.modifier_no
    left join groups_changed
        on candidates.group_no = groups_changed.group_no
    union all
    select
        candidates.group_no,
        candidates.modifier_set_no,
        candidates.modifier_no,
        false as is_now,
        true as is_next,
        candidates.gate_measure is null or gates.is_met_next as takes_part
    from candidates
    inner join groups_changed
        on candidates.group_no = groups_changed.group_no
    left join gates
        on
            candidates.group_no = gates.group_no
            and candidates.modifier_no = gates.modifier_no
),

lists as (
    select
        group_no,
        modifier_set_no,
        is_now,
        is_next,
        {{ text_list(
            'case when takes_part then cast(modifier_no as ' ~ dbt.type_string() ~ ') end', 'modifier_no'
        ) }} as modifier_list
    from decided
    group by group_no, modifier_set_no, is_now, is_next
),

final as (
    select
        group_no,
        modifier_set_no,
        is_now,
        is_next,
        nullif(modifier_list, '') as modifier_list,
        cast(case
            when modifier_list <> '' then -dense_rank() over (order by modifier_list desc nulls last)
        end as integer) as effective_set_no
    from lists
)

select * from final

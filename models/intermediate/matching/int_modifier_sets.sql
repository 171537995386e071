{#
    Grain: one row per set of modifiers that take part together and factor in it, in the order they multiply: each
    modifier that multiplies, the greatest of those of which the highest counts, and the added ones as one factor of
    1 + Σ (factor − 1), whose modifier_id lists them (engine.md §4, §8 D14). factor_so_far is the product up to this
    place, for display; lines are multiplied step by step (int_payout_modifications).
#}
with recursive

matches as (
    select
        modifier_set_no,
        modifier_list
    from {{ ref('int_component_matches') }}
    where modifier_set_no is not null
    union all
    select
        effective_set_no as modifier_set_no,
        modifier_list
    from {{ ref('int_group_modifier_sets') }}
    where effective_set_no is not null
),

modifiers as (
    select
        modifier_no,
        modifier_id,
        modifier_name,
        stack,
        factor
    from {{ ref('int_modifiers_numbered') }}
),

sets as (
    select
        modifier_set_no,
        modifier_list
    from matches
    group by modifier_set_no, modifier_list
),

members as (
    select
        modifier_set_no,
        {{ split_rows('modifier_list', ',') }} as modifier_no
    from sets
),

held as (
    select
        members.modifier_set_no,
        modifiers.modifier_no,
        modifiers.modifier_id,
        modifiers.modifier_name,
        modifiers.stack,
        modifiers.factor,
        row_number() over (
            partition by members.modifier_set_no, modifiers.stack
            order by modifiers.factor desc, modifiers.modifier_no asc
        ) as place
    from members
    inner join modifiers
        on cast(members.modifier_no as integer) = modifiers.modifier_no
),

factors as (
    select
        modifier_set_no,
        case when stack = 'multiply' then 1 else 2 end as stack_no,
        modifier_no,
        modifier_id,
        modifier_name,
        factor
    from held
    where
        stack = 'multiply'
        or (stack = 'highest' and place = 1)
    union all
    select
        modifier_set_no,
        3 as stack_no,
        null as modifier_no,
        {{ text_list('modifier_id', 'modifier_no') }} as modifier_id,
        {{ text_list('modifier_name', 'modifier_no') }} as modifier_name,
        cast(1 + sum(factor - 1) as {{ factor() }}) as factor
    from held
    where stack = 'add'
    group by modifier_set_no
),

numbered as (
    select
        modifier_set_no,
        cast(row_number() over (partition by modifier_set_no order by stack_no, modifier_no) as integer) as seq,
        modifier_id,
        modifier_name,
        factor
    from factors
),

multiplied (modifier_set_no, seq, modifier_id, modifier_name, factor, factor_so_far) as (
    select
        modifier_set_no,
        seq,
        modifier_id,
        modifier_name,
        factor,
        cast(factor as {{ step() }}) as factor_so_far
    from numbered
    where seq = 1
    union all
    select
        numbered.modifier_set_no,
        numbered.seq,
        numbered.modifier_id,
        numbered.modifier_name,
        numbered.factor,
        {{ mul10('multiplied.factor_so_far', 'numbered.factor') }} as factor_so_far
    from multiplied
    inner join numbered
        on
            multiplied.modifier_set_no = numbered.modifier_set_no
            and multiplied.seq + 1 = numbered.seq
),

final as (
    select
        modifier_set_no,
        seq,
        modifier_id,
        modifier_name,
        factor,
        factor_so_far,
        row_number() over (partition by modifier_set_no order by seq desc) = 1 as is_last
    from multiplied
)

select * from final

{#
    Grain: one row per set of event modifiers that hold together and place in it, in the order they multiply.
    factor_so_far is the product up to this place, for display; lines are multiplied step by step
    (int_payout_modifications).
#}
with recursive

matches as (
    select
        modifier_set_no,
        modifier_list
    from {{ ref('int_component_matches') }}
    where modifier_set_no is not null
),

modifiers as (
    select
        modifier_no,
        modifier_id,
        modifier_name,
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

numbered as (
    select
        members.modifier_set_no,
        cast(row_number() over (partition by members.modifier_set_no order by modifiers.modifier_no) as integer) as seq,
        modifiers.modifier_id,
        modifiers.modifier_name,
        modifiers.factor
    from members
    inner join modifiers
        on cast(members.modifier_no as integer) = modifiers.modifier_no
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

{#
    Grain: one row per line and event modifier that holds for it, in the order they multiply. Each product is
    rounded where it arises, so the factors are applied one after another (engine.md §4, §8 D14 and "Numbers").
#}
with recursive

lines as (
    select
        group_no,
        credit_no,
        modifier_set_no,
        amount_rated
    from {{ ref('int_lines_rated') }}
    where modifier_set_no is not null
),

sets as (
    select
        modifier_set_no,
        seq,
        modifier_id,
        factor,
        is_last
    from {{ ref('int_modifier_sets') }}
),

{{ modified_lines('lines', 'sets') }},

final as (
    select
        group_no,
        credit_no,
        seq,
        modifier_id,
        factor,
        is_last,
        amount_before,
        amount_after
    from modified
)

select * from final

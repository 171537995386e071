{#
    Grain: one row per line and event modifier that holds for it, in the order they multiply. Each product is
    rounded where it arises, so the factors are applied one after another (engine.md §4, §8 D14 and "Numbers").
#}
with recursive

lines_counted as (
    select
        group_no,
        credit_no,
        basis,
        amount_by_event,
        modifier_set_no,
        personal_factor
    from {{ ref('int_lines_counted') }}
),

rates as (
    select *
    from {{ ref('int_group_rates') }}
),

walked as (
    select
        group_no,
        credit_no,
        tier_no,
        is_sliced,
        rate,
        amount
    from {{ ref('int_lines_walked') }}
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

groups_modified as (
    select group_no
    from {{ ref('int_lines_counted') }}
    where modifier_set_no is not null
    group by group_no
),

-- whole groups, for a position counts the lines before it; others are not even accumulated
counted as (
    select
        lines_counted.group_no,
        lines_counted.credit_no,
        lines_counted.basis,
        lines_counted.amount_by_event,
        lines_counted.modifier_set_no,
        lines_counted.personal_factor
    from lines_counted
    inner join groups_modified
        on lines_counted.group_no = groups_modified.group_no
),

{{ rated_lines('counted', 'rates', 'walked') }},

lines as (
    select
        group_no,
        credit_no,
        modifier_set_no,
        amount_rated
    from rated
    where modifier_set_no is not null
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

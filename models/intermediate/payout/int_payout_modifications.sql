{#
    Grain: one row per line and modifier that takes part in it, in the order they multiply; credit_no 0: the one line of a period. Each product is
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

group_sets as (
    select
        group_no,
        modifier_set_no,
        effective_set_no
    from {{ ref('int_group_modifier_sets') }}
    where is_now
),

period_amounts as (
    select
        group_no,
        amount_rated
    from {{ ref('int_period_amounts') }}
    where not is_next
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
        rated.group_no,
        rated.credit_no,
        {{ effective_set('rated', 'group_sets') }} as modifier_set_no,
        rated.amount_rated
    from rated
    left join group_sets
        on
            rated.group_no = group_sets.group_no
            and rated.modifier_set_no = group_sets.modifier_set_no
    where rated.modifier_set_no is not null
    union all
    select
        period_amounts.group_no,
        cast(0 as bigint) as credit_no,
        group_sets.effective_set_no as modifier_set_no,
        period_amounts.amount_rated
    from period_amounts
    inner join group_sets
        on
            period_amounts.group_no = group_sets.group_no
            and group_sets.modifier_set_no = 0
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

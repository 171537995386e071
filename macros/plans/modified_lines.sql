{#-
    modified_lines(lines, sets): the recursive CTE `modified`: each line multiplied by the factors of its modifier set, one after another,
    every product rounded where it arises (engine.md §4, §8 D14 and "Numbers"). `lines`: group_no, credit_no, modifier_set_no,
    amount_rated; `sets`: int_modifier_sets. One row a line and factor: …, seq, modifier_id, factor, is_last, amount_before, amount_after.
-#}
{% macro modified_lines(lines, sets) -%}
modified (group_no, credit_no, modifier_set_no, seq, modifier_id, factor, is_last, amount_before, amount_after) as (
    select
        {{ lines }}.group_no,
        {{ lines }}.credit_no,
        {{ lines }}.modifier_set_no,
        {{ sets }}.seq,
        {{ sets }}.modifier_id,
        {{ sets }}.factor,
        {{ sets }}.is_last,
        {{ lines }}.amount_rated as amount_before,
        {{ mul10_rate(lines ~ '.amount_rated', sets ~ '.factor') }} as amount_after
    from {{ lines }}
    inner join {{ sets }}
        on
            {{ lines }}.modifier_set_no = {{ sets }}.modifier_set_no
            and {{ sets }}.seq = 1
    union all
    select
        modified.group_no,
        modified.credit_no,
        modified.modifier_set_no,
        {{ sets }}.seq,
        {{ sets }}.modifier_id,
        {{ sets }}.factor,
        {{ sets }}.is_last,
        modified.amount_after as amount_before,
        {{ mul10_rate('modified.amount_after', sets ~ '.factor') }} as amount_after
    from modified
    inner join {{ sets }}
        on
            modified.modifier_set_no = {{ sets }}.modifier_set_no
            and modified.seq + 1 = {{ sets }}.seq
)
{%- endmacro %}

{#- effective_set(lines, group_sets): the set of modifiers that take part in a line: where a gate has a say, that of its group (int_group_modifier_sets). -#}
{% macro effective_set(lines, group_sets) -%}
case
            when {{ group_sets }}.group_no is null then {{ lines }}.modifier_set_no
            else {{ group_sets }}.effective_set_no
        end
{%- endmacro %}

{#-
    touched_lines(): the meta `increments` (models/README.md) of a test that asks of each line by itself, be it of fct_payout_lines or
    fct_payout_factors: lines of groups that a change touches are read, and all of those that follow from other lines, by hand or are draws,
    which are few. A credit that changes changes its lines.
-#}
{% macro touched_lines() -%}
    {%- set of_group = [
        'int_payout_lines', 'int_payout_lines_in_base', 'int_payout_slices', 'int_payout_modifications', 'int_payout_adjusting_lines',
        'int_period_lines', 'int_credits_converted'
    ] -%}
    {%- set groups = ['int_groups_quoted', 'int_groups_to_date', 'int_growth_bases', 'int_group_gates'] -%}
    {%- set said = [
        'int_order_lines', 'int_other_facts', 'int_returned_lines', 'int_rule_credits', 'int_credits_parted',
        'int_credits_parted_uncounted', 'int_following_lines', 'int_lines_watched', 'int_groups_watched', 'int_lines_held',
        'int_manual_lines', 'int_draws_balanced'
    ] -%}
    {%- set narrowed, touched_by = {}, {} -%}
    {%- for name in of_group -%}
        {%- do narrowed.update({name: 'group_no'}) -%}
        {%- do touched_by.update({name: 'group_no'}) -%}
    {%- endfor -%}
    {%- for name in groups -%}{%- do touched_by.update({name: 'group_no'}) -%}{%- endfor -%}
    {%- for name in said -%}{%- do touched_by.update({name: ''}) -%}{%- endfor -%}
    {{ return({'narrowed': narrowed, 'touched_by': touched_by}) }}
{%- endmacro %}

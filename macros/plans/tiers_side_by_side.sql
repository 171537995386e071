{#- How many tiers of a component stand side by side in int_group_rates; lines of longer tables take the general way (int_payout_slices). -#}
{% macro tiers_side_by_side() %}{{ return(8) }}{% endmacro %}

{#- tier_reached(position): the number of the tier a position lies in, 0 below the first. Over the columns of int_group_rates. -#}
{% macro tier_reached(position) -%}
case
    {%- for tier_no in range(tiers_side_by_side(), 0, -1) %}
    when {{ position }} >= rates.bound_{{ tier_no }} then {{ tier_no }}
    {%- endfor %}
    else rates.tier_below
end
{%- endmacro %}

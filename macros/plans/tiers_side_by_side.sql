{#- How many tiers of a component stand side by side in int_group_rates; lines of longer tables take the general way (int_payout_slices). -#}
{% macro tiers_side_by_side() %}{{ return(8) }}{% endmacro %}

{#- unreached(): the bound of a tier that a component does not have, above every position. -#}
{% macro unreached() %}cast('99999999999999999' as {{ step() }}){% endmacro %}

{#- tier_reached(position): the number of the tier a position lies in, 0 below the first; from below, where most positions lie. -#}
{% macro tier_reached(position) -%}
case
    when {{ position }} < rates.bound_1 then rates.tier_below
    {%- for tier_no in range(2, tiers_side_by_side() + 1) %}
    when {{ position }} < rates.bound_{{ tier_no }} then {{ tier_no - 1 }}
    {%- endfor %}
    else {{ tiers_side_by_side() }}
end
{%- endmacro %}

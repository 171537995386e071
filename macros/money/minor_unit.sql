{#- minor_unit(minor_units): one minor unit as an amount, the least by which two payments can differ: decimal(9,4). -#}
{% macro minor_unit(minor_units) -%}
cast(case {{ minor_units }} when 0 then 1 when 2 then 0.01 when 3 then 0.001 when 4 then 0.0001 end as decimal(9, 4))
{%- endmacro %}

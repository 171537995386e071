{#-
    portion(amount, part, whole, minor_units): amount × part ÷ whole, rounded once, half away from zero, to the minor unit: money().
    amount, part and whole money(); by 0: null (engine.md §8 A1).
-#}
{% macro portion(amount, part, whole, minor_units) -%}
cast({{ unscaled(
    half_up(
        scaled('cast(' ~ amount ~ ' as decimal(18, 4))', 4) ~ ' * ' ~ scaled('cast(' ~ part ~ ' as decimal(18, 4))', 4),
        scaled('cast(' ~ whole ~ ' as decimal(18, 4))', 4) ~ ' * ' ~ minor_step(minor_units)
    ) ~ ' * ' ~ minor_step(minor_units), 4) }} as {{ money() }})
{%- endmacro %}

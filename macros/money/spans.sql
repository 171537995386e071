{#-
    signed_overlap(x0, x1, low, high): how much of the walk from x0 to x1 lies in [low, high), with the sign of the walk
    (engine.md §4 marginal): decimal(28,10). low is not above high. None of the four may be null: a missing bound must be an absent row.
    prorated(value, days, whole_days): value × days ÷ whole_days rounded to 4 decimals (engine.md §8 "Numbers").
    slope(run, rise, width): run × rise ÷ width, rounded once to 10 decimals: how far a rate has come between two points (engine.md §4 interpolated);
    run and width up to 10 and 6 decimals, rise factor().
    converted(value, rate_from, rate_to): value × rate_from ÷ rate_to in one rounding to 10 decimals; value money(), rates fx_rate(). Null where
    the result does not fit money(): one absurd amount must not stop everybody's pay.
    in_base(value, rate, minor_units): value × rate in the base currency, rounded to its minor unit: money(), null where it does not fit.
    fits_money(value, rate_from, rate_to): whether value × rate_from ÷ rate_to has at most the 14 digits before the point of money().
-#}
{% macro signed_overlap(x0, x1, low, high) -%}
cast(
    greatest(least({{ x1 }}, {{ high }}), {{ low }}) - greatest(least({{ x0 }}, {{ high }}), {{ low }})
    as decimal(28, 10)
)
{%- endmacro %}

{% macro prorated(value, days, whole_days) -%}
case
    when {{ days }} = {{ whole_days }}
        then cast(round({{ value }}, 4) as decimal(28, 4))
    else {{ unscaled(half_up(
        scaled('cast(' ~ value ~ ' as decimal(18, 6))', 6) ~ ' * ' ~ days,
        'cast(' ~ whole_days ~ ' * 100 as ' ~ wide_integer() ~ ')'
    ), 4) }}
end
{%- endmacro %}

{% macro slope(run, rise, width) -%}
{{ unscaled(half_up(
    scaled('cast(' ~ run ~ ' as decimal(28, 10))', 10) ~ ' * ' ~ scaled('cast(' ~ rise ~ ' as decimal(18, 6))', 6),
    scaled('cast(' ~ width ~ ' as decimal(18, 6))', 6)
), 10) }}
{%- endmacro %}

{% macro fits_money(value, rate_from, rate_to) -%}
cast(abs({{ value }}) as decimal(19, 4)) * cast({{ rate_from }} as decimal(18, 10)) < cast({{ rate_to }} as decimal(18, 10)) * cast(99999999999999 as decimal(19, 0))
{%- endmacro %}

{% macro converted(value, rate_from, rate_to) -%}
case when {{ fits_money(value, rate_from, rate_to) }} then {{ unscaled(half_up(
    scaled('cast(' ~ value ~ ' as decimal(18, 4))', 4) ~ ' * ' ~ scaled('cast(' ~ rate_from ~ ' as decimal(18, 10))', 10) ~ ' * 1000000',
    scaled('cast(' ~ rate_to ~ ' as decimal(18, 10))', 10)
), 10) }} end
{%- endmacro %}

{% macro in_base(value, rate, minor_units) -%}
case when {{ fits_money(value, rate, 1) }} then {{ round_minor(mul10(value, rate), minor_units) }} end
{%- endmacro %}

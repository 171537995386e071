{#-
    mul10(a, b): the product of two figures, rounded half away from zero to 10 decimals: decimal(28,10).
    a: up to decimal(28,10); b: up to decimal(28,10). Exact while |a × b| < 10^18 (Spark 10^17); beyond it the query fails, it never pays wrong.
    mul10_rate(a, r): the same for r of at most 6 decimals (rates, factors, shares), several times faster on lines
    because the product is kept within 64 bits wherever |a| < 90,000,000 and |r| < 1,000,000.
-#}
{% macro mul10(a, b) %}{{ return(adapter.dispatch('mul10', 'incentives')(a, b)) }}{% endmacro %}

{% macro default__mul10(a, b) -%}
cast(round(cast({{ a }} as decimal(28, 10)) * cast({{ b }} as decimal(28, 10)), 10) as decimal(28, 10))
{%- endmacro %}

{% macro spark__mul10(a, b) -%}
(cast(cast({{ a }} as decimal(27, 10)) * cast(({{ b }}) - ({{ b }}) % 1 as decimal(10, 0)) as decimal(27, 10))
    + cast(round(cast({{ a }} as decimal(27, 10)) * cast(({{ b }}) % 1 as decimal(10, 10)), 10) as decimal(27, 10)))
{%- endmacro %}

{% macro mul10_rate(a, r) %}{{ return(adapter.dispatch('mul10_rate', 'incentives')(a, r)) }}{% endmacro %}

{% macro default__mul10_rate(a, r) -%}
{%- set narrow = 'cast(' ~ a ~ ' as decimal(18, 10))' -%}
case
    when {{ a }} > -90000000 and {{ a }} < 90000000 and {{ r }} > -1 and {{ r }} < 1
        then cast(case
            when {{ narrow }} % 0.0001 = 0
                then cast({{ narrow }} as decimal(12, 4)) * cast({{ r }} as decimal(6, 6))
            else cast({{ narrow }} - {{ narrow }} % 0.0001 as decimal(12, 4)) * cast({{ r }} as decimal(6, 6))
                + cast(round(cast({{ narrow }} % 0.0001 as decimal(11, 10)) * cast({{ r }} as decimal(6, 6)), 10) as decimal(18, 10))
        end as decimal(28, 10))
    when {{ a }} > -90000000 and {{ a }} < 90000000 and {{ r }} > -1000000 and {{ r }} < 1000000
        then cast(
            cast({{ narrow }} - {{ narrow }} % 0.0001 as decimal(20, 4)) * cast({{ r }} as decimal(12, 6))
            + round(cast({{ narrow }} % 0.0001 as decimal(11, 10)) * cast({{ r }} as decimal(12, 6)), 10)
            as decimal(28, 10))
    else {{ incentives.default__mul10(a, r) }}
end
{%- endmacro %}

{% macro spark__mul10_rate(a, r) %}{{ return(incentives.spark__mul10(a, r)) }}{% endmacro %}

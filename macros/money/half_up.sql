{#-
    half_up(n, d): n ÷ d rounded half away from zero to a whole number; n and d are whole numbers (wide_integer). By 0: null.
    exact_div(n, d): n ÷ d where d divides n. whole_mod(n, d): what is left of n by d, with the sign of n; columns, for n and d are repeated.
    whole_div(n, d): n ÷ d without what is left, for whole numbers of 64 bits that are not negative.
    scaled(x, digits): x × 10^digits as a whole number; x has at most that many decimals.
    quotient10(a, b): a ÷ b rounded to 10 decimals: attainment, growth, ratios. a and b: up to decimal(28,10). By 0: null. Where both have
    at most 4 decimals and are below 90,000,000, DuckDB divides within 64 bits, five digits at a time: its wide division is slow.
-#}
{% macro half_up(n, d) %}{{ return(adapter.dispatch('half_up', 'incentives')(n, d)) }}{% endmacro %}

{% macro default__half_up(n, d) -%}
(((2 * abs({{ n }}) + abs({{ d }})) // (2 * abs(nullif({{ d }}, 0)))) * (case when ({{ n }} < 0) <> ({{ d }} < 0) then -1 else 1 end))
{%- endmacro %}

{% macro spark__half_up(n, d) -%}
(cast(({{ n }} - {{ n }} % nullif({{ d }}, 0)) / nullif({{ d }}, 0) as decimal(27, 0))
    + cast(case when 2 * abs({{ n }} % nullif({{ d }}, 0)) >= abs({{ d }}) then case when ({{ n }} < 0) <> ({{ d }} < 0) then -1 else 1 end else 0 end as decimal(1, 0)))
{%- endmacro %}

{% macro exact_div(n, d) %}{{ return(adapter.dispatch('exact_div', 'incentives')(n, d)) }}{% endmacro %}
{% macro default__exact_div(n, d) %}{{ narrow_whole(n, '//', d) }}{% endmacro %}
{% macro spark__exact_div(n, d) %}cast(({{ n }}) / ({{ d }}) as decimal(27, 0)){% endmacro %}

{% macro whole_div(n, d) %}{{ return(adapter.dispatch('whole_div', 'incentives')(n, d)) }}{% endmacro %}
{% macro default__whole_div(n, d) %}({{ n }} // {{ d }}){% endmacro %}
{% macro spark__whole_div(n, d) %}({{ n }} div {{ d }}){% endmacro %}

{% macro whole_mod(n, d) %}{{ return(adapter.dispatch('whole_mod', 'incentives')(n, d)) }}{% endmacro %}
{% macro default__whole_mod(n, d) %}{{ narrow_whole(n, '%', d) }}{% endmacro %}
{% macro spark__whole_mod(n, d) %}({{ n }} % {{ d }}){% endmacro %}

{#- narrow_whole(n, operator, d): within 64 bits where both fit, which takes a twentieth of the time. -#}
{% macro narrow_whole(n, operator, d) -%}
{%- set fits = 'between -9000000000000000000 and 9000000000000000000' -%}
cast(case
    when {{ n }} {{ fits }} and {{ d }} {{ fits }} then cast({{ n }} as bigint) {{ operator }} cast({{ d }} as bigint)
    else cast({{ n }} as hugeint) {{ operator }} cast({{ d }} as hugeint)
end as hugeint)
{%- endmacro %}

{% macro scaled(x, digits) %}{{ return(adapter.dispatch('scaled', 'incentives')(x, digits)) }}{% endmacro %}
{#-
    Within 64 bits where x fits, in two steps so that no product has more than 18 digits: a product of wide decimals, cast to a whole number,
    takes fifty times as long. Beyond, one side is wider than 18 digits, for DuckDB keeps the product of two narrow decimals narrow.
-#}
{% macro default__scaled(x, digits) -%}
{%- set half = digits // 2 -%}
{%- set zeros = 18 - 2 * digits + half -%}
{%- set limit = 'cast(1' ~ '0' * zeros ~ ' as decimal(' ~ (zeros + 1) ~ ', 0))' -%}
cast(case
    when {{ x }} > -{{ limit }} and {{ x }} < {{ limit }}
        then cast(
            cast(cast({{ x }} as decimal(18, {{ digits }})) * cast(1{{ '0' * half }} as decimal({{ half + 1 }}, 0)) as decimal(18, {{ digits - half }}))
            * cast(1{{ '0' * (digits - half) }} as decimal({{ digits - half + 1 }}, 0)) as bigint)
    else cast(({{ x }}) * cast(1{{ '0' * digits }} as decimal(20, 0)) as hugeint)
end as hugeint)
{%- endmacro %}
{% macro spark__scaled(x, digits) %}cast(({{ x }}) * cast(1{{ '0' * digits }} as decimal({{ digits + 1 }}, 0)) as decimal(27, 0)){% endmacro %}

{#- Back from whole units of 10^-digits to a decimal with that many decimals. -#}
{% macro unscaled(q, digits) -%}
cast(cast({{ q }} as decimal(27, 0)) * cast(0.{{ '0' * (digits - 1) }}1 as decimal({{ digits }}, {{ digits }})) as decimal(28, {{ digits }}))
{%- endmacro %}

{% macro quotient10(a, b) %}{{ return(adapter.dispatch('quotient10', 'incentives')(a, b)) }}{% endmacro %}

{% macro default__quotient10(a, b) -%}
{%- set n, d = narrow_units(a), narrow_units(b) -%}
case
    when case
        when {{ a }} > -90000000 and {{ a }} < 90000000 and {{ b }} > -90000000 and {{ b }} < 90000000
            {#- a divisor below 1 may give more digits than the quick way has #}
            then abs({{ b }}) >= 1 and cast({{ a }} as decimal(18, 10)) % 0.0001 = 0 and cast({{ b }} as decimal(18, 10)) % 0.0001 = 0
        else false
    end
        then cast(
            (
                cast({{ n }} // nullif({{ d }}, 0) as decimal(18, 0))
                + cast(
                    {{ n }} % {{ d }} * 100000 // {{ d }} * 100000
                    + ({{ n }} % {{ d }} * 100000 % {{ d }} * 200000 + {{ d }}) // (2 * {{ d }})
                    as decimal(11, 0)
                ) * cast(0.0000000001 as decimal(10, 10))
            ) * cast(case when ({{ a }} < 0) <> ({{ b }} < 0) then -1 else 1 end as decimal(1, 0))
            as decimal(28, 10))
    else {{ wide_quotient10(a, b) }}
end
{%- endmacro %}

{% macro spark__quotient10(a, b) %}{{ return(wide_quotient10(a, b)) }}{% endmacro %}

{#- |x| in units of 0.0001, for |x| below 90,000,000 with at most 4 decimals. -#}
{% macro narrow_units(x) -%}
abs(cast(cast(cast({{ x }} as decimal(18, 10)) as decimal(12, 4)) * cast(10000 as decimal(5, 0)) as bigint))
{%- endmacro %}

{% macro wide_quotient10(a, b) -%}
{{ unscaled(half_up(
    scaled('cast(' ~ a ~ ' as decimal(28, 10))', 10) ~ ' * 10000000000',
    scaled('cast(' ~ b ~ ' as decimal(28, 10))', 10)
), 10) }}
{%- endmacro %}

{#-
    The decimal types of the warehouse (engine.md §8 "Numbers").
    money: amounts of raw rows and marts. fx_rate: exchange rates. factor: tier rates, factors, shares of plan rows.
    share: the share of an event that a credit is for; a share of a deal times one of a rule has ten decimals.
    step: every figure on the way from an event to a line, rounded to 10 decimals where it arises.
-#}
{% macro money() %}decimal(18, 4){% endmacro %}
{% macro fx_rate() %}decimal(18, 10){% endmacro %}
{% macro share() %}decimal(18, 10){% endmacro %}
{% macro factor() %}decimal(12, 6){% endmacro %}
{% macro step() %}decimal(28, 10){% endmacro %}
{% macro plan_decimal() %}decimal(18, 6){% endmacro %}
{#- A whole number of up to 38 digits: the numerators and denominators of exact quotients. -#}
{% macro wide_integer() %}{{ return(adapter.dispatch('wide_integer', 'incentives')()) }}{% endmacro %}
{% macro default__wide_integer() %}hugeint{% endmacro %}
{% macro spark__wide_integer() %}decimal(38, 0){% endmacro %}
{#- wide_product(a, b): the product of two whole numbers as a wide_integer; wide_product_of(factors): that of any number of them. -#}
{% macro wide_product(a, b) %}{{ wide_product_of([a, b]) }}{% endmacro %}
{% macro wide_product_of(factors) -%}
({% for factor in factors %}cast({{ factor }} as {{ wide_integer() }}){{ ' * ' if not loop.last }}{% endfor %})
{%- endmacro %}

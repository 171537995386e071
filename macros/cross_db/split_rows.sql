{#-
    split_rows(text, separator): one row an item of a separated text, to be used in a select list.
    numbers_to(last): one row a whole number from 0 to the last, none where that is null or below 0, to be used in a select list.
    text_list(expression, order_by): the texts of a group joined by commas in a fixed order (aggregate).
    iso_weekday(on): 1 (Monday) to 7. is_number(text): engine.md §8 C12 — digits with at most one point and a sign.
-#}
{% macro split_rows(text, separator) %}{{ return(adapter.dispatch('split_rows', 'incentives')(text, separator)) }}{% endmacro %}
{% macro default__split_rows(text, separator) %}unnest(string_split({{ text }}, '{{ separator }}')){% endmacro %}
{% macro spark__split_rows(text, separator) %}explode(split({{ text }}, '[{{ separator }}]')){% endmacro %}

{% macro numbers_to(last) %}{{ return(adapter.dispatch('numbers_to', 'incentives')(last)) }}{% endmacro %}
{% macro default__numbers_to(last) %}unnest(range(0, {{ last }} + 1)){% endmacro %}
{#- Spark counts downwards where the last is below the first. #}
{% macro spark__numbers_to(last) %}explode(case when {{ last }} >= 0 then sequence(0, {{ last }}) end){% endmacro %}

{% macro text_list(expression, order_by) %}{{ return(adapter.dispatch('text_list', 'incentives')(expression, order_by)) }}{% endmacro %}
{% macro default__text_list(expression, order_by) %}string_agg({{ expression }}, ',' order by {{ order_by }}){% endmacro %}
{% macro spark__text_list(expression, order_by) %}listagg({{ expression }}, ',') within group (order by {{ order_by }}){% endmacro %}

{% macro iso_weekday(on) %}{{ return(adapter.dispatch('iso_weekday', 'incentives')(on)) }}{% endmacro %}
{% macro default__iso_weekday(on) %}cast(extract(isodow from {{ on }}) as integer){% endmacro %}
{% macro spark__iso_weekday(on) %}(weekday({{ on }}) + 1){% endmacro %}

{% macro matches(text, pattern) %}{{ return(adapter.dispatch('matches', 'incentives')(text, pattern)) }}{% endmacro %}
{% macro default__matches(text, pattern) %}regexp_full_match({{ text }}, '{{ pattern }}'){% endmacro %}
{% macro spark__matches(text, pattern) %}({{ text }} rlike '^({{ pattern }})\\z'){% endmacro %}

{% macro is_number(text) %}{{ matches(text, '[+-]?([0-9]{1,28}([.][0-9]*)?|[.][0-9]+)') }}{% endmacro %}

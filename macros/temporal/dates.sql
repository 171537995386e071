{#-
    dbt.dateadd and dbt.datediff over days on Spark: those of dbt-spark go by way of timestamps and need ANSI mode off.
    As everywhere in the models, what dateadd returns is cast to a date.
-#}
{% macro spark__dateadd(datepart, interval, from_date_or_timestamp) -%}
{%- set months = {'month': 1, 'quarter': 3, 'year': 12} -%}
{%- set days = {'day': 1, 'week': 7} -%}
{%- if datepart in months -%}
add_months(cast({{ from_date_or_timestamp }} as date), cast(({{ interval }}) * {{ months[datepart] }} as integer))
{%- elif datepart in days -%}
date_add(cast({{ from_date_or_timestamp }} as date), cast(({{ interval }}) * {{ days[datepart] }} as integer))
{%- else -%}
{{ exceptions.raise_compiler_error('dateadd by ' ~ datepart ~ ' is not written for Spark: the models calculate in days') }}
{%- endif -%}
{%- endmacro %}

{% macro spark__datediff(first_date, second_date, datepart) -%}
{%- if datepart != 'day' -%}
{{ exceptions.raise_compiler_error('datediff by ' ~ datepart ~ ' is not written for Spark: the models calculate in days') }}
{%- endif -%}
datediff(cast({{ second_date }} as date), cast({{ first_date }} as date))
{%- endmacro %}

{#- days_numbered(on): where the numbers of a day begin: days since 1970 times 2,000,000,000, a bigint. Credits number in it up to the year 2199. -#}
{% macro days_numbered(on) -%}
{{ dbt.datediff("cast('1970-01-01' as date)", on, 'day') }} * cast(2000000000 as bigint)
{%- endmacro %}

{#- numbered(place): a place in a day as a bigint; one of more than nine digits cannot be cast, and stops the build. -#}
{% macro numbered(place) %}cast(cast({{ place }} as decimal(9, 0)) as bigint){% endmacro %}

{#-
    fact_of_credit(credit_no): the fact_no of a credit, which its number is made of (int_events, int_credits_allocated). Events and credits are
    views of facts: joined by it too, only the facts asked for are read.

    same_number(left, right): both numbers are equal, said so that no engine takes them for what to join by. Beside a column of a table,
    one that a view works out keeps DuckDB from reading the rows asked for alone: 1.2 s became 0.07 s for 215 lines of 28 million.
-#}
{% macro same_number(left, right) -%}
{{ left }} - {{ right }} = 0
{%- endmacro %}

{% macro fact_of_credit(credit_no) -%}
case
    when {{ whole_div(credit_no, 10000) }} % 4 = 0 then -{{ whole_div(credit_no, 40000) }}
    else {{ whole_div(credit_no, 40000) }}
end
{%- endmacro %}

{#-
    How the text of a plan cell is read (contract/raw.yml "Text forms"): a number with a point, ASCII digits, no
    grouping, no exponent; a date YYYY-MM-DD or YYYY/M/D in 1970 to 2199; a timestamp in ISO 8601, UTC without offset;
    true/false/1/0/yes/no in any case. Digits beyond the type break it (decimal 12 before the point and 6 after, money
    14 and 4); zeros at the end do not count.
    plan_cell(type, text): its value, null where there is none or the text breaks the type.
    plan_cell_type(type): the SQL type of that value. plan_cell_text(type, value): the value as people write it.
    plan_type_words(type): what the type asks for, in words.
-#}
{% macro plan_cell(type, text) -%}
{%- if type == 'text' -%}
{{ text }}
{%- elif type == 'int' -%}
case when {{ matches(text, '[+-]?[0-9]{1,18}') }} then cast({{ text }} as bigint) end
{%- elif type == 'decimal' -%}
case when {{ matches(text, '[+-]?([0-9]{1,12}([.][0-9]{0,6}0*)?|[.][0-9]{1,6}0*)') }}
    then cast({{ text }} as {{ plan_decimal() }}) end
{%- elif type == 'money' -%}
case when {{ matches(text, '[+-]?([0-9]{1,14}([.][0-9]{0,4}0*)?|[.][0-9]{1,4}0*)') }}
    then cast({{ text }} as {{ money() }}) end
{%- elif type == 'bool' -%}
case
    when lower({{ text }}) in ('true', '1', 'yes') then true
    when lower({{ text }}) in ('false', '0', 'no') then false
end
{%- elif type == 'date' -%}
case when {{ matches(text, '(19[7-9][0-9]|20[0-9]{2}|21[0-9]{2})(-[0-9]{2}-[0-9]{2}|/[0-9]{1,2}/[0-9]{1,2})') }}
    then try_cast(replace({{ text }}, '/', '-') as date) end
{%- elif type == 'timestamp' -%}
case when {{ matches(text, '[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?'
        ~ '(Z|[+-][0-9]{2}:?[0-9]{2})?)?') }}
    then {{ utc_timestamp(text) }} end
{%- endif -%}
{%- endmacro %}

{% macro plan_cell_type(type) -%}
{{ return({
    'text': dbt.type_string(),
    'int': 'bigint',
    'decimal': plan_decimal(),
    'money': money(),
    'bool': 'boolean',
    'date': 'date',
    'timestamp': 'timestamp',
}[type]) }}
{%- endmacro %}

{% macro plan_cell_text(type, value) -%}
{%- if type == 'text' -%}
{{ value }}
{%- elif type in ('decimal', 'money') -%}
{{ plain_number(value) }}
{%- else -%}
cast({{ value }} as {{ dbt.type_string() }})
{%- endif -%}
{%- endmacro %}

{% macro plan_type_words(type) -%}
{{ return({
    'text': 'a text',
    'int': 'a whole number',
    'decimal': 'a number with a point, at most 12 digits before it and 6 after, without grouping',
    'money': 'an amount with a point, at most 14 digits before it and 4 after, without grouping',
    'bool': 'true or false',
    'date': 'a calendar day written YYYY-MM-DD',
    'timestamp': 'a time written YYYY-MM-DDThh:mm:ssZ',
}[type]) }}
{%- endmacro %}

{#- utc_timestamp(text): an ISO 8601 time as a UTC timestamp without zone; null where the calendar has no such time. -#}
{% macro utc_timestamp(text) %}{{ return(adapter.dispatch('utc_timestamp', 'incentives')(text)) }}{% endmacro %}

{% macro default__utc_timestamp(text) -%}
case when {{ matches(text, '.{11,}(Z|[+-][0-9]{2}:?[0-9]{2})') }}
    then cast(try_cast({{ text }} as timestamptz) at time zone 'UTC' as timestamp)
    else try_cast({{ text }} as timestamp) end
{%- endmacro %}

{% macro spark__utc_timestamp(text) -%}
case when {{ matches(text, '.{11,}(Z|[+-][0-9]{2}:?[0-9]{2})') }}
    then cast(try_cast({{ text }} as timestamp_ltz) as timestamp_ntz)
    else try_cast({{ text }} as timestamp_ntz) end
{%- endmacro %}

{#-
    company_date(at): the calendar day of a UTC timestamp in the company's time zone (var company_timezone).
    company_midnight(on): the UTC timestamp at which a calendar day begins there.
    milliseconds_between(since, until): whole milliseconds from one timestamp to another.
    first_day_of(period, on): the first day of the calendar month, quarter, half or year a date lies in; day_after_period the day after its last.
-#}
{% macro company_date(at) %}{{ return(adapter.dispatch('company_date', 'incentives')(at)) }}{% endmacro %}
{#- make_timestamptz says "in UTC" in half the time of `at time zone 'UTC'`. -#}
{% macro default__company_date(at) %}cast(make_timestamptz(epoch_us({{ at }})) at time zone '{{ var("company_timezone") }}' as date){% endmacro %}
{% macro spark__company_date(at) %}cast(from_utc_timestamp({{ at }}, '{{ var("company_timezone") }}') as date){% endmacro %}

{% macro company_midnight(on) %}{{ return(adapter.dispatch('company_midnight', 'incentives')(on)) }}{% endmacro %}
{% macro default__company_midnight(on) %}cast(cast({{ on }} as timestamp) at time zone '{{ var("company_timezone") }}' at time zone 'UTC' as timestamp){% endmacro %}
{% macro spark__company_midnight(on) %}to_utc_timestamp(cast({{ on }} as timestamp), '{{ var("company_timezone") }}'){% endmacro %}

{% macro milliseconds_between(since, until) %}{{ return(adapter.dispatch('milliseconds_between', 'incentives')(since, until)) }}{% endmacro %}
{% macro default__milliseconds_between(since, until) %}date_diff('millisecond', {{ since }}, {{ until }}){% endmacro %}
{% macro spark__milliseconds_between(since, until) %}(unix_millis(cast({{ until }} as timestamp)) - unix_millis(cast({{ since }} as timestamp))){% endmacro %}

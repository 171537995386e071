{#-
    engine_settings(): run before anything else. An engine that would lose digits or turn overflow into null must not calculate pay:
    the run stops when a setting that figures depend on has another value.
-#}
{% macro engine_settings() %}{{ return(adapter.dispatch('engine_settings', 'incentives')()) }}{% endmacro %}

{% macro default__engine_settings() %}{% endmacro %}

{#- The adapter switches ANSI mode off with its parameters before each statement, so it is switched on where they are kept. -#}
{% macro spark__engine_settings() -%}
{%- if execute -%}
{%- set needed = {
    'spark.sql.ansi.enabled': 'true',
    'spark.sql.decimalOperations.allowPrecisionLoss': 'false',
    'spark.sql.session.timeZone': 'UTC',
    'spark.sql.timestampType': 'TIMESTAMP_NTZ',
} -%}
{%- do adapter.config.credentials.server_side_parameters.update({'spark.sql.ansi.enabled': 'true'}) -%}
{%- do run_query('set spark.sql.ansi.enabled = true') -%}
{%- for setting, value in needed.items() -%}
{%- set found = run_query('set ' ~ setting).rows[0][1] -%}
{%- if found != value -%}
{%- do exceptions.raise_compiler_error('Spark runs with ' ~ setting ~ ' = ' ~ found ~ ', and pay is only exact with ' ~ value
    ~ '. Set it under server_side_parameters in profiles.yml.') -%}
{%- endif -%}
{%- endfor -%}
{%- endif -%}
{%- endmacro %}

{#-
    build_forgotten(): run before models or seeds are. From then on the warehouse is no finished build that orchestration/increments.py could
    add to, until the whole build has ended.
-#}
{% macro build_forgotten() %}{{ return(adapter.dispatch('build_forgotten', 'incentives')()) }}{% endmacro %}

{% macro default__build_forgotten() -%}
{%- if flags.WHICH in ['build', 'run', 'seed'] %}drop schema if exists build_state cascade; drop schema if exists build_changes cascade{% endif -%}
{%- endmacro %}

{% macro spark__build_forgotten() %}{% endmacro %}

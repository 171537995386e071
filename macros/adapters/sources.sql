{#-
    source(source_name, table_name): as dbt's own; on Spark the Parquet files that orchestration.raw_export left under INCENTIVES_RAW,
    read in place, so that what Spark reads is always what ingest landed.
-#}
{% macro source(source_name, table_name) -%}
{%- set relation = builtins.source(source_name, table_name) -%}
{{ return(adapter.dispatch('raw_relation', 'incentives')(relation)) }}
{%- endmacro %}

{% macro default__raw_relation(relation) %}{{ return(relation) }}{% endmacro %}

{% macro spark__raw_relation(relation) -%}
{{ return('parquet.`' ~ env_var('INCENTIVES_RAW', 'build/raw') ~ '/' ~ relation.schema ~ '/' ~ relation.identifier ~ '`') }}
{%- endmacro %}

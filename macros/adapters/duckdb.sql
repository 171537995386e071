{#- dbt-duckdb's table and view build beside the old relation, rename twice and drop: four statements where DuckDB has one.
    These replace the relation in one transaction, so readers see the old one or the new one here too. -#}

{% materialization table, adapter='duckdb' %}
{%- set target_relation = this.incorporate(type='table') -%}
{{ drop_if_another_kind(target_relation) }}
{{ run_hooks(pre_hooks) }}
{%- call statement('main') -%}
{%- if config.get('contract').enforced -%}
{{ get_assert_columns_equivalent(sql) }}
create or replace table {{ target_relation }} {{ get_table_columns_and_constraints() }};
insert into {{ target_relation }} {{ get_column_names() }} (
{{ get_select_subquery(sql) }}
)
{%- else -%}
create or replace table {{ target_relation }} as (
{{ sql }}
)
{%- endif -%}
{%- endcall -%}
{{ run_hooks(post_hooks) }}
{%- do adapter.commit() -%}
{{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
{%- set target_relation = this.incorporate(type='view') -%}
{{ drop_if_another_kind(target_relation) }}
{{ run_hooks(pre_hooks) }}
{%- call statement('main') -%}
{%- if config.get('contract').enforced -%}
{{ get_assert_columns_equivalent(sql) }}
{%- endif -%}
create or replace view {{ target_relation }} as (
{{ sql }}
)
{%- endcall -%}
{{ run_hooks(post_hooks) }}
{%- do adapter.commit() -%}
{{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{#- Drops the relation of this name where it is a view that becomes a table, or a table that becomes a view. -#}
{% macro drop_if_another_kind(target_relation) %}
{%- set existing = load_cached_relation(target_relation) -%}
{%- if existing is not none and existing.type != target_relation.type -%}
{%- do adapter.drop_relation(existing) -%}
{%- endif -%}
{% endmacro %}

{#- What dbt-spark does otherwise, or not at all, in a plain Spark session. -#}

{#- Plain tables take no constraints; the tests of contracts hold them. -#}
{% macro spark__persist_constraints(relation, model) %}{% endmacro %}

{#- dbt-spark binds an empty cell as the text None and leaves quotes in texts as they are, so the rows are written out here. -#}
{% macro spark__load_csv_rows(model, agate_table) -%}
{%- set types = model['config'].get('column_types', {}) -%}
{%- set rows -%}
insert into {{ this }} values
{%- for row in agate_table.rows %}
({%- for column in agate_table.column_names -%}
{%- set type = types.get(column, adapter.convert_type(agate_table, loop.index0)) -%}
cast({% if row[column] is none %}null{% else %}'{{ (row[column] | string).replace('\\', '\\\\').replace("'", "\\'") }}'{% endif %} as {{ type }})
{{- ', ' if not loop.last -}}
{%- endfor -%}){{ ',' if not loop.last }}
{%- endfor -%}
{%- endset -%}
{%- if agate_table.rows | length > 0 -%}
{%- do adapter.add_query(rows, abridge_sql_log=True) -%}
{%- endif -%}
{{ return(rows) }}
{%- endmacro %}

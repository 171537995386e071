{#- Schemas are the plain layer names (staging, intermediate, core, incentives, …), never prefixed by the target. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}

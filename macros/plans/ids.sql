{#-
    credit_id(event_id, payee_id, credit_kind) and payout_line_id(…): the readable keys of a credit and of a line.
    They are made of their parts, so the same raw row always gives the same key, whatever else has landed.
-#}
{% macro credit_id(event_id, payee_id, credit_kind) %}concat({{ event_id }}, '|', {{ payee_id }}, '|', {{ credit_kind }}){% endmacro %}

{% macro payout_line_id(component_id, payee_id, origin, line_kind) -%}
concat({{ component_id }}, '|', {{ payee_id }}, '|', {{ origin }}, '|', {{ line_kind }})
{%- endmacro %}

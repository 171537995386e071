{#-
    credit_id(event_id, payee_id, credit_kind) and payout_line_id(…): the readable keys of a credit and of a line.
    They are made of their parts, so the same raw row always gives the same key, whatever else has landed.
    line_origin(prefix): what a line of int_payout_lines_detailed comes from: its credit, and, where a component accumulates over the year, the
    period that pays it; prefix: of the relation, with its point. following_origin(following, watched): what a line that follows from it comes
    from: that line, and, where there may be several, its invoice and day. draw_origin(draws): the period of a draw
    line, and what the draw does.
-#}
{% macro credit_id(event_id, payee_id, credit_kind) %}concat({{ event_id }}, '|', {{ payee_id }}, '|', {{ credit_kind }}){% endmacro %}

{% macro payout_line_id(component_id, payee_id, origin, line_kind) -%}
concat({{ component_id }}, '|', {{ payee_id }}, '|', {{ origin }}, '|', {{ line_kind }})
{%- endmacro %}

{% macro line_origin(prefix='') -%}
case
            when {{ prefix }}is_to_date
                then concat({{ prefix }}credit_id, '|', cast({{ prefix }}period_start as {{ dbt.type_string() }}))
            else {{ prefix }}credit_id
        end
{%- endmacro %}

{% macro following_origin(following, watched) -%}
concat(
            {{ watched }}.line_origin,
            case
                when {{ following }}.line_kind <> 'hold'
                    then concat(
                        '|',
                        {{ following }}.invoice_id,
                        case when {{ following }}.invoice_id <> '' then '|' else '' end,
                        cast({{ following }}.occurred_on as {{ dbt.type_string() }})
                    )
                else ''
            end
        )
{%- endmacro %}

{% macro draw_origin(draws) -%}
concat(cast({{ draws }}.period_start as {{ dbt.type_string() }}), '|', {{ draws }}.reason)
{%- endmacro %}

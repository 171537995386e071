{# What is left to carry after a payment, in a word: nothing above 0 but what is below the minimum, below 0 what is to be recovered. #}
{% macro carried_status(carried, left_on) -%}
case
            when {{ carried }} < 0 and {{ left_on }} is not null then 'receivable'
            when {{ carried }} < 0 then 'carried'
            when {{ carried }} > 0 then 'below_minimum'
            else 'nothing'
        end
{%- endmacro %}

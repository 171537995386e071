{#-
    margin_rate(net_amount, cost_amount): what is left of the amount: step(). discount_rate(net_amount, list_price, quantity): what is taken
    off the list price: step(). Null where there is nothing to compare with (engine.md §8 A10).
-#}
{% macro margin_rate(net_amount, cost_amount) -%}
case when {{ net_amount }} <> 0 then {{ quotient10(net_amount ~ ' - ' ~ cost_amount, net_amount) }} end
{%- endmacro %}

{% macro discount_rate(net_amount, list_price, quantity) -%}
case when {{ list_price }} <> 0 and {{ quantity }} <> 0 then 1 - {{ quotient10(net_amount, mul10(list_price, quantity)) }} end
{%- endmacro %}

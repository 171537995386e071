{#-
    in_plan_currency(rows): what a row is worth in plan_currency: step(); null where a rate is missing or the result does not fit money().
    plan_rates_joined(rows): the joins that it reads, over `rates` (int_fx_rates_ranged). rows: value money(), currency (null for measures that
    are no money), rate_on, plan_currency (engine.md §3, §8 C1).
-#}
{% macro in_plan_currency(rows) -%}
case
            when {{ rows }}.currency is null or {{ rows }}.currency = {{ rows }}.plan_currency
                then cast({{ rows }}.value as {{ step() }})
            else {{ converted(rows ~ '.value', 'credit_rates.rate_to_base', 'plan_rates.rate_to_base') }}
        end
{%- endmacro %}

{% macro plan_rates_joined(rows) %}
    left join rates as credit_rates
        on
            {{ rows }}.currency = credit_rates.currency
            and {{ rows }}.rate_on >= credit_rates.valid_from
            and {{ rows }}.rate_on < credit_rates.valid_to
    left join rates as plan_rates
        on
            {{ rows }}.plan_currency = plan_rates.currency
            and {{ rows }}.rate_on >= plan_rates.valid_from
            and {{ rows }}.rate_on < plan_rates.valid_to
{%- endmacro %}

{#-
    Numbers as people read them. plain_number(x): without trailing zeros, x a decimal with decimals. money_text(x, minor_units): with the
    currency's decimals. percent_text(r): a rate as per cent. fill(template, values): a sentence with its {placeholders} replaced.
-#}
{% macro plain_number(x) %}trim(trailing '.' from trim(trailing '0' from cast({{ x }} as {{ dbt.type_string() }}))){% endmacro %}

{% macro money_text(x, minor_units) -%}
case {{ minor_units }}
    when 0 then cast(cast({{ x }} as decimal(28, 0)) as {{ dbt.type_string() }})
    when 2 then cast(cast({{ x }} as decimal(28, 2)) as {{ dbt.type_string() }})
    when 3 then cast(cast({{ x }} as decimal(28, 3)) as {{ dbt.type_string() }})
    else {{ plain_number('cast(' ~ x ~ ' as decimal(28, 4))') }}
end
{%- endmacro %}

{% macro percent_text(r) %}{{ text_of([plain_number('cast(' ~ r ~ ' * 100 as decimal(18, 4))'), "' %'"]) }}{% endmacro %}

{#- text_of(parts): texts one after another; what is null counts as '', which Spark's concat would make of the whole. -#}
{% macro text_of(parts) %}{{ return(adapter.dispatch('text_of', 'incentives')(parts)) }}{% endmacro %}
{% macro default__text_of(parts) %}concat({{ parts | join(', ') }}){% endmacro %}
{% macro spark__text_of(parts) %}concat_ws('', {{ parts | join(', ') }}){% endmacro %}

{#- text_hash(x): SHA-256 of a text, in hexadecimal. -#}
{% macro text_hash(x) %}{{ return(adapter.dispatch('text_hash', 'incentives')(x)) }}{% endmacro %}
{% macro default__text_hash(x) %}sha256({{ x }}){% endmacro %}
{% macro spark__text_hash(x) %}sha2({{ x }}, 256){% endmacro %}

{% macro fill(template, values) -%}
{%- set ns = namespace(sentence=template) -%}
{%- for name, text in values.items() -%}
{%- set ns.sentence = "replace(" ~ ns.sentence ~ ", '{" ~ name ~ "}', " ~ text ~ ")" -%}
{%- endfor -%}
{{ ns.sentence }}
{%- endmacro %}

{#- tier_text(tier_from, tier_key): the start of a tier as people say it: an attainment or growth as per cent, else a number. -#}
{% macro tier_text(tier_from, tier_key) -%}
case when {{ tier_key }} in ('attainment', 'growth') then {{ percent_text(tier_from) }} else {{ plain_number('cast(' ~ tier_from ~ ' as decimal(18, 4))') }} end
{%- endmacro %}

{#-
    payout_step(seq, kind, factor_id, before, after, …): the columns of one step of a line, as fct_payout_factors has them. All arguments are
    SQL. line: the payout_line_id of the step; payee: whose line it is, of the same relation.
-#}
{% macro payout_step(
    seq, kind, factor_id, before, after, basis='null', rate='null', factor='null', reason='null', line='payout_line_id', payee=none
) -%}
{{ line }}{{ ' as payout_line_id' if line.rpartition('.')[2] != 'payout_line_id' }},
        {{ seq }} as seq,
        {{ kind }} as factor_kind,
        {{ factor_id }} as factor_id,
        cast({{ basis }} as {{ step() }}) as basis,
        cast({{ rate }} as {{ step() }}) as rate,
        cast({{ factor }} as {{ step() }}) as factor,
        cast({{ before }} as {{ step() }}) as amount_before,
        cast({{ after }} as {{ step() }}) as amount_after,
        cast({{ reason }} as {{ dbt.type_string() }}) as reason,
        {{ payee or line | replace('payout_line_id', 'payee_id') }} as payee_id
{%- endmacro %}

{#- without(columns, type): columns that a branch of a union has nothing for. -#}
{% macro without(columns, type, value='null') -%}
{% for column in columns %}cast({{ value }} as {{ type }}) as {{ column }}{{ ',\n        ' if not loop.last }}{% endfor %}
{%- endmacro %}

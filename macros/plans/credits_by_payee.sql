{#-
    credits_by_payee(key, also): the meta `increments` (models/README.md) of a model whose rows of a payee follow from the credits of the
    payee. key: payee_no, or span_no of rows by span. also: of further parents a query for the payee_no that they touch, '' where another
    parent has said it. Shares on top change their event's; what is sold changes what is credited for it.
-#}
{% macro credits_by_payee(key, also={}) -%}
    {%- set of_owner = 'select owner_payee_no from {changed}' -%}
    {%- set of_payee = 'select payee_no from {changed}' -%}
    {%- set of_credits = 'select payee_no from int_credits_allocated where ' -%}
    {%- set payees = {
        'int_order_lines': of_owner,
        'int_returned_lines': of_owner,
        'int_other_facts': of_owner,
        'int_credits_parted': of_payee,
        'int_credits_parted_uncounted': of_payee,
        'int_rule_credits': of_credits ~ 'event_no in (select event_no from {changed})',
        'int_order_lines_detailed': of_credits ~ 'item_no in (select line_no from {changed})',
        'int_other_items': of_credits ~ 'item_no in (select item_no from {changed})',
    } -%}
    {%- do payees.update(also) -%}
    {%- set touched_by = {} -%}
    {%- for parent, query in payees.items() -%}
        {%- set of_key = query if key == 'payee_no' else 'select span_no from int_payee_spans where payee_no in (' ~ query ~ ')' -%}
        {%- do touched_by.update({parent: of_key if query else ''}) -%}
    {%- endfor -%}
    {%- set narrowed = 'payee_no' if key == 'payee_no' else
        'payee_no in (select payee_no from int_payee_spans where span_no in (from touched))' -%}
    {{ return({'key': key, 'narrowed': {'int_credits_allocated': narrowed}, 'touched_by': touched_by}) }}
{%- endmacro %}

{#-
    credits_by_payee(key, also): the meta `increments` (models/README.md) of a model whose rows of a payee follow from the credits of the
    payee. key: what of its columns is the payee_no; of rows by span `span_no // 1000`, which a span that is no more keeps. also: of further
    parents a query for the payee_no that they touch, '' where another parent has said it. Shares on top change their event's; what is sold
    changes what is credited for it.
-#}
{% macro credits_by_payee(key, also={}) -%}
    {%- set of_owner = 'select owner_payee_no from {changed}' -%}
    {%- set of_credits = 'select payee_no from int_credits_allocated where ' -%}
    {%- set touched_by = {
        'int_order_lines': of_owner,
        'int_returned_lines': of_owner,
        'int_other_facts': of_owner,
        'int_credits_parted': 'payee_no',
        'int_credits_parted_uncounted': 'payee_no',
        'int_rule_credits': of_credits ~ 'event_no in (select event_no from {changed})',
        'int_order_lines_detailed': of_credits ~ 'item_no in (select line_no from {changed})',
        'int_other_items': of_credits ~ 'item_no in (select item_no from {changed})',
    } -%}
    {%- do touched_by.update(also) -%}
    {{ return({'key': key, 'narrowed': {'int_credits_allocated': 'payee_no'}, 'touched_by': touched_by}) }}
{%- endmacro %}

{#-
    touched_lines(): the meta `increments` of a test that asks of each line by itself, be it of fct_payout_lines or fct_payout_factors: lines of
    the groups that a change touches are read, and all of those that follow from other lines, are by hand or are draws, which are few. Where
    only holds, lines by hand or draws change, group 0, which is nobody's, has the test asked. A credit that changes changes its lines.
-#}
{% macro touched_lines() -%}
    {%- set narrowed, touched_by = {}, {} -%}
    {%- for name in [
        'int_payout_lines', 'int_payout_lines_in_base', 'int_payout_slices', 'int_payout_modifications', 'int_payout_adjusting_lines',
        'int_period_lines', 'int_credits_converted'
    ] -%}
        {%- do narrowed.update({name: 'group_no'}) -%}
        {%- do touched_by.update({name: 'group_no'}) -%}
    {%- endfor -%}
    {%- for name in [
        'int_groups_quoted', 'int_groups_to_date', 'int_growth_bases', 'int_group_gates', 'int_following_lines', 'int_lines_watched',
        'int_groups_watched'
    ] -%}
        {%- do touched_by.update({name: 'group_no'}) -%}
    {%- endfor -%}
    {%- for name in ['int_lines_held', 'int_manual_lines', 'int_draws_balanced'] -%}
        {%- do touched_by.update({name: 'select 0 from {changed}'}) -%}
    {%- endfor -%}
    {%- for name in [
        'int_order_lines', 'int_other_facts', 'int_returned_lines', 'int_rule_credits', 'int_credits_parted', 'int_credits_parted_uncounted'
    ] -%}
        {%- do touched_by.update({name: ''}) -%}
    {%- endfor -%}
    {{ return({'narrowed': narrowed, 'touched_by': touched_by}) }}
{%- endmacro %}

{#-
    lines_by_dealer(): the meta `increments` of what follows from all lines of a dealer and what he ordered and sold on. Draws are of no
    component; base currency and gates change no amount by themselves.
-#}
{% macro lines_by_dealer() -%}
    {%- set dealers = "select payee_id from int_payee_spans where payee_kind = 'dealer' and payee_no in " -%}
    {%- set of_payee = dealers ~ '(select payee_no from {changed})' -%}
    {%- set of_group = dealers ~ '(select payee_no from int_groups_quoted where group_no in (select group_no from {changed}))' -%}
    {%- set of_watched = dealers ~ '(select payee_no from int_groups_watched where group_no in (select group_no from {changed}))' -%}
    {%- set touched_by = {
        'rpt_dealer_rebates': 'dealer_id',
        'int_groups_quoted': of_payee,
        'int_groups_watched': of_payee,
        'int_lines_held': of_payee,
        'int_manual_lines': of_payee,
        'int_credits_parted': of_payee,
        'int_credits_parted_uncounted': of_payee,
        'int_other_facts': dealers ~ '(select owner_payee_no from {changed})',
        'int_rule_credits':
            dealers ~ '(select payee_no from int_credits_allocated where event_no in (select event_no from {changed}))',
        'int_following_lines': of_watched,
        'int_lines_watched': of_watched,
    } -%}
    {%- for name in [
        'int_payout_lines', 'int_payout_totals', 'int_payout_adjusting_lines', 'int_period_lines', 'int_attainment_ranked',
        'int_groups_to_date', 'int_growth_bases'
    ] -%}
        {%- do touched_by.update({name: of_group}) -%}
    {%- endfor -%}
    {%- for name in [
        'int_order_lines', 'int_returned_lines', 'int_draws_balanced', 'int_payout_lines_in_base', 'int_group_gates'
    ] -%}
        {%- do touched_by.update({name: ''}) -%}
    {%- endfor -%}
    {%- set narrowed = {
        'rpt_dealer_rebates': 'dealer_id',
        'int_payout_lines': 'group_no in (select group_no from int_groups_quoted where payee_id in (from touched))',
    } -%}
    {%- for name in ['int_groups_quoted', 'int_groups_watched', 'int_lines_held', 'int_manual_lines'] -%}
        {%- do narrowed.update({name: 'payee_id'}) -%}
    {%- endfor -%}
    {{ return({'key': 'dealer_id', 'narrowed': narrowed, 'touched_by': touched_by}) }}
{%- endmacro %}

{#-
    plan_tables(among, beside, whole): the meta `increments` of a model of the plan check: the rows of a plan table are worked out together, from
    that table and from what stands beside them. among: the plan tables that the model asks. beside: of a table those whose rows also follow
    from it. whole: tables from which any row may follow.
-#}
{% macro plan_tables(among, beside={}, whole=[]) -%}
    {%- set narrowed, touched_by = {}, {} -%}
    {%- for table in among if table not in whole -%}
        {%- set follow = [table] + beside.get(table, []) -%}
        {%- set listed = "'" ~ follow | join("', '") ~ "'" -%}
        {%- do touched_by.update({'plans.' ~ table: 'select unnest([' ~ listed ~ ']) as table_name from {changed}'}) -%}
        {%- do narrowed.update({'plans.' ~ table: 'exists (from touched where table_name in (' ~ listed ~ '))'}) -%}
    {%- endfor -%}
    {{ return({'key': 'table_name', 'narrowed': narrowed, 'touched_by': touched_by}) }}
{%- endmacro %}

{#
    Grain: one row per KPI over credits, payee span and day. Additive: numerator, denominator, within a KPI. denominator is null for
    KPIs that are sums. Money is in the base currency; credits are direct ones (engine.md §8 A13).
#}
{{ config(meta={'increments': credits_by_payee('span_no // 1000', {
    'int_payments': "select payee_no from int_credits_allocated join int_events using (event_no) where measure = 'revenue_collected' and source_key in"
        ~ " (select payment_id from {changed})",
})}) }}
{{ kpi_contributions_credited(is_judging=false) }}

{#
    Grain: one row per KPI over credits, payee span and day. Additive: numerator, denominator, within a KPI. denominator is null for
    KPIs that are sums. Money is in the base currency; credits are direct ones (engine.md §8 A13).
#}
{{ kpi_contributions_credited(is_judging=false) }}

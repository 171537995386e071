{#
    Grain: one row per KPI over credits that a gate or scorecard reads, payee span and day, as int_kpi_contributions_credited, but without what
    pay need not wait for. Additive: numerator, denominator, within a KPI.
#}
{{ kpi_contributions_credited(is_judging=true) }}

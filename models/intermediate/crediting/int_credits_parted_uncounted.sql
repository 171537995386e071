{#
    Grain: one row per credit as in int_credits_parted, of the measures that no component counts or is judged by: marts and KPIs show these
    credits, and nothing that pays waits for them.
#}
{{ credits_parted(is_counted=false) }}

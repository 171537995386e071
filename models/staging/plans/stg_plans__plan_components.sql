{# Grain: one row per component: its newest version, typed, with the contract's defaults. #}
with

{{ plan_rows('plan_components') }},

final as (
    select
        ---------- ids
        component_id,
        plan_id,
        ---------- text
        name,
        kind,
        measure,
        credit_level,
        method,
        tier_key,
        quota_measure,
        accumulate,
        gate_measure,
        gate_subject,
        gate_key,
        hold_until,
        rank_within,
        rank_subject,
        ---------- numerics
        seq,
        weight,
        cap_per_event,
        cap_per_period,
        floor_per_period,
        gate_min,
        gate_max,
        hold_share,
        clawback_unpaid_days,
        ---------- booleans
        prorate,
        ---------- dates
        valid_from,
        valid_to,
        ---------- the row itself
        broken_cells,
        key_text,
        source_file,
        source_row
    from newest_rows
)

select * from final

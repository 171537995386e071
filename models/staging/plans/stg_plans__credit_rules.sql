{# Grain: one row per credit rule: its newest version, typed, the contract's defaults filled in. #}
with

{{ plan_rows('credit_rules') }},

final as (
    select
        ---------- ids
        credit_rule_id,
        company_id,
        ---------- text
        measure,
        receives,
        ---------- numerics
        share,
        ---------- dates
        valid_from,
        valid_to,
        ---------- the row itself
        broken_cells,
        source_file,
        source_row
    from newest_rows
)

select * from final

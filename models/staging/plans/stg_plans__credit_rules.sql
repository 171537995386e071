{# Grain: one row per credit rule: its newest version, typed, with the contract's defaults. #}
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
        key_text,
        source_file,
        source_row
    from newest_rows
)

select * from final

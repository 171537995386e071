{# Grain: one row per plan: its newest version, typed, with the contract's defaults. #}
with

{{ plan_rows('plans') }},

final as (
    select
        ---------- ids
        plan_id,
        company_id,
        ---------- text
        name,
        status,
        payee_kind,
        currency,
        period,
        supersedes,
        industry,
        summary,
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

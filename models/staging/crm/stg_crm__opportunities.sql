{# Grain: one row per opportunity: its newest version, deleted ones left out. #}
with

{{ newest_versions(
    source('crm', 'opportunities'),
    key=['opportunity_id'],
    columns=[
        'opportunity_id', 'account_id', 'owner_user_id', 'name', 'stage', 'amount', 'currency',
        'product_line', 'lead_source', 'created_at', 'expected_close_on', 'closed_at', 'is_closed',
        'is_won', 'updated_at'
    ]
) }},

renamed as (
    select
        ---------- ids
        opportunity_id,
        account_id,
        owner_user_id,
        ---------- text
        name,
        stage,
        currency,
        product_line,
        lead_source,
        ---------- numerics
        amount,
        ---------- booleans
        is_closed,
        is_won,
        ---------- dates
        expected_close_on,
        ---------- timestamps
        created_at,
        closed_at,
        updated_at,
        ---------- the row itself
        _file as source_file,
        _row as source_row
    from newest_rows
)

select * from renamed

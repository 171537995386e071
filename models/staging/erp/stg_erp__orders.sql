{# Grain: one row per order: its newest version, deleted ones left out. #}
with

{{ current_rows(source('erp', 'orders'), ref('base_erp__orders')) }},

renamed as (
    select
        ---------- ids
        order_id,
        account_id,
        opportunity_id,
        sales_user_id,
        dealer_id,
        ---------- text
        channel,
        status,
        currency,
        ---------- timestamps
        ordered_at,
        updated_at,
        ---------- the row itself
        _file as source_file,
        _row as source_row
    from newest_rows
)

select * from renamed

{# Grain: one row per opportunity, its times as days of the company. Additive: amount within a currency. #}
with

opportunities as (
    select
        opportunity_id,
        account_id,
        owner_user_id,
        name,
        stage,
        currency,
        product_line,
        lead_source,
        amount,
        is_closed,
        is_won,
        {{ company_date('created_at') }} as created_on,
        expected_close_on,
        {{ company_date('closed_at') }} as closed_on,
        source_file,
        source_row
    from {{ ref('stg_crm__opportunities') }}
),

team as (
    select opportunity_id
    from {{ ref('stg_crm__opportunity_team') }}
    group by opportunity_id
),

final as (
    select
        opportunities.opportunity_id,
        opportunities.account_id,
        opportunities.owner_user_id,
        opportunities.name as opportunity_name,
        opportunities.stage,
        opportunities.currency,
        opportunities.product_line,
        opportunities.lead_source,
        opportunities.amount,
        opportunities.is_closed,
        opportunities.is_won,
        team.opportunity_id is not null as has_team,
        opportunities.created_on,
        opportunities.expected_close_on,
        opportunities.closed_on,
        opportunities.source_file,
        opportunities.source_row
    from opportunities
    left join team
        on opportunities.opportunity_id = team.opportunity_id
)

select * from final

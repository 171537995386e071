{#
    Grain: one row per order in conflict and claimant: somebody other than who sold it has a valid registration of its account (engine.md §8 B12). Not additive over orders:
    order_value stands with each claimant. paid_base adds up.
#}
{%- set values = {
    'claimant': 'coalesce(claims.claimant_name, claims.claimant_id)',
    'winner': 'coalesce(claims.winner_name, claims.winner_id)',
    'registration': "coalesce(claims.registration_id, '')",
    'winning': 'claims.winning_registration_id',
} %}
with

claims as (
    select
        order_id,
        claimant_id,
        claimant_kind,
        claimant_name,
        account_id,
        channel,
        ordered_on,
        has_sold,
        registration_id,
        winning_registration_id,
        winner_id,
        winner_name,
        is_winner,
        claim_rule,
        order_value,
        credited_value,
        currency,
        paid_base
    from {{ ref('int_claims_credited') }}
),

explanations as (
    select
        explanation_key,
        sentence,
        sentence_zh
    from {{ ref('int_explanations') }}
),

final as (
    select
        claims.order_id,
        claims.claimant_id,
        claims.claimant_kind,
        claims.claimant_name,
        claims.account_id,
        claims.channel,
        claims.ordered_on,
        claims.has_sold,
        claims.registration_id,
        claims.winning_registration_id,
        claims.winner_id,
        claims.is_winner,
        claims.claim_rule,
        {{ fill('explanations.sentence', values) }} as explanation,
        {{ fill('explanations.sentence_zh', values) }} as explanation_zh,
        claims.order_value,
        claims.credited_value,
        claims.currency,
        claims.paid_base
    from claims
    left join explanations
        on concat('claim_', claims.claim_rule) = explanations.explanation_key
)

select * from final

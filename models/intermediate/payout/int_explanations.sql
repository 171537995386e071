{#
    Grain: one row per explanation key: the sentence that says how a line came about, with {placeholders}, in
    English and Chinese.
#}
with

explanations as (
    select
        explanation_key,
        sentence,
        sentence_zh
    from {{ ref('explanations') }}
),

final as (
    select
        explanation_key,
        sentence,
        sentence_zh
    from explanations
)

select * from final

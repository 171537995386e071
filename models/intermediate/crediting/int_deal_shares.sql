{#
    Grain: one row per deal (order or opportunity), payee and credit kind of its split and overlay rows. Not
    additive across kinds. Shares of kind split that miss 1 by at most 0.0001 are brought to exactly 1 at the
    greatest of them; worse ones are a data error (is_valid false: the owner is credited) (engine.md §2, §8 B1).
#}
with

order_splits as (
    select
        'order' as split_kind,
        order_id as split_id,
        user_id as payee_id,
        kind,
        share
    from {{ ref('stg_erp__order_splits') }}
),

opportunity_team as (
    select
        'opportunity' as split_kind,
        opportunity_id as split_id,
        user_id as payee_id,
        kind,
        share
    from {{ ref('stg_crm__opportunity_team') }}
),

shares as (
    select
        split_kind,
        split_id,
        payee_id,
        kind,
        share
    from order_splits
    union all
    select
        split_kind,
        split_id,
        payee_id,
        kind,
        share
    from opportunity_team
),

ranked as (
    select
        split_kind,
        split_id,
        payee_id,
        kind,
        share,
        sum(case when kind = 'split' then share end) over (partition by split_kind, split_id) as share_total,
        row_number() over (partition by split_kind, split_id, kind order by share desc, payee_id asc) as place
    from shares
),

final as (
    select
        split_kind,
        split_id,
        payee_id,
        case when kind = 'split' then 'direct' else 'overlay' end as credit_kind,
        cast(
            case
                when kind = 'split' and place = 1 and abs(share_total - 1) <= 0.0001
                    then share + 1 - share_total
                else share
            end as {{ money() }}
        ) as share,
        cast(share_total as {{ money() }}) as share_total,
        kind <> 'split' or abs(share_total - 1) <= 0.0001 as is_valid
    from ranked
)

select * from final

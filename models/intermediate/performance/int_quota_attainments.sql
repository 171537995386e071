{#
    Grain: one row per payee and plan period with a revenue_booked quota: the KPI quota_attainment. Of several
    components that measure revenue_booked the one without conditions is taken, then the first by id, so that the
    figure is that of all the payee booked.
#}
with

payout_groups as (
    select
        payee_id,
        component_no,
        component_id,
        period,
        period_start,
        total,
        quota,
        attainment
    from {{ ref('int_payout_groups') }}
    where
        measure = 'revenue_booked'
        and quota_measure = measure
        and quota is not null
),

conditions as (
    select owner_id
    from {{ ref('int_conditions_numbered') }}
    group by owner_id
),

ranked as (
    select
        payout_groups.payee_id,
        payout_groups.period,
        payout_groups.period_start,
        payout_groups.total,
        payout_groups.quota,
        payout_groups.attainment,
        row_number() over (
            partition by payout_groups.payee_id, payout_groups.period, payout_groups.period_start
            order by
                case when conditions.owner_id is null then 0 else 1 end asc,
                payout_groups.component_no asc
        ) as place
    from payout_groups
    left join conditions
        on payout_groups.component_id = conditions.owner_id
),

final as (
    select
        payee_id,
        period,
        period_start,
        total as numerator,
        quota as denominator,
        attainment
    from ranked
    where place = 1
)

select * from final

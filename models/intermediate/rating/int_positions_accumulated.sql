{#
    Grain: one row per matched credit and component (group_no, credit_no): its basis in plan currency and the
    position it leads to. Additive: basis. Not additive: position_to, the running total of its group in credit order
    (engine.md §3, §8 B4); where each event stands alone, its own size (D13).
#}
with

matched as (
    select
        group_no,
        credit_no,
        value,
        is_plan_currency,
        stands_alone,
        share,
        entry_ratio,
        modifier_set_no,
        personal_factor
    from {{ ref('int_credits_matched') }}
),

converted as (
    select
        group_no,
        credit_no,
        basis
    from {{ ref('int_credits_converted') }}
),

based as (
    select
        matched.group_no,
        matched.credit_no,
        case
            when matched.is_plan_currency
                then cast(matched.value as {{ step() }})
            else converted.basis
        end as basis,
        matched.stands_alone,
        matched.share,
        matched.entry_ratio,
        matched.modifier_set_no,
        matched.personal_factor
    from matched
    left join converted
        on
            matched.group_no = converted.group_no
            and matched.credit_no = converted.credit_no
    where matched.is_plan_currency or converted.basis is not null
),

final as (
    select
        group_no,
        credit_no,
        basis,
        cast(case
            when stands_alone
                then abs(basis)
            else sum(basis) over (
                partition by group_no
                order by credit_no
                rows between unbounded preceding and current row
            )
        end as {{ step() }}) as position_to,
        share,
        cast(entry_ratio as {{ step() }}) as entry_ratio,
        modifier_set_no,
        personal_factor
    from based
)

select * from final

{#
    Grain: one row per payee and span of employed days in which nothing here changes, [valid_from, valid_to). Of several positions in
    force on a day the one with the latest valid_from counts; tenure bands change 91, 181 and 366 days after hired_on (engine.md §8 A10, B7).
    span_no: the number of the payee, and in three digits the place of the span among his. Dealers: hired_on is onboarded_on, region and dealer_tier those of the dealer's newest version.
#}
with

users as (
    select
        user_id,
        name,
        company_id,
        currency,
        hired_on,
        terminated_on
    from {{ ref('stg_crm__users') }}
),

positions as (
    select
        user_id,
        valid_from,
        coalesce(valid_to, cast('9999-12-31' as date)) as valid_to,
        role,
        team_id,
        manager_id,
        region
    from {{ ref('stg_crm__user_assignments') }}
),

teams as (
    select
        team_id,
        name
    from {{ ref('stg_crm__teams') }}
),

dealers as (
    select
        dealer_id,
        name,
        company_id,
        currency,
        tier,
        region,
        manager_user_id,
        onboarded_on,
        terminated_on
    from {{ ref('stg_channel__dealers') }}
),

payees as (
    select
        user_id as payee_id,
        'employee' as payee_kind,
        name as payee_name,
        company_id,
        currency,
        cast(null as {{ dbt.type_string() }}) as dealer_tier,
        cast(null as {{ dbt.type_string() }}) as dealer_region,
        cast(null as {{ dbt.type_string() }}) as dealer_manager_id,
        hired_on,
        terminated_on,
        coalesce(cast({{ dbt.dateadd('day', 1, 'terminated_on') }} as date), cast('9999-12-31' as date)) as ends_before
    from users
    union all
    select
        dealer_id as payee_id,
        'dealer' as payee_kind,
        name as payee_name,
        company_id,
        currency,
        tier as dealer_tier,
        region as dealer_region,
        manager_user_id as dealer_manager_id,
        onboarded_on as hired_on,
        terminated_on,
        coalesce(cast({{ dbt.dateadd('day', 1, 'terminated_on') }} as date), cast('9999-12-31' as date)) as ends_before
    from dealers
),

-- union, not union all: each day on which something changes once
boundaries as (
    select
        payee_id,
        payee_kind,
        hired_on as changed_on
    from payees
    union
    select
        payee_id,
        payee_kind,
        ends_before as changed_on
    from payees
    {%- for days in [91, 181, 366] %}
    union
    select
        payee_id,
        payee_kind,
        cast({{ dbt.dateadd('day', days, 'hired_on') }} as date) as changed_on
    from payees
    {%- endfor %}
    union
    select
        user_id as payee_id,
        'employee' as payee_kind,
        valid_from as changed_on
    from positions
    union
    select
        user_id as payee_id,
        'employee' as payee_kind,
        valid_to as changed_on
    from positions
),

employed as (
    select
        payees.payee_id,
        payees.payee_kind,
        payees.payee_name,
        payees.company_id,
        payees.currency,
        payees.dealer_tier,
        payees.dealer_region,
        payees.dealer_manager_id,
        payees.hired_on,
        payees.terminated_on,
        boundaries.changed_on as valid_from,
        lead(boundaries.changed_on) over (
            partition by payees.payee_id, payees.payee_kind
            order by boundaries.changed_on
        ) as valid_to
    from payees
    inner join boundaries
        on
            payees.payee_id = boundaries.payee_id
            and payees.payee_kind = boundaries.payee_kind
            and payees.hired_on <= boundaries.changed_on
            and payees.ends_before >= boundaries.changed_on
),

positioned as (
    select
        employed.payee_id,
        employed.payee_kind,
        employed.valid_from,
        positions.role,
        positions.team_id,
        positions.manager_id,
        positions.region,
        row_number() over (
            partition by employed.payee_id, employed.payee_kind, employed.valid_from
            order by positions.valid_from desc
        ) as place
    from employed
    inner join positions
        on
            employed.payee_id = positions.user_id
            and employed.valid_from >= positions.valid_from
            and employed.valid_from < positions.valid_to
    where employed.payee_kind = 'employee'
),

final as (
    select
        cast(
            dense_rank() over (order by employed.payee_kind, employed.payee_id) * 1000
            + row_number() over (
                partition by employed.payee_kind, employed.payee_id
                order by employed.valid_from
            ) as integer
        ) as span_no,
        cast(dense_rank() over (order by employed.payee_kind, employed.payee_id) as integer) as payee_no,
        employed.payee_id,
        employed.payee_kind,
        employed.payee_name,
        employed.company_id,
        positioned.role,
        positioned.team_id,
        teams.name as team_name,
        coalesce(positioned.manager_id, employed.dealer_manager_id) as manager_id,
        coalesce(positioned.region, employed.dealer_region) as region,
        employed.dealer_tier,
        case
            when employed.valid_from < cast({{ dbt.dateadd('day', 91, 'employed.hired_on') }} as date) then '0-90'
            when employed.valid_from < cast({{ dbt.dateadd('day', 181, 'employed.hired_on') }} as date) then '91-180'
            when employed.valid_from < cast({{ dbt.dateadd('day', 366, 'employed.hired_on') }} as date) then '181-365'
            else '366+'
        end as tenure_band,
        employed.currency,
        employed.hired_on,
        employed.terminated_on,
        employed.valid_from,
        employed.valid_to
    from employed
    left join positioned
        on
            employed.payee_id = positioned.payee_id
            and employed.payee_kind = positioned.payee_kind
            and employed.valid_from = positioned.valid_from
            and positioned.place = 1
    left join teams
        on positioned.team_id = teams.team_id
    where employed.valid_to is not null
)

select * from final

{#
    Grain: one row per KPI over what people own (opportunities, tickets, classes), payee span and day. Additive: numerator,
    denominator, within a KPI. Whose it is: owner, assignee or teacher, on the day that the KPI goes by (engine.md §8 A13). What the
    owner did before an opportunity was written down is a follow-up of 0 hours.
#}
with

kpis as (
    select
        kpi_no,
        kpi
    from {{ ref('int_kpis') }}
),

opportunities as (
    select
        opportunity_id,
        owner_user_id,
        amount,
        currency,
        is_closed,
        is_won,
        created_at,
        {{ company_date('created_at') }} as created_on,
        {{ company_date('closed_at') }} as closed_on
    from {{ ref('stg_crm__opportunities') }}
),

activities as (
    select
        opportunity_id,
        user_id,
        occurred_at
    from {{ ref('stg_crm__activities') }}
),

tickets as (
    select
        assignee_user_id,
        satisfaction_score,
        resolved_on
    from {{ ref('int_tickets') }}
),

classes as (
    select
        class_id,
        teacher_user_id,
        capacity,
        starts_on,
        ends_on
    from {{ ref('stg_education__classes') }}
),

enrolments as (
    select
        class_id,
        {{ company_date('converted_at') }} as converted_on,
        {{ company_date('renewed_at') }} as renewed_on,
        {{ company_date('refunded_at') }} as refunded_on
    from {{ ref('stg_education__enrolments') }}
),

rates as (
    select
        currency,
        valid_from,
        valid_to,
        rate_to_base
    from {{ ref('int_fx_rates_ranged') }}
),

spans as (
    select
        span_no,
        payee_id,
        valid_from,
        valid_to
    from {{ ref('int_payee_spans') }}
    where payee_kind = 'employee'
),

parameters as (
    select
        as_of_on,
        {{ company_midnight(dbt.dateadd('day', 1, 'as_of_on')) }} as as_of_at
    from {{ ref('int_run_parameters') }}
),

first_activities as (
    select
        activities.opportunity_id,
        activities.user_id,
        min(activities.occurred_at) as first_at
    from activities
    group by activities.opportunity_id, activities.user_id
),

follow_ups as (
    select
        opportunities.owner_user_id,
        opportunities.created_on,
        -- 720 hours at most, and not beyond as_of; least() leaves out who did nothing
        greatest(least(
            {{ milliseconds_between(
                'opportunities.created_at', 'least(first_activities.first_at, parameters.as_of_at)'
            ) }},
            2592000000
        ), 0) as waited_milliseconds
    from opportunities
    inner join rates
        on
            opportunities.currency = rates.currency
            and opportunities.created_on >= rates.valid_from
            and opportunities.created_on < rates.valid_to
    cross join parameters
    left join first_activities
        on
            opportunities.opportunity_id = first_activities.opportunity_id
            and opportunities.owner_user_id = first_activities.user_id
    where {{ mul10('opportunities.amount', 'rates.rate_to_base') }} >= {{ var('high_value_amount') }}
),

class_seats as (
    select
        enrolments.class_id,
        count(*) as converted_count,
        sum(case when enrolments.renewed_on <= parameters.as_of_on then 1 else 0 end) as renewed_count
    from enrolments
    inner join parameters
        on
            enrolments.converted_on <= parameters.as_of_on
            and (enrolments.refunded_on is null or enrolments.refunded_on > parameters.as_of_on)
    group by enrolments.class_id
),

contributions as (
    select
        'win_rate' as kpi,
        owner_user_id as payee_id,
        closed_on as happened_on,
        cast(case when is_won then 1 else 0 end as {{ step() }}) as numerator,
        cast(1 as {{ step() }}) as denominator
    from opportunities
    where is_closed
    union all
    select
        'sales_cycle_days' as kpi,
        owner_user_id as payee_id,
        closed_on as happened_on,
        cast({{ dbt.datediff('created_on', 'closed_on', 'day') }} as {{ step() }}) as numerator,
        cast(1 as {{ step() }}) as denominator
    from opportunities
    where is_won
    union all
    select
        'follow_up_hours' as kpi,
        owner_user_id as payee_id,
        created_on as happened_on,
        {{ quotient10('waited_milliseconds', '3600000') }} as numerator,
        cast(1 as {{ step() }}) as denominator
    from follow_ups
    union all
    select
        'satisfaction' as kpi,
        assignee_user_id as payee_id,
        resolved_on as happened_on,
        cast(satisfaction_score as {{ step() }}) as numerator,
        cast(1 as {{ step() }}) as denominator
    from tickets
    where satisfaction_score is not null
    union all
    select
        'class_fill_rate' as kpi,
        classes.teacher_user_id as payee_id,
        classes.starts_on as happened_on,
        cast(coalesce(class_seats.converted_count, 0) as {{ step() }}) as numerator,
        cast(classes.capacity as {{ step() }}) as denominator
    from classes
    left join class_seats
        on classes.class_id = class_seats.class_id
    union all
    select
        'class_renewal_rate' as kpi,
        classes.teacher_user_id as payee_id,
        classes.ends_on as happened_on,
        cast(class_seats.renewed_count as {{ step() }}) as numerator,
        cast(class_seats.converted_count as {{ step() }}) as denominator
    from classes
    inner join class_seats
        on classes.class_id = class_seats.class_id
),

final as (
    select
        kpis.kpi_no,
        spans.span_no,
        contributions.happened_on,
        cast(sum(contributions.numerator) as {{ step() }}) as numerator,
        cast(sum(contributions.denominator) as {{ step() }}) as denominator
    from contributions
    inner join kpis
        on contributions.kpi = kpis.kpi
    inner join spans
        on
            contributions.payee_id = spans.payee_id
            and contributions.happened_on >= spans.valid_from
            and contributions.happened_on < spans.valid_to
    inner join parameters
        on contributions.happened_on <= parameters.as_of_on
    group by kpis.kpi_no, spans.span_no, contributions.happened_on
)

select * from final

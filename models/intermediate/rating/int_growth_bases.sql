{#
    Grain: one row per group whose tiers go by growth and whose payee has credits of the same days a year before: what they come to, under the
    component's conditions, on the plan or not, in the plan's currency. 0 or less is no base (engine.md §8 C11). Not additive over groups that
    accumulate over the year.
#}
with

components as (
    select
        component_no,
        measure_no,
        counts_team,
        accumulate,
        first_period_start,
        currency
    from {{ ref('int_components_numbered') }}
    where tier_key = 'growth'
),

groups as (
    select
        group_no,
        component_no,
        payee_no,
        period_start,
        period_end
    from {{ ref('int_groups_quoted') }}
),

growing_at_all as (
    select distinct true as is_any
    from components
),

credits as (
    select
        credits.payee_no,
        credits.span_no,
        credits.is_direct,
        credits.measure_no,
        credits.class_code,
        credits.value,
        credits.currency,
        credits.occurred_on,
        credits.rate_on
    from {{ ref('int_credits_classed') }} as credits
    cross join growing_at_all
),

led_spans as (
    select
        payee_no,
        span_no
    from {{ ref('int_led_spans') }}
),

matches as (
    select
        class_code,
        component_no
    from {{ ref('int_component_matches') }}
),

rates as (
    select
        currency,
        valid_from,
        valid_to,
        rate_to_base
    from {{ ref('int_fx_rates_ranged') }}
),

growing as (
    select
        groups.group_no,
        groups.component_no,
        groups.payee_no,
        components.measure_no,
        components.counts_team,
        components.currency,
        cast({{ dbt.dateadd('year', -1, "case
            when components.accumulate = 'year_to_date'
                then " ~ dbt.dateadd('year', plan_year('groups.period_start', 'components.first_period_start'), 'components.first_period_start') ~ "
            else groups.period_start
        end") }} as date) as counted_from,
        cast({{ dbt.dateadd('year', -1, 'groups.period_end') }} as date) as counted_to
    from groups
    inner join components
        on groups.component_no = components.component_no
),

received as (
    select
        growing.group_no,
        growing.component_no,
        growing.currency as plan_currency,
        credits.class_code,
        credits.value,
        credits.currency,
        credits.rate_on
    from growing
    inner join credits
        on
            growing.payee_no = credits.payee_no
            and growing.measure_no = credits.measure_no
            and growing.counted_from <= credits.occurred_on
            and growing.counted_to > credits.occurred_on
    where not growing.counts_team
    union all
    select
        growing.group_no,
        growing.component_no,
        growing.currency as plan_currency,
        credits.class_code,
        credits.value,
        credits.currency,
        credits.rate_on
    from growing
    inner join led_spans
        on growing.payee_no = led_spans.payee_no
    inner join credits
        on
            led_spans.span_no = credits.span_no
            and growing.measure_no = credits.measure_no
            and growing.counted_from <= credits.occurred_on
            and growing.counted_to > credits.occurred_on
    where
        growing.counts_team
        and credits.is_direct
),

converted as (
    select
        received.group_no,
        {{ in_plan_currency('received') }} as basis
    from received
    inner join matches
        on
            received.class_code = matches.class_code
            and received.component_no = matches.component_no
    {{- plan_rates_joined('received') }}
),

final as (
    select
        group_no,
        cast(sum(basis) as {{ step() }}) as growth_base
    from converted
    group by group_no
    having sum(basis) > 0
)

select * from final

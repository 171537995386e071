{#-
    lines_paid(is_to_date): the CTEs that pay event lines, up to `paid`: group_no, credit_no, basis, position_to, tier_no, is_sliced, rate,
    amount_rated (null where it is basis × rate), modifier_set_no, personal_factor, amount_modified (null where it is amount_rated) and
    amount, after cap_per_event, gate and rounding: of groups that accumulate over the year so far, or of all others (engine.md §5, §8 D5).
-#}
{% macro lines_paid(is_to_date) -%}
counted as (
    select
        group_no,
        credit_no,
        basis,
        amount_by_event,
        modifier_set_no,
        personal_factor
    from {{ ref('int_lines_counted') }}
    {%- if is_to_date %}
    where group_no in (select group_spans.group_no from {{ ref('int_group_spans') }} as group_spans)
    {%- endif %}
),

rates as (
    select *
    from {{ ref('int_group_rates') }}
    where {{ 'is_to_date' if is_to_date else 'not is_to_date' }}
),

walked as (
    select
        group_no,
        credit_no,
        tier_no,
        is_sliced,
        rate,
        amount
    from {{ ref('int_lines_walked') }}
),

modified as (
    select
        group_no,
        credit_no,
        amount_after
    from {{ ref('int_payout_modifications') }}
    where is_last
),

group_sets as (
    select
        group_no,
        modifier_set_no,
        effective_set_no
    from {{ ref('int_group_modifier_sets') }}
    where
        modifier_set_no <> 0
        and is_now
),

gates_unmet as (
    select group_no
    from {{ ref('int_group_gates') }}
    where
        modifier_no is null
        and not is_met
),

components as (
    select
        component_no,
        minor_units,
        cap_per_event
    from {{ ref('int_components_numbered') }}
),

{{ rated_lines('counted', 'rates', 'walked') }},

multiplied as (
    select
        rated.group_no,
        rated.credit_no,
        rated.basis,
        rated.position_to,
        rated.tier_no,
        rated.is_sliced,
        rated.rate,
        rated.amount_rated,
        rated.has_own_amount,
        {{ effective_set('rated', 'group_sets') }} as modifier_set_no,
        rated.personal_factor,
        gates_unmet.group_no is null as is_paid,
        coalesce(modified.amount_after, rated.amount_rated) as amount_multiplied,
        components.minor_units,
        components.cap_per_event
    from rated
    inner join components
        on rated.component_no = components.component_no
    left join modified
        on
            rated.group_no = modified.group_no
            and rated.credit_no = modified.credit_no
    left join group_sets
        on
            rated.group_no = group_sets.group_no
            and rated.modifier_set_no = group_sets.modifier_set_no
    left join gates_unmet
        on rated.group_no = gates_unmet.group_no
),

personal as (
    select
        group_no,
        credit_no,
        basis,
        position_to,
        tier_no,
        is_sliced,
        rate,
        amount_rated,
        has_own_amount,
        modifier_set_no,
        personal_factor,
        is_paid,
        amount_multiplied,
        case
            when personal_factor = 1
                then amount_multiplied
            else {{ mul10_rate('amount_multiplied', 'personal_factor') }}
        end as amount_modified,
        minor_units,
        cap_per_event
    from multiplied
),

capped as (
    select
        group_no,
        credit_no,
        basis,
        position_to,
        tier_no,
        is_sliced,
        rate,
        amount_rated,
        has_own_amount,
        modifier_set_no,
        personal_factor,
        is_paid,
        amount_modified,
        minor_units,
        cast(case
            when amount_modified > cap_per_event then cap_per_event
            when amount_modified < -cap_per_event then -cap_per_event
            else amount_modified
        end as {{ step() }}) as amount_capped
    from personal
),

paid as (
    select
        group_no,
        credit_no,
        basis,
        position_to,
        tier_no,
        is_sliced,
        rate,
        -- what follows from other columns is left out: a column of nothing takes no time to write
        case when has_own_amount then amount_rated end as amount_rated,
        modifier_set_no,
        personal_factor,
        nullif(amount_modified, amount_rated) as amount_modified,
        case when is_paid then {{ round_minor('amount_capped', 'minor_units') }} else cast(0 as {{ money() }}) end as amount
    from capped
)
{%- endmacro %}

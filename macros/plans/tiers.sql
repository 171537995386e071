{#- How many tiers of a component stand side by side; lines of longer tables take the general way (int_lines_walked). -#}
{% macro tiers_side_by_side() %}{{ return(6) }}{% endmacro %}

{#- pays_once(method): whether a method pays one line a period, which no credit has (engine.md §4). -#}
{% macro pays_once(method) %}{{ method }} in ('step', 'milestones', 'interpolated', 'rank', 'scorecard'){% endmacro %}

{#- unreached(): the bound of a tier that a component does not have, above every position. -#}
{% macro unreached() %}cast('99999999999999999' as {{ step() }}){% endmacro %}

{#-
    tier_bound(tier_from, tier_key, groups): the position at which a tier starts: step(); null where it needs a quota, or a base of the year
    before, and there is none. groups: columns of int_payout_groups (engine.md §4, §8 C11).
-#}
{% macro tier_bound(tier_from, tier_key, groups) -%}
case {{ tier_key }}
    when 'attainment' then {{ mul10_rate(groups ~ '.quota', tier_from) }}
    when 'growth' then {{ mul10(groups ~ '.growth_base', '1 + ' ~ tier_from) }}
    else cast({{ tier_from }} as {{ step() }})
end
{%- endmacro %}

{#- plan_year(period_start, first_period_start): which year of its plan a period belongs to, from 0 (engine.md §8 C13). -#}
{% macro plan_year(period_start, first_period_start) -%}
{%- set months = "cast(extract(year from {0}) * 12 + extract(month from {0}) as integer)" -%}
{{ whole_div('(' ~ months.format(period_start) ~ ' - ' ~ months.format(first_period_start) ~ ')', '12') }}
{%- endmacro %}

{#-
    tier_reached(position, rates): the number of the tier a position lies in, 0 below the first; from below, where most positions lie.
    rate_of_tier(tier_no): the rate that stands beside it, 0 below the first. Both read columns of int_group_rates.
-#}
{% macro tier_reached(position, rates) -%}
case
    when {{ position }} < {{ rates }}.bound_1 then {{ rates }}.tier_below
    {%- for tier_no in range(2, tiers_side_by_side() + 1) %}
    when {{ position }} < {{ rates }}.bound_{{ tier_no }} then {{ tier_no - 1 }}
    {%- endfor %}
    else {{ tiers_side_by_side() }}
end
{%- endmacro %}

{% macro rate_of_tier(tier_no) -%}
case {{ tier_no }}
    {%- for number in range(1, tiers_side_by_side() + 1) %}
    when {{ number }} then rate_{{ number }}
    {%- endfor %}
    else 0
end
{%- endmacro %}

{#-
    rated_lines(counted, rates, walked): the CTEs that say what the tiers pay for each line, before modifiers.
    counted: rows of int_lines_counted, of whole groups; rates: int_group_rates; walked: int_lines_walked.
    Output CTE `rated`: group_no, credit_no, component_no, basis, position_to (the running total of its group in credit order; where each
    event stands alone, its own size, engine.md §8 B4, D13), tier_no, is_sliced, rate (null where sliced), amount_rated, has_own_amount
    (it is not basis × rate alone), modifier_set_no, personal_factor. Amounts are step(), in plan currency.
    A line that stays within one tier has that tier's rate, as has every line where one tier decides for the whole total; a line that
    crosses a bound is the sum of its parts, and where amounts are paid on entering, or tiers are many, int_lines_walked says all this.
-#}
{% macro rated_lines(counted, rates, walked) -%}
lines_accumulated as (
    select
        group_no,
        credit_no,
        basis,
        {{ running_total('basis') }} as running_total,
        amount_by_event,
        modifier_set_no,
        personal_factor
    from {{ counted }}
),

lines_placed as (
    select
        lines_accumulated.group_no,
        lines_accumulated.credit_no,
        lines_accumulated.basis,
        lines_accumulated.amount_by_event,
        lines_accumulated.modifier_set_no,
        lines_accumulated.personal_factor,
        {{ walked }}.tier_no as walked_tier_no,
        {{ walked }}.is_sliced as walked_is_sliced,
        {{ walked }}.rate as walked_rate,
        {{ walked }}.amount as walked_amount,
        {{ rates }}.component_no,
        {{ rates }}.method,
        {{ rates }}.walks,
        {{ rates }}.tier_below,
        {{ rates }}.whole_tier_no,
        {{ rates }}.whole_rate,
        {%- for tier_no in range(1, tiers_side_by_side() + 1) %}
        {{ rates }}.bound_{{ tier_no }},
        {{ rates }}.rate_{{ tier_no }},
        {%- endfor %}
        case
            when {{ rates }}.stands_alone then 0 else lines_accumulated.running_total - lines_accumulated.basis
        end as position_from,
        case
            when {{ rates }}.stands_alone then abs(lines_accumulated.basis) else lines_accumulated.running_total
        end as position_to,
        {{ rates }}.stands_alone and lines_accumulated.basis < 0 as is_taken_back
    from lines_accumulated
    inner join {{ rates }}
        on lines_accumulated.group_no = {{ rates }}.group_no
    left join {{ walked }}
        on
            lines_accumulated.group_no = {{ walked }}.group_no
            and lines_accumulated.credit_no = {{ walked }}.credit_no
),

lines_located as (
    select
        lines_placed.*,
        {{ tier_reached('lines_placed.position_from', 'lines_placed') }} as tier_before,
        coalesce(
            lines_placed.walked_tier_no,
            lines_placed.whole_tier_no,
            {{ tier_reached('lines_placed.position_to', 'lines_placed') }}
        ) as tier_no
    from lines_placed
),

lines_tiered as (
    select
        lines_located.*,
        coalesce(walked_is_sliced, method = 'marginal' and tier_before <> tier_no) as is_sliced,
        coalesce(walked_rate, whole_rate, {{ rate_of_tier('tier_no') }}) as tier_rate,
        -- what is taken back walks from its size to zero
        case when is_taken_back then position_to else position_from end as walk_from,
        case when is_taken_back then position_from else position_to end as walk_to
    from lines_located
),

rated as (
    select
        lines_tiered.group_no,
        lines_tiered.credit_no,
        lines_tiered.component_no,
        lines_tiered.basis,
        cast(lines_tiered.position_to as {{ step() }}) as position_to,
        cast(lines_tiered.tier_no as integer) as tier_no,
        lines_tiered.is_sliced,
        case when not lines_tiered.is_sliced then lines_tiered.tier_rate end as rate,
        cast(
            case
                when lines_tiered.walks then lines_tiered.walked_amount
                when lines_tiered.is_sliced
                    then
                        {%- for tier_no in range(1, tiers_side_by_side() + 1) %}
                        {{ '+ ' if not loop.first }}{{ amount_in_tier(tier_no) }}
                        {%- endfor %}
                else {{ mul10_rate('lines_tiered.basis', 'lines_tiered.tier_rate') }}
            end + coalesce(lines_tiered.amount_by_event, 0)
            as {{ step() }}
        ) as amount_rated,
        lines_tiered.is_sliced or lines_tiered.amount_by_event is not null as has_own_amount,
        lines_tiered.modifier_set_no,
        lines_tiered.personal_factor
    from lines_tiered
)
{%- endmacro %}

{#- amount_in_tier(tier_no): what a line of lines_tiered that crosses tiers is paid for its part in one: step(); by mul10, which mentions the part once. -#}
{% macro amount_in_tier(tier_no) -%}
{%- set low = '(case when tier_below = 1 then -' ~ unreached() ~ ' else bound_1 end)' if tier_no == 1 else 'bound_' ~ tier_no %}
{%- set high = unreached() if tier_no == tiers_side_by_side() else 'bound_' ~ (tier_no + 1) %}
coalesce({{ mul10(signed_overlap('walk_from', 'walk_to', low, high), 'rate_' ~ tier_no) }}, 0)
{%- endmacro %}

{#- running_total(basis): basis accumulated over the lines of a group in the order of credits: step(). -#}
{% macro running_total(basis) -%}
cast(sum({{ basis }}) over (partition by group_no order by credit_no rows between unbounded preceding and current row) as {{ step() }})
{%- endmacro %}

{#-
    steps_through_tiers(lines, bands): the CTE `steps`: for each line and tier, the part of the walk from position_from to position_to
    that lies in the tier (step_kind slice, step_no 1), then the amounts of the tiers it enters or falls below (tier_amount, 2).
    lines: group_no, credit_no, basis, position_from, position_to, first_credit_no, stands_alone; bands: int_group_bands.
    An event that stands alone walks from 0 to its size and has its own sign throughout (engine.md §4, §8 D2, D13).
-#}
{% macro steps_through_tiers(lines, bands) -%}
{% set slice = signed_overlap(lines ~ '.position_from', lines ~ '.position_to', bands ~ '.band_from', bands ~ '.band_to') -%}
overlapping as (
    select
        {{ lines }}.group_no,
        {{ lines }}.credit_no,
        {{ bands }}.tier_no,
        case
            when {{ lines }}.stands_alone and {{ lines }}.basis < 0 then -{{ slice }}
            else {{ slice }}
        end as basis,
        {{ bands }}.rate,
        {{ bands }}.amount as entry_amount,
        case
            when not {{ lines }}.stands_alone
                then
                    case when {{ lines }}.position_to >= {{ bands }}.bound then 1 else 0 end
                    - case
                        when
                            {{ lines }}.credit_no > {{ lines }}.first_credit_no
                            and {{ lines }}.position_from >= {{ bands }}.bound
                            then 1
                        else 0
                    end
            when {{ lines }}.position_to < {{ bands }}.bound or {{ lines }}.basis = 0 then 0
            when {{ lines }}.basis < 0 then -1
            else 1
        end as entries
    from {{ lines }}
    inner join {{ bands }}
        on {{ lines }}.group_no = {{ bands }}.group_no
),

steps as (
    select
        group_no,
        credit_no,
        'slice' as step_kind,
        1 as step_no,
        tier_no,
        basis,
        rate,
        {{ mul10_rate('basis', 'rate') }} as amount
    from overlapping
    where basis <> 0
    union all
    select
        group_no,
        credit_no,
        'tier_amount' as step_kind,
        2 as step_no,
        tier_no,
        cast(entry_amount as {{ step() }}) as basis,
        cast(entries as {{ factor() }}) as rate,
        cast(case when entries > 0 then entry_amount else -entry_amount end as {{ step() }}) as amount
    from overlapping
    where
        entries <> 0
        and entry_amount <> 0
)
{%- endmacro %}

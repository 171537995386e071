{#-
    largest_remainder(sized): the CTEs that spread wholes over parts without losing a minor unit (engine.md §1, §8 A8).
    Input relation `sized`: spread_id, part_id (text: ties go to the smaller one), whole (money), weight (any decimal of at most
    6 decimals), unit (one minor unit in units of 0.0001: 10000, 100, 10 or 1), and any further columns.
    Output CTE `spread_parts`: all of these and `part` (money): the parts of a spread_id add up to whole exactly. What the whole has
    below the minor unit goes to the part served first; weights that are all 0 give everything to the smallest part_id.
    Range: |whole × weight| below 10^28.
-#}
{% macro largest_remainder(sized) -%}
spread_sized as (
    select
        {{ sized }}.*,
        {{ scaled('abs(' ~ sized ~ '.whole)', 4) }} as spread_whole,
        {{ scaled(sized ~ '.weight', 6) }} as spread_weight,
        sum({{ scaled(sized ~ '.weight', 6) }}) over (partition by {{ sized }}.spread_id) as spread_total
    from {{ sized }}
),

spread_signed as (
    select
        spread_sized.*,
        spread_whole * spread_weight * (case when spread_total < 0 then -1 else 1 end) as spread_n,
        nullif(abs(spread_total) * unit, 0) as spread_d,
        {{ whole_mod('spread_whole', 'unit') }} as spread_below
    from spread_sized
),

spread_modded as (
    select
        spread_signed.*,
        {{ whole_mod('spread_n', 'spread_d') }} as spread_left
    from spread_signed
),

spread_remainders as (
    select
        spread_modded.*,
        case when spread_left < 0 then spread_left + spread_d else spread_left end as spread_remainder
    from spread_modded
),

spread_floored as (
    select
        spread_remainders.*,
        {{ exact_div('spread_n - spread_remainder', 'spread_d') }} as spread_units
    from spread_remainders
),

spread_served as (
    select
        spread_floored.*,
        row_number() over (partition by spread_id order by spread_remainder desc nulls last, part_id asc) as spread_serve,
        sum(spread_units) over (partition by spread_id) as spread_given
    from spread_floored
),

spread_parts as (
    select
        spread_served.*,
        cast({{ unscaled('(case when whole < 0 then -1 else 1 end) * (case when spread_total = 0 then case when spread_serve = 1 then spread_whole else 0 end '
            ~ 'else unit * (spread_units + case when spread_serve <= ' ~ exact_div('spread_whole - spread_below', 'unit')
            ~ ' - spread_given then 1 else 0 end) + case when spread_serve = 1 then spread_below else 0 end end)', 4) }} as {{ money() }}) as part
    from spread_served
)
{%- endmacro %}

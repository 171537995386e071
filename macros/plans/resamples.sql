{#-
    Poisson bootstrap: in each replicate every account is drawn as often as a Poisson number of mean 1 says, by itself, so that no replicate knows how many accounts
    there are (Hanley and MacGibbon 2006; Chamandy, Muralidharan, Najmi and Naidu 2012). The numbers are read off a hash of account and replicate: the
    same rows give the same interval on every engine.
    replicate_count(): so many that the bounds of a 95 % percentile interval are two of the values, the interval_place()-th from either end.
    draw_count(digits): how often an account is drawn whose hash has these 4 hexadecimal digits; the bounds are the distribution function times 16^4.
-#}
{% macro replicate_count() %}399{% endmacro %}
{% macro interval_place() %}10{% endmacro %}
{% macro draw_count(digits) -%}
case
            {%- for below in ['5e2d', 'bc5b', 'eb71', 'fb24', 'ff10', 'ffd9', 'fffb'] %}
            when {{ digits }} < '{{ below }}' then {{ loop.index0 }}
            {%- endfor %}
            else 7
        end
{%- endmacro %}

{#-
    contribution_rate(figures): what is left of revenue after costs, figures: of a relation, with its point: step(); null without revenue or without a line that
    has a cost. Where all lines have a cost it is (margin − cost to serve) ÷ revenue; else margin is over the revenue it is known for.
-#}
{% macro contribution_rate(figures) -%}
cast(case
            when {{ figures }}revenue > 0 and {{ figures }}revenue_costed > 0
                then {{ quotient10(figures ~ 'margin', figures ~ 'revenue_costed') }}
                    - {{ quotient10(figures ~ 'activity_cost + ' ~ figures ~ 'payout_cost', figures ~ 'revenue') }}
        end as {{ step() }})
{%- endmacro %}

{#-
    channel_levels(): the CTE `levels`, which of channel, region and product line a row gives; '' is any, as in contribution_coefficients.
    is_of_level(cells): whether all that the level gives is known of a row, so that a coefficient could name it.
-#}
{% macro channel_levels() -%}
levels as (
    {%- for level in range(8) %}
    select
        {{ 'true' if level % 2 else 'false' }} as gives_channel,
        {{ 'true' if level // 2 % 2 else 'false' }} as gives_region,
        {{ 'true' if level // 4 else 'false' }} as gives_product_line
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)
{%- endmacro %}

{% macro is_of_level(cells) -%}
(not levels.gives_channel or {{ cells }}.channel <> '')
            and (not levels.gives_region or {{ cells }}.region <> '')
            and (not levels.gives_product_line or {{ cells }}.product_line <> '')
{%- endmacro %}

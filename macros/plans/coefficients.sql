{#-
    coefficients_named(): the CTEs that coefficients_joined() reads, beside `coefficients`: which values rows of it name.
    coefficients_joined(channel, region, product_line, on): joins the coefficient of int_contribution_coefficients_ranged that is in force,
    none where there is no row. A value that no row names, or that is missing, is any other.
-#}
{% macro coefficients_named() -%}
{%- for part in ['channel', 'region', 'product_line'] -%}
{{ part }}s_named as (
    select {{ part }}
    from coefficients
    group by {{ part }}
){{ ',\n\n' if not loop.last }}
{%- endfor -%}
{%- endmacro %}

{% macro coefficients_joined(channel, region, product_line, on) -%}
left join channels_named
        on {{ channel }} = channels_named.channel
    left join regions_named
        on {{ region }} = regions_named.region
    left join product_lines_named
        on {{ product_line }} = product_lines_named.product_line
    left join coefficients
        on
            coalesce(channels_named.channel, '') = coefficients.channel
            and coalesce(regions_named.region, '') = coefficients.region
            and coalesce(product_lines_named.product_line, '') = coefficients.product_line
            and {{ on }} >= coefficients.valid_from
            and {{ on }} < coefficients.valid_to
{%- endmacro %}

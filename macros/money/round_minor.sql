{#-
    round_minor(x, minor_units): x rounded half away from zero to the currency's minor unit (0, 2, 3 or 4 digits): money().
    The digits of round() must be literals for an exact decimal result; the fast branch keeps the value within 64 bits.
    minor_step(minor_units): one minor unit in units of 0.0001.
-#}
{% macro round_minor(x, minor_units) -%}
case
    when {{ x }} > -90000000 and {{ x }} < 90000000
        then case {{ minor_units }}
            when 0 then cast(round(cast({{ x }} as decimal(18, 10)), 0) as decimal(18, 4))
            when 2 then cast(round(cast({{ x }} as decimal(18, 10)), 2) as decimal(18, 4))
            when 3 then cast(round(cast({{ x }} as decimal(18, 10)), 3) as decimal(18, 4))
            when 4 then cast(round(cast({{ x }} as decimal(18, 10)), 4) as decimal(18, 4))
        end
    else case {{ minor_units }}
        when 0 then cast(round(cast({{ x }} as decimal(28, 10)), 0) as decimal(18, 4))
        when 2 then cast(round(cast({{ x }} as decimal(28, 10)), 2) as decimal(18, 4))
        when 3 then cast(round(cast({{ x }} as decimal(28, 10)), 3) as decimal(18, 4))
        when 4 then cast(round(cast({{ x }} as decimal(28, 10)), 4) as decimal(18, 4))
    end
end
{%- endmacro %}

{% macro minor_step(minor_units) -%}
case {{ minor_units }} when 0 then 10000 when 2 then 100 when 3 then 10 when 4 then 1 end
{%- endmacro %}

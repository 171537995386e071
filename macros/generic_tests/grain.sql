{#-
    grain(columns): a row is named by these columns: none of them is null and no two rows share them all.
    Fails with the values that break it and how many rows have them. One test a model: it reads the rows once.
-#}
{% test grain(model, columns) %}
select
    {{ columns | join(', ') }},
    count(*) as row_count
from {{ model }}
group by {{ columns | join(', ') }}
having
    count(*) > 1
{%- for column in columns %}
    or {{ column }} is null
{%- endfor %}
{% endtest %}

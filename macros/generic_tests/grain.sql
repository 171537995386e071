{#-
    grain(columns, complete, nullable): a row is named by these columns: none of them is null, but for those in nullable, and no two rows
    share them all. complete: columns that are no part of the name and never null either. Fails with the values that break it and how many rows have them.
    One test a model: it reads the rows once.
-#}
{% test grain(model, columns, complete=[], nullable=[]) %}
select
    {{ columns | join(', ') }},
    count(*) as row_count
from {{ model }}
group by {{ columns | join(', ') }}
having
    count(*) > 1
{%- for column in columns | reject('in', nullable) %}
    or {{ column }} is null
{%- endfor %}
{%- for column in complete %}
    or count({{ column }}) < count(*)
{%- endfor %}
{% endtest %}

{#-
    newest_versions(relation, key, columns): the CTEs that read a raw table. Their last, `newest_rows`, has one row a key: the one with the
    greatest updated_at; of several of one age a deleted one, else the one whose columns, as text in the order of the contract, are
    greatest byte by byte. The order of arrival never decides. A winning deletion removes its key (contract/raw.yml "Versions").
    Only keys with several rows go through the window: the rest of a large table is passed on as it is.
-#}
{% macro newest_versions(relation, key, columns) %}{{ return(adapter.dispatch('newest_versions', 'incentives')(relation, key, columns)) }}{% endmacro %}

{% macro default__newest_versions(relation, key, columns) -%}
repeated_keys as (
    select {{ key | join(', ') }}
    from {{ relation }}
    group by {{ key | join(', ') }}
    having count(*) > 1
),

versions as (
    select
        {% for column in columns %}raw_rows.{{ column }},
        {% endfor -%}
        raw_rows.is_deleted,
        raw_rows._file,
        raw_rows._row,
        row_number() over (
            partition by {% for column in key %}raw_rows.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
            order by {{ newest_first(columns) }}
        ) as version_no
    from {{ relation }} as raw_rows
    inner join repeated_keys
        on {% for column in key %}raw_rows.{{ column }} = repeated_keys.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
),

newest_rows as (
    select
        {% for column in columns %}raw_rows.{{ column }},
        {% endfor -%}
        raw_rows._file,
        raw_rows._row
    from {{ relation }} as raw_rows
    left join repeated_keys
        on {% for column in key %}raw_rows.{{ column }} = repeated_keys.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
    where
        repeated_keys.{{ key[0] }} is null
        and not raw_rows.is_deleted
    union all
    select
        {% for column in columns %}{{ column }},
        {% endfor -%}
        _file,
        _row
    from versions
    where
        version_no = 1
        and not is_deleted
)
{%- endmacro %}

{#- Spark reads and shuffles a relation once for each mention: there all rows go through the window. -#}
{% macro spark__newest_versions(relation, key, columns) -%}
raw_rows as (
    select
        *,
        row_number() over (
            partition by {{ key | join(', ') }}
            order by {{ newest_first(columns) }}
        ) as version_no
    from {{ relation }} as raw_rows
),

newest_rows as (
    select
        {{ columns | join(',\n        ') }},
        _file,
        _row
    from raw_rows
    where
        version_no = 1
        and not is_deleted
)
{%- endmacro %}

{#- newest_first(columns): the order of the versions of a key, over raw_rows. -#}
{% macro newest_first(columns) -%}
raw_rows.updated_at desc,
                raw_rows.is_deleted desc,
                {%- for column in columns %}
                cast(raw_rows.{{ column }} as {{ dbt.type_string() }}) desc nulls last,
                {%- endfor %}
                raw_rows._file asc,
                raw_rows._row asc
{%- endmacro %}

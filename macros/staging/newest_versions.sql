{#-
    newest_versions(relation, key, columns): the CTEs that read a raw table. Their last, `newest_rows`, has one row a key: the one with the
    greatest updated_at; of several of one age a deleted one, else the one whose columns, as text in the order of the contract, are
    greatest byte by byte. The order of arrival never decides. A winning deletion removes its key (contract/raw.yml "Versions").

    A table that is large and read by many has a base model, so that versions are looked for once: outdated_rows(relation, key, columns) is
    its statement, the file and row of those that do not count; current_rows(relation, outdated) the CTEs of the staging model above it.
-#}
{% macro newest_versions(relation, key, columns) %}{{ return(adapter.dispatch('newest_versions', 'incentives')(relation, key, columns)) }}{% endmacro %}

{#- Only keys with several rows go through the window: the rest of a large table is passed on as it is. -#}
{% macro default__newest_versions(relation, key, columns) -%}
{{ repeated_versions(relation, key, columns) }},

newest_rows as (
    select
        {% for column in columns %}raw_rows.{{ column }},
        {% endfor -%}
        raw_rows._file,
        raw_rows._row
    from {{ relation }} as raw_rows
    left join repeated_keys
        on {{ same_key('raw_rows', 'repeated_keys', key) }}
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
{{ all_versions(relation, key, columns) }},

newest_rows as (
    select
        {{ columns | join(',\n        ') }},
        _file,
        _row
    from versions
    where
        version_no = 1
        and not is_deleted
)
{%- endmacro %}

{% macro outdated_rows(relation, key, columns) %}{{ return(adapter.dispatch('outdated_rows', 'incentives')(relation, key, columns)) }}{% endmacro %}

{% macro default__outdated_rows(relation, key, columns) -%}
with

{{ repeated_versions(relation, key, columns) }},

final as (
    select
        raw_rows._file as source_file,
        raw_rows._row as source_row
    from {{ relation }} as raw_rows
    left join repeated_keys
        on {{ same_key('raw_rows', 'repeated_keys', key) }}
    where
        repeated_keys.{{ key[0] }} is null
        and raw_rows.is_deleted
    union all
    select
        _file as source_file,
        _row as source_row
    from versions
    where
        version_no > 1
        or is_deleted
)

select * from final
{%- endmacro %}

{% macro spark__outdated_rows(relation, key, columns) -%}
with

{{ all_versions(relation, key, columns) }},

final as (
    select
        _file as source_file,
        _row as source_row
    from versions
    where
        version_no > 1
        or is_deleted
)

select * from final
{%- endmacro %}

{% macro current_rows(relation, outdated) -%}
outdated_rows as (
    select
        source_file,
        source_row
    from {{ outdated }}
),

newest_rows as (
    select raw_rows.*
    from {{ relation }} as raw_rows
    left join outdated_rows
        on
            raw_rows._file = outdated_rows.source_file
            and raw_rows._row = outdated_rows.source_row
    where outdated_rows.source_row is null
)
{%- endmacro %}

{% macro repeated_versions(relation, key, columns) -%}
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
        {{ version_no(key, columns) }}
    from {{ relation }} as raw_rows
    inner join repeated_keys
        on {{ same_key('raw_rows', 'repeated_keys', key) }}
)
{%- endmacro %}

{% macro all_versions(relation, key, columns) -%}
versions as (
    select
        *,
        {{ version_no(key, columns) }}
    from {{ relation }} as raw_rows
)
{%- endmacro %}

{#- version_no(key, columns): the place of a row of raw_rows among the versions of its key, 1 the newest. -#}
{% macro version_no(key, columns) -%}
row_number() over (
            partition by {% for column in key %}raw_rows.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
            order by
                raw_rows.updated_at desc,
                raw_rows.is_deleted desc,
                {%- for column in columns %}
                cast(raw_rows.{{ column }} as {{ dbt.type_string() }}) desc nulls last,
                {%- endfor %}
                raw_rows._file asc,
                raw_rows._row asc
        ) as version_no
{%- endmacro %}

{% macro same_key(left, right, key) -%}
{% for column in key %}{{ left }}.{{ column }} = {{ right }}.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
{%- endmacro %}

{#- delete_insert as this project does it, in place of the adapter's macro of this name (dbt looks into the project
    first): what the helper table `marked` names goes, the new rows come, month by month in one step each.

    - The adapter deletes the keys of the new rows, so a day that lost its last row would keep its old ones. Here all
      marked keys go.
    - A lightweight delete gives every part of the table a new version, readers see a day without rows until the insert,
      and one that is killed may block all later ones. Here the rows of a month that stay are written beside the new
      ones, and REPLACE PARTITION swaps the month. Months without marked rows get theirs by ATTACH PARTITION, which
      copies nothing. -#}
{% macro clickhouse__incremental_delete_insert(
    existing_relation, unique_key, incremental_predicates, is_distributed=False
) %}
    {% if is_distributed or incremental_predicates %}
        {% do exceptions.raise_compiler_error('delete_insert of this project knows neither shards nor predicates.') %}
    {% endif %}
    {% set new_data = helper('dbt_new_data_' ~ invocation_id.replace('-', '_')) %}
    {% call statement('main') %}
        {{ get_create_table_as_sql(False, new_data, sql) }}
    {% endcall %}
    {% set is_marked %}
        ({{ unique_key }}) in (select {{ unique_key }} from {{ helper('marked') }})
    {% endset %}
    {% set restated = _partitions(existing_relation, is_marked) %}
    {% for partition in restated %}
        {% do run_query(
            'insert into ' ~ new_data ~ ' select * from ' ~ existing_relation
            ~ " where _partition_id = '" ~ partition ~ "' and not (" ~ is_marked ~ ')'
        ) %}
    {% endfor %}
    {% set written = _partitions(new_data) %}
    {% for partition in restated if partition not in written %}
        {% do run_query('alter table ' ~ existing_relation ~ " drop partition id '" ~ partition ~ "'") %}
    {% endfor %}
    {% for partition in written %}
        {% do run_query(
            'alter table ' ~ existing_relation ~ (' replace' if partition in restated else ' attach')
            ~ " partition id '" ~ partition ~ "' from " ~ new_data
        ) %}
    {% endfor %}
    {% do adapter.drop_relation(new_data) %}
{% endmacro %}

{#- Ids of the partitions with rows that fulfil a condition. -#}
{% macro _partitions(relation, condition='true') %}
    {% set found = run_query('select distinct _partition_id from ' ~ relation ~ ' where ' ~ condition) %}
    {{ return(found.rows | map(attribute=0) | list) }}
{% endmacro %}

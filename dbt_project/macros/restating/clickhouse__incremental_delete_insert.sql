{#- Takes the place of the adapter's macro of this name (dbt looks into the project first), for two reasons.

    - The adapter deletes the keys of the new rows, so a day that lost its last row would keep the old ones. Here a model that
      writes a helper table `marked` has all of its keys deleted, those without new rows too.
    - A delete without IN PARTITION gives every part of the table a new version, also where nothing matches: seconds per run
      on years of months. Here it goes to the partitions that hold such keys, and mostly there are none. -#}
{% macro clickhouse__incremental_delete_insert(existing_relation, unique_key, incremental_predicates, is_distributed=False) %}
    {% if is_distributed or incremental_predicates %}
        {% do exceptions.raise_compiler_error('delete_insert of this project knows neither shards nor predicates.') %}
    {% endif %}
    {% set new_data = helper('dbt_new_data_' ~ invocation_id.replace('-', '_')) %}
    {% call statement('main') %}
        {{ get_create_table_as_sql(False, new_data, sql) }}
    {% endcall %}

    {% set is_marked = run_query('exists table ' ~ helper('marked')).rows[0][0] | int == 1 %}
    {% set condition %}
        ({{ unique_key }}) in (select {{ unique_key }} from {{ helper('marked') if is_marked else new_data }})
    {% endset %}
    {% for row in run_query('select distinct _partition_id from ' ~ existing_relation ~ ' where ' ~ condition).rows %}
        {% call statement('delete_existing_data') %}
            delete from {{ existing_relation }} in partition id '{{ row[0] }}' where {{ condition }}
        {% endcall %}
    {% endfor %}

    {% set columns = adapter.get_columns_in_relation(existing_relation) | map(attribute='quoted') | join(', ') %}
    {% call statement('insert_new_data') %}
        insert into {{ existing_relation }} ({{ columns }}) select {{ columns }} from {{ new_data }}
    {% endcall %}
    {% do adapter.drop_relation(new_data) %}
{% endmacro %}

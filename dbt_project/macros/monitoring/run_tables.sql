{#- Tables of what dbt did, written by hooks because models cannot know it: made when missing, columns added. -#}
{% macro run_tables() %}
    {{ return({
        'dbt_invocations': {
            'invocation_id': 'String', 'command': 'LowCardinality(String)', 'selection': 'String',
            'started_at': "DateTime64(3, 'UTC')", 'seconds': 'Float64', 'nodes': 'Int32', 'errors': 'Int32',
            'failures': 'Int32', 'warnings': 'Int32', 'skipped': 'Int32', 'dbt_version': 'LowCardinality(String)'
        },
        'dbt_results': {
            'invocation_id': 'String', 'started_at': "DateTime64(3, 'UTC')", 'unique_id': 'String',
            'name': 'LowCardinality(String)', 'kind': 'LowCardinality(String)', 'layer': 'LowCardinality(String)',
            'materialized': 'LowCardinality(String)', 'status': 'LowCardinality(String)', 'seconds': 'Float64',
            'failures': 'Nullable(Int64)', 'message': 'String',
            'row_count': 'Nullable(Int64)'
        },
        'dbt_freshness': {
            'invocation_id': 'String', 'started_at': "DateTime64(3, 'UTC')", 'unique_id': 'String',
            'name': 'LowCardinality(String)', 'row_count': 'Int64',
            'last_arrived_at': "DateTime64(3, 'UTC')"
        }
    }) }}
{% endmacro %}

{% macro run_database() -%} {{ generate_schema_name('monitoring', none) | trim }} {%- endmacro %}

{% macro create_run_tables() %}
    {% if execute and var('record_runs') and flags.WHICH in recorded_commands() %}
        {% set found %}
            select table, arraySort(groupUniqArray(name))
            from system.columns
            where database = '{{ run_database() }}'
            group by table
        {% endset %}
        {% set columns_found = {} %}
        {% for row in run_query(found).rows %}{% do columns_found.update({row[0]: row[1]}) %}{% endfor %}
        {% for table, columns in run_tables().items() %}
            {% if table not in columns_found %}
                {% do run_query('create database if not exists `' ~ run_database() ~ '` ' ~ on_cluster()) %}
                {% do run_query(_create_run_table(table, columns)) %}
            {% endif %}
            {% for column, type in columns.items() if table in columns_found and column not in columns_found[table] %}
                {% do run_query(
                    'alter table `' ~ run_database() ~ '`.' ~ table ~ ' add column if not exists ' ~ column ~ ' ' ~ type
                ) %}
            {% endfor %}
        {% endfor %}
    {% endif %}
{% endmacro %}

{% macro recorded_commands() %}{{ return(['build', 'run', 'test', 'seed', 'snapshot']) }}{% endmacro %}

{% macro _create_run_table(table, columns) %}
    create table if not exists `{{ run_database() }}`.{{ table }} {{ on_cluster() }} (
        {% for column, type in columns.items() -%}
        {{ column }} {{ type }}{{ ', ' if not loop.last }}
        {%- endfor %}
    )
    engine = {{ replicated('MergeTree') }}
    partition by toYYYYMM(started_at)
    order by (invocation_id, {{ 'unique_id' if 'unique_id' in columns else 'started_at' }})
    ttl toDateTime(started_at) + interval 400 day
{% endmacro %}

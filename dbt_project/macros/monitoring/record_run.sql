{#- At the end of a run, from wherever dbt was started: what each node did, how many rows its table has, how fresh
    the sources are that it read. Each invocation is written once. What can be foreseen does not turn a green run
    red: tables that are missing are not written to, those of an older version gain their columns, texts are cut and
    escaped. What cannot (the server refuses the rows) does, as any hook of dbt that fails: the models stand, dbt
    tells what the server said, and a record that is silently missing would be found out on the day it is needed.
    `--vars 'record_runs: false'` goes without. -#}
{% macro record_run(results) %}
    {% if execute and var('record_runs') and flags.WHICH in recorded_commands() and results %}
        {% set existing = [] %}
        {% for row in run_query(
            "select name from system.tables where database = '" ~ run_database() ~ "' and startsWith(name, 'dbt_')"
        ).rows %}{% do existing.append(row[0]) %}{% endfor %}
        {% if 'dbt_invocations' in existing %}{% do _record_invocation(results) %}{% endif %}
        {% if 'dbt_results' in existing %}{% do _record_results(results) %}{% endif %}
        {% if 'dbt_freshness' in existing %}{% do _record_freshness(results) %}{% endif %}
    {% endif %}
{% endmacro %}

{% macro _record_invocation(results) %}
    {% set statuses = results | map(attribute='status') | map('string') | list %}
    {% set ends = [] %}
    {% for result in results %}
        {% for step in result.timing if step.completed_at %}{% do ends.append(step.completed_at) %}{% endfor %}
    {% endfor %}
    {% set finished = ends | max if ends else run_started_at.replace(tzinfo=none) %}
    {% set seconds = (finished.replace(tzinfo=none) - run_started_at.replace(tzinfo=none)).total_seconds() %}
    {% set selected = invocation_args_dict.get('select') or [invocation_args_dict.get('selector') or ''] %}
    {% do _insert('dbt_invocations', [[
        _text(flags.WHICH), _text(selected | join(' ')),
        [0, seconds] | max, results | length,
        statuses | select('in', ['error', 'runtime error']) | list | length,
        statuses | select('equalto', 'fail') | list | length,
        statuses | select('equalto', 'warn') | list | length,
        statuses | select('equalto', 'skipped') | list | length,
        _text(dbt_version)
    ]], ['command', 'selection', 'seconds', 'nodes', 'errors', 'failures', 'warnings', 'skipped', 'dbt_version']) %}
{% endmacro %}

{% macro _record_results(results) %}
    {% for some in results | batch(100) %}
        {% set rows = [] %}
        {% for result in some %}
            {% set node = result.node %}
            {% set is_table = node.resource_type == 'model' and result.status | string == 'success' %}
            {% set table_rows -%}
                {%- if is_table -%}
                (
                    select max(total_rows) from system.tables
                    where database = {{ _text(node.schema) }} and name = {{ _text(node.alias) }}
                )
                {%- else -%} null {%- endif -%}
            {%- endset %}
            {% do rows.append([
                _text(node.unique_id), _text(node.name), _text(node.resource_type),
                _text(node.fqn[1] if node.fqn | length > 2 else ''), _text(node.config.materialized),
                _text(result.status), result.execution_time or 0,
                'null' if result.failures is none else result.failures, _text(result.message or ''), table_rows
            ]) %}
        {% endfor %}
        {% do _insert('dbt_results', rows, [
            'unique_id', 'name', 'kind', 'layer', 'materialized', 'status', 'seconds', 'failures', 'message',
            'row_count'
        ]) %}
    {% endfor %}
{% endmacro %}

{% macro _record_freshness(results) %}
    {% set read = [] %}
    {% for result in results if result.node.resource_type == 'model' %}
        {% for parent in result.node.depends_on.nodes %}{% do read.append(parent) %}{% endfor %}
    {% endfor %}
    {% for source in graph.sources.values() if source.unique_id in read and source.loaded_at_field %}
        {% set relation = '`' ~ source.schema ~ '`.`' ~ source.identifier ~ '`' %}
        {% do _insert('dbt_freshness', [[
            _text(source.unique_id), _text(source.name), '(select count() from ' ~ relation ~ ')',
            '(select max(' ~ source.loaded_at_field ~ ') from ' ~ relation ~ ')'
        ]], ['unique_id', 'name', 'row_count', 'last_arrived_at']) %}
    {% endfor %}
{% endmacro %}

{#- Rows of SQL values, behind the invocation and its start; what this invocation has written stays as it is. -#}
{% macro _insert(table, rows, columns) %}
    {% set target = '`' ~ run_database() ~ '`.' ~ table %}
    {% set named = 'unique_id' if 'unique_id' in columns else "''" %}
    {% set statement %}
        insert into {{ target }} (invocation_id, started_at, {{ columns | join(', ') }})
        select *
        from (
            {% for row in rows -%}
            select
                {{ _text(invocation_id) }} as invocation_id,
                toDateTime64('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3] }}', 3, 'UTC') as started_at,
                {% for value in row %}{{ value }} as {{ columns[loop.index0] }}{{ ', ' if not loop.last }}{% endfor %}
            {{ 'union all' if not loop.last }}
            {% endfor %}
        )
        where {{ named }} not in (select {{ named }} from {{ target }} where invocation_id = {{ _text(invocation_id) }})
    {% endset %}
    {% do run_query(statement) %}
{% endmacro %}

{% macro _text(value) -%}
    {%- set backslash = '\\' -%}
    '{{ (value | string)[:500] | replace(backslash, backslash * 2) | replace("'", backslash ~ "'") }}'
{%- endmacro %}

{#- Helper tables of one incremental run, beside the model: `<model>__<name>`. Real tables, because a lightweight delete
    cannot read a session's temporary ones. -#}
{% macro helper(name) %}
    {{ return(this.incorporate(path={'identifier': this.identifier ~ '__' ~ name}, type='table')) }}
{% endmacro %}

{% macro _create_helper(name, sql) %}
    create or replace table {{ helper(name) }} engine = MergeTree order by tuple() as
    {{ sql }}
{% endmacro %}

{% macro drop_helpers(names) %}
    {% if execute %}
        {% for name in names %}
            {% do run_query('drop table if exists ' ~ helper(name)) %}
        {% endfor %}
    {% endif %}
{% endmacro %}

{#- A run that was killed may leave a delete that waits for a table that is gone and would hold up every later one, and
    the new rows it had prepared. What it deleted and did not insert, the comparison that follows finds missing. -#}
{% macro clean_after_killed_run() %}
    {% do run_query(
        "kill mutation where database = '" ~ this.schema ~ "' and table = '" ~ this.identifier ~ "' and not is_done sync"
    ) %}
    {% set leftovers = run_query(
        "select name from system.tables where database = '" ~ this.schema ~ "' and startsWith(name, '"
        ~ this.identifier ~ "__dbt_new_data_')"
    ) %}
    {% for row in leftovers.rows %}
        {% do run_query('drop table if exists `' ~ this.schema ~ '`.`' ~ row[0] ~ '`') %}
    {% endfor %}
{% endmacro %}

{#- Helper tables of one incremental run, beside the model: `<model>__<name>`. Real tables, because an insert may go to
    another replica than the session of a temporary one. -#}
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

{#- A run that was killed may leave the rows it had prepared. What it did not swap in, the comparison finds missing. -#}
{% macro drop_leftovers() %}
    {% set leftovers %}
        select name from system.tables
        where database = '{{ this.schema }}' and startsWith(name, '{{ this.identifier }}__dbt_new_data_')
    {% endset %}
    {% for row in run_query(leftovers).rows %}
        {% do run_query('drop table if exists `' ~ this.schema ~ '`.`' ~ row[0] ~ '`') %}
    {% endfor %}
{% endmacro %}

{#- On a cluster (CLICKHOUSE_CLUSTER) every table that stays is replicated; dbt-clickhouse itself adds ON CLUSTER to
    what it makes. `engine_clause` takes the place of the adapter's macro of this name. Helper tables of a run stay on
    the replica that dbt speaks to: a run speaks to one. -#}
{% macro engine_clause() %}
  engine = {{ replicated(config.get('engine', default='MergeTree()')) }}
{%- endmacro %}

{#- The engine as it is, or its replicated kind with the server's default path. -#}
{% macro replicated(engine) -%}
    {% set is_plain = 'MergeTree' in engine and not engine.startswith('Replicated') %}
    {{- 'Replicated' if env_var('CLICKHOUSE_CLUSTER', '') and is_plain else '' }}{{ engine }}
{%- endmacro %}

{% macro on_cluster() -%}
    {% set cluster = env_var('CLICKHOUSE_CLUSTER', '') %}
    {{- 'on cluster `' ~ cluster ~ '`' if cluster else '' }}
{%- endmacro %}

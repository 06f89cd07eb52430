{#- The database of a model: its layer's name, behind RETAIL_SCHEMA_PREFIX (a developer's own databases). -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ env_var('RETAIL_SCHEMA_PREFIX', '') }}{{ (custom_schema_name or 'core') | trim }}
{%- endmacro %}

{#- The instant set by RETAIL_AS_OF or `--vars 'as_of: …'` as SQL, '' if none is set: then each source has its own
    (`int_sources_dated`). Models have no other clock. -#}
{% macro as_of() -%}
    {%- set text = var('as_of', '') | string | trim -%}
    {%- if text and not modules.re.match('^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z?)?$', text) -%}
        {{ exceptions.raise_compiler_error(
            "as_of is '" ~ text ~ "': write a UTC instant such as 2026-01-31T09:30:00Z."
        ) }}
    {%- endif -%}
    {%- if text -%} parseDateTime64BestEffort('{{ text }}', 3, 'UTC') {%- endif -%}
{%- endmacro %}

{#- Whether an instant lies before what counts as now. Without a set instant everything does: now is the latest event.
-#}
{% macro is_past(instant) -%}
    {{ instant ~ ' <= ' ~ as_of() if as_of() else 'true' }}
{%- endmacro %}

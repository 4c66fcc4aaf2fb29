{% macro to_major(column_name, digits=2) %}
    round({{ column_name }} / 100.0, {{ digits }})
{% endmacro %}

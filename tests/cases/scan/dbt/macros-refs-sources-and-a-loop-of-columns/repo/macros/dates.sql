{% macro hours_between(start, end) -%}
    extract(epoch from {{ end }} - {{ start }}) / 3600
{%- endmacro %}

{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if custom_schema_name is none -%} {{ target.schema }}
    {%- else -%} dw_{{ custom_schema_name | trim }} {%- endif -%}
{%- endmacro %}

{% macro generate_alias_name(custom_alias_name=none, node=none) -%}
    {%- if custom_alias_name -%} {{ custom_alias_name | trim }}
    {%- elif node.version -%} {{ node.name ~ '_ver' ~ node.version }}
    {%- else -%} {{ node.name.split('.') | last }} {%- endif -%}
{%- endmacro %}

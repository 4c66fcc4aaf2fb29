"""sqlglot node → expression of the plan: what each dialect means, in one vocabulary.

`lower_expression` reads one node, `lower_item` an item of a SELECT list; `Scope` says what
surrounds them.
"""

from guardian.languages.expressions import aggregates, functions, operators
from guardian.languages.expressions.aggregates import order_of
from guardian.languages.expressions.datatypes import normal_type, type_text
from guardian.languages.expressions.dispatch import (
    HANDLERS,
    Scope,
    fingerprint,
    lower_expression,
    sql_text,
)
from guardian.languages.expressions.functions import json_path, path_of
from guardian.languages.expressions.items import lower_item
from guardian.languages.expressions.name_patterns import for_each, star_like
from guardian.languages.expressions.rewriting import (
    parts,
    rewritten,
    with_aliases,
    with_aliases_behind,
)
from guardian.languages.expressions.source import SourceText, line_of
from guardian.languages.expressions.spark import with_defaults

HANDLERS.update(operators.HANDLERS)
HANDLERS.update(functions.HANDLERS)
HANDLERS.update(aggregates.HANDLERS)

__all__ = [
    "Scope",
    "SourceText",
    "fingerprint",
    "for_each",
    "json_path",
    "line_of",
    "lower_expression",
    "lower_item",
    "normal_type",
    "order_of",
    "parts",
    "path_of",
    "rewritten",
    "sql_text",
    "star_like",
    "type_text",
    "with_aliases",
    "with_aliases_behind",
    "with_defaults",
]

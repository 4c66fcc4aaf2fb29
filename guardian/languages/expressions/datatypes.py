"""Type names: as the dialect writes them, in lower case, one spelling for each type."""

import re

from sqlglot import exp

from guardian.languages.expressions.speech import dialect_of

_COMMA = re.compile(r"\s*,\s*")
_STRING_DIALECTS = frozenset({"spark", "spark2", "databricks", "hive", "bigquery"})
_STRINGS = frozenset({"text", "varchar", "string", "nvarchar(max)", "varchar(max)"})
_SPELLINGS = {"integer": "int", "bool": "boolean", "numeric": "decimal", "dec": "decimal"}

_texts: dict[tuple[str, object], str] = {}
_MOST_TEXTS = 10_000  # a stranger's file may hold any number of types


def type_text(node: exp.Expr, dialect: str) -> str:
    """Return a type's text: `decimal(10,2)`, `string`.

    Synonyms without a length have one spelling. Printing a tree is dear: each type is printed once.
    """
    key = dialect, _parts(node)
    known = _texts.get(key)
    if known is None:
        text = node.sql(dialect=dialect_of(dialect), comments=False)
        known = normal_type(text, dialect)
        if len(_texts) < _MOST_TEXTS:
            _texts[key] = known
    return known


def _parts(node: exp.Expr) -> tuple[object, ...]:
    """Return all that tells a tree from another: its kind, and its arguments that are there."""
    found: list[object] = [type(node)]
    for key, value in node.args.items():
        if value is None:
            continue
        if isinstance(value, exp.Expr):
            found += (key, _parts(value))
        elif isinstance(value, list):
            inner = [_parts(part) if isinstance(part, exp.Expr) else part for part in value]
            found += (key, tuple(inner))
        else:
            found += (key, value)
    return tuple(found)


def normal_type(text: str, dialect: str) -> str:
    """Return the text of a type in lower case.

    Without needless spaces, synonyms in one spelling.
    """
    lowered = _COMMA.sub(",", text.strip().lower().replace("`", "").replace('"', ""))
    lowered = _SPELLINGS.get(lowered, lowered)
    if lowered in _STRINGS:
        return "string" if dialect in _STRING_DIALECTS else "varchar"
    return lowered

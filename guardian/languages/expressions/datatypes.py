"""Type names: as the dialect writes them, in lower case, one spelling for each type."""

import re

from sqlglot import exp

_COMMA = re.compile(r"\s*,\s*")
_STRING_DIALECTS = frozenset({"spark", "spark2", "databricks", "hive", "bigquery"})
_STRINGS = frozenset({"text", "varchar", "string", "nvarchar(max)", "varchar(max)"})
_SPELLINGS = {"integer": "int", "bool": "boolean", "numeric": "decimal", "dec": "decimal"}

_texts: dict[tuple[str, object], str] = {}


def type_text(node: exp.Expr, dialect: str) -> str:
    """Return a type's text: `decimal(10,2)`, `string`.

    Synonyms without a length have one spelling.
    """
    key = _key(node, dialect)
    known = _texts.get(key) if key else None
    if known is None:
        known = normal_type(node.sql(dialect=dialect or None), dialect)
        if key:
            _texts[key] = known
    return known


def _key(node: exp.Expr, dialect: str) -> tuple[str, object] | None:
    if isinstance(node, exp.DataType) and not node.expressions and not node.args.get("nested"):
        return dialect, (node.this, node.args.get("kind"), len(node.args)) if node.this else None
    return None


def normal_type(text: str, dialect: str) -> str:
    """Return the text of a type in lower case.

    Without needless spaces, synonyms in one spelling.
    """
    lowered = _COMMA.sub(",", text.strip().lower().replace("`", "").replace('"', ""))
    lowered = _SPELLINGS.get(lowered, lowered)
    if lowered in _STRINGS:
        return "string" if dialect in _STRING_DIALECTS else "varchar"
    return lowered

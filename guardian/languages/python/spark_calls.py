"""A function call as sqlglot's Spark dialect reads it from SQL text."""

from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

import sqlglot
from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError

Tree: TypeAlias = exp.Expr
# One object: making a dialect costs more than making an expression.
SPARK = Dialect.get_or_raise("spark")
SLOT = "__argument_"
LONG = 200


def build(name: str, trees: Sequence[Tree]) -> Tree:
    """Return the call of a function, as if it were written in SQL.

    It is parsed, since much of what the dialect knows of a function is in its parser: which
    arguments change places, what a format means, which unit is meant by default.
    """
    text = ", ".join(_written(tree) or f"`{SLOT}{position}`" for position, tree in enumerate(trees))
    filled = _filled(template(f"{name}({text})"), trees)
    return exp.Anonymous(this=name, expressions=list(trees)) if filled is None else filled


LABEL = "label"
# How Spark shows a call where it is not `name(arguments)`: PySpark writes these defaults out.
_SHOWN = {
    "isnull": "({} IS NULL)", "isnotnull": "({} IS NOT NULL)", "mean": "avg({})",
    "split": "split({}, -1)", "percentile_approx": "percentile_approx({}, 10000)",
    "sort_array": "sort_array({}, true)", "months_between": "months_between({}, true)",
    "locate": "locate({}, 1)", "approx_percentile": "approx_percentile({}, 10000)",
}  # fmt: skip
_FULL = {"split": 3, "percentile_approx": 3, "sort_array": 2, "months_between": 3, "locate": 3,
         "approx_percentile": 3}  # fmt: skip


def labelled(tree: Tree, name: str, arguments: Sequence[Tree]) -> Tree:
    """Return a function's call with the name that Spark gives the column, if it is a simple one."""
    parts = [_label(argument) for argument in arguments]
    if None not in parts and name.islower():
        full = len(parts) == _FULL.get(name)
        pattern = name + "({})" if full else _SHOWN.get(name, name + "({})")
        tree.meta[LABEL] = pattern.format(", ".join(part or "" for part in parts))
    return tree


def _label(tree: Tree) -> str | None:
    """Return how Spark prints an argument in a column's name; None where it is not a simple one."""
    if isinstance(tree, exp.Column):
        return None if isinstance(tree.this, exp.Star) else tree.name
    if isinstance(tree, exp.Literal):
        return str(tree.this)
    if isinstance(tree, exp.Boolean | exp.Null):
        return str(tree.sql()).lower() if isinstance(tree, exp.Boolean) else "NULL"
    label = tree.meta.get(LABEL)
    return label if isinstance(label, str) else None


def _written(tree: Tree) -> str | None:
    """Return a constant as SQL text, None for what has no short one."""
    inner = tree.this if isinstance(tree, exp.Neg) else tree
    if not isinstance(inner, exp.Literal | exp.Boolean | exp.Null):
        return None
    if len(str(inner.this)) > LONG:
        return None
    quoted = bool(inner.args.get("is_string"))
    return constant_text(
        type(inner),  # type: ignore[arg-type]  # a class is hashable, its compiled stub says not
        inner.this,
        quoted=quoted,
        negative=tree is not inner,
    )


@lru_cache(maxsize=8192)
def constant_text(kind: type[Tree], value: object, *, quoted: bool, negative: bool) -> str:
    """Return a literal, a boolean or a null as SQL writes it."""
    made = exp.Literal(this=value, is_string=quoted) if kind is exp.Literal else kind(this=value)
    return (exp.Neg(this=made) if negative else made).sql(dialect=SPARK)


@lru_cache(maxsize=8192)
def template(text: str) -> Tree | None:
    """Return the tree of a call written as SQL, not to be changed; None where it is not one."""
    try:
        select = sqlglot.parse_one(f"SELECT {text}", dialect=SPARK)
    except (SqlglotError, ValueError, RecursionError):
        return None
    items = select.expressions if isinstance(select, exp.Select) else []
    if len(items) != 1 or len([key for key, value in select.args.items() if value]) > 1:
        return None
    tree: Tree = items[0]
    for node in tree.walk():
        node._meta = None  # noqa: SLF001 - places in this text, slow to copy; `meta` makes another
    return None if isinstance(tree, exp.Alias | exp.Column | exp.Star) else tree


def _filled(template: Tree | None, trees: Sequence[Tree]) -> Tree | None:
    """Return the template with the arguments in their slots; None where the parser lost one."""
    if template is None:
        return None
    made = template.copy()
    slots = [node for node in made.find_all(exp.Column) if node.name.startswith(SLOT)]
    wanted = {f"{SLOT}{position}" for position, tree in enumerate(trees) if _written(tree) is None}
    if {node.name for node in slots} != wanted:
        return None
    used: set[str] = set()
    for node in slots:
        tree = trees[int(node.name.removeprefix(SLOT))]
        node.replace(tree.copy() if node.name in used else tree)
        used.add(node.name)
    return made

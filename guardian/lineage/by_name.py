"""Columns meant by their names: what a star's pattern lets through, and expressions for each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from guardian.lineage.relation import Attribute, Relation, Rest
from guardian.lineage.scope import stars
from guardian.model.expression import Expression
from guardian.model.plan import Call, Expr, Item, Star

if TYPE_CHECKING:
    from guardian.lineage.operators import Binder

MAX_NAME = 64  # a longer name is not looked at: patterns are strangers' and may be slow
EACH = "*each"  # what the column is called in an expression that stands for each


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _match(star: Star, name: str) -> re.Match[str] | None:
    return _compiled(star.pattern).match(name) if len(name) <= MAX_NAME else None


def chosen(relation: Relation, star: Star) -> tuple[list[Attribute], list[Rest]]:
    """Return the columns, known and unknown, that a star stands for, those it excludes among them.

    No more than its pattern lets through.
    """
    known, unknown = stars(relation, star.qualifier)
    if star.pattern:
        known = [item for item in known if _match(star, item.name) is not None]
    return known, unknown


def star_for_each(expr: Expr) -> Star | None:
    """Return the star for each of whose columns `expr` stands once, None where it stands once."""
    if not isinstance(expr, Call) or expr.name != "each":
        return None
    stack: list[object] = [*expr.args]
    while stack:
        part = stack.pop()
        if isinstance(part, Star) and part.each:
            return part
        if isinstance(part, tuple):
            stack.extend(part)
        elif isinstance(part, msgspec.Struct) and not isinstance(part, Star):
            stack.extend(getattr(part, name) for name in part.__struct_fields__)
    return None


def of_each(
    binder: Binder, relation: Relation, expr: Expr, star: Star
) -> Iterator[tuple[Attribute, Expression]]:
    """Yield each column that the star in `expr` means, with `expr` resolved for it."""
    inner = expr.args[0] if isinstance(expr, Call) else expr
    known, unknown = chosen(relation, star)
    for column in known:
        if column.name not in star.excluded:
            scope = binder.scope(relation, {EACH: column.expression})
            yield column, binder.resolver.resolve(inner, scope)
    for rest in unknown:
        scope = binder.scope(relation, {EACH: rest.column("*")})
        yield Attribute("*", rest.column("*"), 0), binder.resolver.resolve(inner, scope)


def items_of_each(
    binder: Binder, relation: Relation, entry: Item, star: Star
) -> Iterable[Attribute]:
    r"""Yield the columns that an item with COLUMNS makes, under their own names if it gives none.

    `\1` in its name is the first group of the pattern.
    """
    for column, expression in of_each(binder, relation, entry.expr, star):
        same = expression is column.expression
        name = column.name if entry.name is None else _named(entry.name, star, column.name)
        yield replace(
            column,
            name=name,
            expression=expression,
            identity=column.identity if same and name == column.name else binder.fresh(),
            hidden=False,
            at=entry.at,
            text=entry.text,
        )


def _named(name: str, star: Star, column: str) -> str:
    found = _match(star, column)
    groups = ("", *(found.groups(default="") if found is not None else ()))

    def group(reference: re.Match[str]) -> str:
        number = int(reference[1])
        return column if number == 0 else groups[number] if number < len(groups) else ""

    return re.sub(r"\\(\d)", group, name)

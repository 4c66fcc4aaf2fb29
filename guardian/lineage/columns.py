"""Columns of a relation: SELECT lists, stars, columns added, dropped and renamed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from guardian.lineage.by_name import chosen, items_of_each, star_for_each
from guardian.lineage.fields import field_names
from guardian.lineage.filters import filtered
from guardian.lineage.relation import (
    Attribute,
    Relation,
    Rest,
    holding,
)
from guardian.lineage.scope import Scope
from guardian.lineage.unlisted import list_of
from guardian.model import plan
from guardian.model.calls import OPEN, call
from guardian.model.expression import Expression, make
from guardian.model.names import SYMBOL_OPEN
from guardian.model.plan import Expr, FrameRef, Item, Ref, Star

if TYPE_CHECKING:
    from guardian.lineage.operators import Binder


def item(
    binder: Binder, scope: Scope, entry: Item, expression: Expression, position: int
) -> Attribute:
    """Return the column that a SELECT item makes.

    A column passed on keeps the place where it is computed; under its own name, its identity too.
    """
    name = entry.name if entry.name is not None else implied_name(entry.expr) or f"_col{position}"
    kept = None
    if isinstance(entry.expr, Ref):
        kept = scope.attribute(entry.expr)
    elif isinstance(entry.expr, FrameRef):
        columns = scope.relation.attributes
        kept = next((column for column in columns if column.expression is expression), None)
    if kept is None or not kept.text:
        known = kept.at if kept is not None else None
        at, text = known or entry.at, entry.text
    else:
        at, text = kept.at or entry.at, kept.text
    if kept is not None and kept.name == name:
        return replace(kept, hidden=False, expression=expression, at=at, text=text)
    return Attribute(name, expression, binder.fresh(), at=at, text=text, named_at=entry.at)


def items(
    binder: Binder, relation: Relation, entries: Iterable[Item], *, lateral: bool
) -> tuple[list[Attribute], list[Rest]]:
    """Return the columns of a SELECT list, stars expanded."""
    made: list[Attribute] = []
    rests: list[Rest] = []
    aliases: dict[str, Expression] = {}
    scope = binder.scope(relation, aliases if lateral else None)
    for position, entry in enumerate(entries):
        binder.place = entry.at or binder.place
        each = star_for_each(entry.expr)
        if each is not None:
            made.extend(items_of_each(binder, relation, entry, each))
            continue
        symbols = _unknown_names(entry, relation)
        if isinstance(entry.expr, Star) or symbols:
            expanded = _for_each_column if symbols else _expanded
            known, unknown = expanded(binder, relation, entry)
            made.extend(known)
            rests.extend(unknown)
            continue
        expression = binder.resolver.resolve(entry.expr, scope)
        column = item(binder, scope, entry, expression, position)
        made.append(column)
        aliases[column.name] = expression
    return made, rests


def _for_each_column(
    binder: Binder, relation: Relation, entry: Item
) -> tuple[list[Attribute], list[Rest]]:
    """Return what an item makes that stands for every column, its name known at run time only."""
    symbols = _unknown_names(entry, relation)
    made = []
    for column in relation.visible():
        scope = binder.scope(relation, dict.fromkeys(symbols, column.expression))
        expression = binder.resolver.resolve(entry.expr, scope)
        made.append(replace(column, expression=expression, at=entry.at, text=entry.text))
    return made, list(relation.rest)


def _expanded(
    binder: Binder, relation: Relation, entry: Item
) -> tuple[list[Attribute], list[Rest]]:
    """Return the columns that a star stands for, with its EXCEPT, REPLACE and RENAME."""
    star = entry.expr
    assert isinstance(star, Star)  # noqa: S101 - the caller asked
    known, unknown = ([], []) if star.of is not None else chosen(relation, star)
    if not known and not unknown and not star.pattern:
        known, unknown = _fields(binder, relation, star, entry)
    renames = dict(star.rename)
    replaced = {item.name: item for item in star.replace if item.name}
    columns = []
    for column in (*known, *_not_listed(binder, known, unknown, (*replaced, *renames))):
        if column.name in star.excluded:
            continue
        new = replace(column, hidden=False, name=renames.get(column.name, column.name))
        if column.name in replaced:
            other = replaced[column.name]
            expression = binder.resolver.resolve(other.expr, binder.scope(relation))
            new = replace(
                new, expression=expression, identity=binder.fresh(), at=other.at, text=other.text
            )
        columns.append(new)
    away = frozenset((*star.excluded, *renames, *replaced))
    return columns, [replace(rest, excluded=rest.excluded | away) for rest in unknown]


def _not_listed(
    binder: Binder, known: Iterable[Attribute], unknown: Iterable[Rest], names: Iterable[str]
) -> Iterable[Attribute]:
    """Yield the columns that REPLACE and RENAME say an input has, though nobody lists them."""
    listed = {column.name for column in known}
    for name in names:
        found = holding(unknown, name)
        if name not in listed and found:
            yield Attribute(name, found[0].column(name), binder.fresh(), found[0].qualifier)


def _fields(
    binder: Binder, relation: Relation, star: Star, entry: Item
) -> tuple[list[Attribute], list[Rest]]:
    """Return the fields of a struct, `s.*` or `f(x).*`: open where nothing tells them."""
    *before, last = star.qualifier or ("*",)
    value = Ref(last, tuple(before)) if star.of is None else star.of
    struct = binder.resolver.resolve(value, binder.scope(relation))
    listed = list_of(struct)
    same = [rest for rest in relation.rest if listed and rest.symbol == listed]
    if same:
        return [], same[:1]
    names = field_names(struct, binder.types)
    if star.of is None:
        names = tuple(_as_named(name, last) for name in names)
    made = [
        Attribute(
            name, call("field", (struct,), name), binder.fresh(), at=entry.at, text=entry.text
        )
        for name in names
        if name != OPEN
    ]
    if names and OPEN not in names:
        return made, []
    opened = Rest(
        make("instance", (make("struct", (struct,)),), 0),
        excluded=frozenset(names),
        identity=binder.fresh(),
        struct=struct,
        doubtful=bool(listed),
        symbol=listed,
    )
    return made, [opened]


def _as_named(name: str, like: str) -> str:
    """Return a field's name in the case that names beside it are folded to."""
    return name.upper() if like.isupper() else name.lower()


def project(binder: Binder, node: plan.Project) -> Relation:
    """Return what a SELECT list makes of its input."""
    below = binder.nodes[node.input]
    if isinstance(below, plan.Filter) and below.clause == "QUALIFY":
        return _qualified(binder, node, below)
    source = binder.bound[node.input]
    made, rests = items(binder, source, node.items, lateral=node.lateral)
    return projected(source, tuple(made), tuple(rests))


def _qualified(binder: Binder, node: plan.Project, where: plan.Filter) -> Relation:
    """Return a SELECT list with QUALIFY: its windows look at the rows before that."""
    source = binder.bound[where.input]
    made, rests = items(binder, source, node.items, lateral=node.lateral)
    condition = binder.resolver.resolve(where.condition, binder.scope(source))
    listed = projected(source, tuple(made), tuple(rests))
    return filtered(binder, listed, condition, where.text or where.clause, where.at)


def with_columns(binder: Binder, node: plan.WithColumns) -> Relation:
    """Return the input with columns replaced where they stand, or added at the end."""
    source = binder.bound[node.input]
    made, _ = items(
        binder,
        source,
        node.items,
        lateral=False,
    )
    new = {item.name: replace(item, identity=binder.fresh()) for item in made}
    kept = [new.pop(item.name, item) if not item.hidden else item for item in source.attributes]
    away = frozenset(item.name for item in made)
    rests = tuple(replace(rest, excluded=rest.excluded | away) for rest in source.rest)
    return projected(source, (*kept, *new.values()), rests)


def drop(binder: Binder, node: plan.Drop) -> Relation:
    """Return the input without some columns; names that it does not have are ignored."""
    source = binder.bound[node.input]
    scope = binder.scope(source)
    gone: set[int] = set()
    names: set[str] = set()
    for column in node.columns:
        if isinstance(column, Ref) and not column.qualifier:
            names.add(column.name)
            gone |= {item.identity for item in source.attributes if item.name == column.name}
            continue
        if isinstance(column, FrameRef):
            own = scope.identities(column)
            here = {item.identity for item in source.attributes if item.identity in own}
            if here:
                gone |= here
                continue
        found = (
            scope.of_frame(column)
            if isinstance(column, FrameRef)
            else binder.resolver.resolve(column, scope)
        )
        gone |= {item.identity for item in source.attributes if item.expression is found}
        if isinstance(column, FrameRef) and not any(
            item.expression is found for item in source.attributes
        ):
            names.add(column.name)
    kept = tuple(item for item in source.attributes if item.identity not in gone)
    rests = tuple(replace(rest, excluded=rest.excluded | names) for rest in source.rest)
    return projected(source, kept, rests)


def renamed(binder: Binder, source: Relation, node: plan.Rename) -> Relation:
    """Return the input with columns under other names."""
    if node.like:
        return _like(binder, source, node)
    if node.positional:
        named = [
            replace(item, name=name, qualifier=(), named_at=node.at)
            for item, name in zip(source.visible(), node.positional, strict=False)
        ]
        for rest in source.rest[:1]:  # which of the columns that we do not know, nobody tells
            named += [
                Attribute(name, rest.column("*"), binder.fresh(), at=node.at)
                for name in node.positional[len(named) :]
            ]
        return projected(source, tuple(named), ())
    names = dict(node.pairs)
    known = {item.name for item in source.attributes}
    attributes = [
        replace(item, name=names[item.name], named_at=node.at) if item.name in names else item
        for item in source.attributes
    ]
    for old, new in node.pairs:
        if old not in known and source.rest:
            found = binder.resolver.resolve(Ref(old), binder.scope(source))
            attributes.append(Attribute(new, found, binder.fresh(), at=binder.place))
    rests = tuple(replace(rest, excluded=rest.excluded | set(names)) for rest in source.rest)
    return projected(source, tuple(attributes), rests)


def _like(binder: Binder, source: Relation, node: plan.Rename) -> Relation:
    """Return the input under the names of a dataset's columns, as far as these are known."""
    schema = binder.schema(node.like)
    visible = source.visible()
    if not schema.complete or source.rest:
        return source
    names = schema.filled()[: len(visible)]
    named = [
        replace(item, name=name, qualifier=(), named_at=node.at)
        for item, name in zip(visible, names, strict=False)
    ]
    return projected(source, (*named, *visible[len(names) :]), ())


def aliased(source: Relation, node: plan.Alias) -> Relation:
    """Return the same rows under a name; earlier qualifiers no longer reach them."""
    qualifier = (node.name,)
    visible = source.visible()
    names = node.columns or tuple(item.name for item in visible)
    named = [
        replace(item, qualifier=qualifier, name=name)
        for item, name in zip(visible, names, strict=False)
    ]
    named += [replace(item, qualifier=qualifier) for item in visible[len(named) :]]
    rests = tuple(replace(rest, qualifier=qualifier) for rest in source.rest)
    return replace(source, attributes=tuple(named), rest=rests, behind=None)


def projected(
    source: Relation, attributes: tuple[Attribute, ...], rests: tuple[Rest, ...]
) -> Relation:
    """Return other columns over the same rows."""
    return replace(source, attributes=attributes, rest=rests, behind=replace(source, behind=None))


def _unknown_names(entry: Item, relation: Relation) -> frozenset[str]:
    """Return the run-time names that an item takes columns by, if its own name is one, too."""
    if entry.name is None or SYMBOL_OPEN not in entry.name:
        return frozenset()
    own = {item.name for item in relation.attributes}
    refs = (part for part in parts_of(entry.expr) if isinstance(part, Ref) and not part.qualifier)
    return frozenset(ref.name for ref in refs if SYMBOL_OPEN in ref.name and ref.name not in own)


def parts_of(expr: Expr) -> Iterable[Expr]:
    """Yield an author's expression and the calls' arguments below it."""
    yield expr
    for arg in getattr(expr, "args", ()):
        yield from parts_of(arg)


def implied_name(expr: Expr) -> str | None:
    """Return the name that an expression has without being given one."""
    if isinstance(expr, Ref | FrameRef):
        return expr.name
    if isinstance(expr, plan.Call) and expr.name == "field":
        return expr.option
    return None

"""Relations that are made, not taken over: scans, literal rows, generators, recursion."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from guardian.lineage.by_name import chosen
from guardian.lineage.columns import (
    renamed,
)
from guardian.lineage.fields import field_names
from guardian.lineage.grouping import distinct
from guardian.lineage.joins import (
    closed,
    freeze,
    sealed,
)
from guardian.lineage.nested import element_names
from guardian.lineage.relation import (
    ONE_ROW,
    Attribute,
    Block,
    Key,
    Relation,
    Rest,
    SideNotes,
    instance_of,
)
from guardian.lineage.schemas import Schema
from guardian.lineage.sets import by_name, by_position, set_operation
from guardian.lineage.structs import element_of, pair_of
from guardian.model import plan
from guardian.model.calls import OPEN
from guardian.model.expression import Expression, as_set, in_order, make, name_of
from guardian.model.plan import Ref

if TYPE_CHECKING:
    from guardian.lineage.operators import Binder


def scan(binder: Binder, node: plan.Scan) -> Relation:
    """Return a dataset's rows; columns that nobody has told us are its rest."""
    schema = Schema(node.columns, complete=True) if node.columns else binder.schema(node.dataset)
    instance = instance_of(make("scan", value=binder.actual(node.dataset)))
    qualifier = tuple(node.dataset.split(".")) if "://" not in node.dataset else (node.dataset,)
    inside, fresh = (instance,), binder.fresh
    attributes = tuple(
        [
            Attribute(column.name, make("field", inside, column.name), fresh(), qualifier)
            for column in schema.columns
        ]
    )
    names = frozenset(schema.names())
    rest = (
        ()
        if schema.complete
        else (
            Rest(
                instance,
                qualifier,
                excluded=names,
                identity=binder.fresh(),
                documented=schema.documented,
            ),
        )
    )
    required = {column.name for column in schema.columns if column.nullable is False}
    keys = frozenset(
        Key(frozenset(make("field", inside, name) for name in key), required.issuperset(key))
        for key in schema.keys
    )
    return Relation(attributes, Block(inner=(instance,)), rest, keys)


def generate(binder: Binder, node: plan.Generate) -> Relation:
    """Return the input with rows made from a value of each row."""
    source = (
        Relation((), Block())
        if node.input is None
        else sealed(binder.bound[node.input], binder.notes)
    )
    generator = binder.resolver.resolve(node.generator, binder.scope(source))
    columns = _named_by_type(binder, generator, node)
    made = make("generate", (generator,), (node.outer, node.fields, len(columns)))
    taken = [instance for instance in source.block.instances() if instance.args[0] is made]
    instance = instance_of(made, len(taken))
    if generator.op == "call" and generator.value == ("unnest", plan.STRUCTS):
        new, rest = _elements(binder, instance, generator, node)
    else:
        qualifier = (node.qualifier,) if node.qualifier else ()
        new = tuple(
            Attribute(name, value, binder.fresh(), qualifier, at=node.at)
            for name, value in _generated(instance, columns, fields=node.fields)
        )
        opened = not columns or (node.fields and name_of(generator) not in INLINE)
        rest = (Rest(instance, qualifier, identity=binder.fresh()),) if opened else ()
    block = replace(source.block, inner=(*source.block.inner, instance))
    for noted in (instance, made):
        binder.notes.words.setdefault(noted, ("explode", node.at))
    return Relation((*source.attributes, *new), block, (*source.rest, *rest))


def _named_by_type(binder: Binder, generator: Expression, node: plan.Generate) -> tuple[str, ...]:
    """Return the names of what a generator makes, where the code leaves them to a value's type."""
    name = name_of(generator)
    kind = binder.types.of(generator.args[0]) if generator.args else None
    if name in INLINE and not node.columns:
        return tuple(map(str.lower, element_names(generator.args[0], binder.types)))
    if name in EXPLODE and node.columns[-1:] == ("col",) and pair_of(kind):
        return (*node.columns[:-1], "key", "value")
    return node.columns


INLINE = frozenset({"inline", "inline_outer"})
EXPLODE = frozenset({"explode", "explode_outer", "posexplode", "posexplode_outer"})


def _elements(
    binder: Binder, instance: Expression, generator: Expression, node: plan.Generate
) -> tuple[tuple[Attribute, ...], tuple[Rest, ...]]:
    """Return what BigQuery's UNNEST makes: the fields of structs, or the element under its name.

    Where nobody tells which, a name that no other input has is taken for a field.
    """
    element, *places = node.columns
    array = generator.args[0]
    kind = binder.types.of(array)
    names = tuple(map(str.lower, field_names(array, binder.types)))
    qualifier = (element,) if element else ()
    made = {name: make("field", (instance,), name) for name in names if name != OPEN}
    whole = make("field", (instance,), 0)
    if element and not names:
        made[element] = whole
        qualifier = ()
    attributes = [
        Attribute(name, value, binder.fresh(), qualifier, at=node.at)
        for name, value in made.items()
    ]
    attributes += [
        Attribute(name, make("field", (instance,), place), binder.fresh(), at=node.at)
        for place, name in enumerate(places, start=1)
    ]
    plain = bool(names) and OPEN not in names
    plain = plain or (bool(element) and kind is not None and element_of(kind) is not None)
    if plain:
        return tuple(attributes), ()
    opened = Rest(
        instance,
        qualifier,
        excluded=frozenset(made),
        identity=binder.fresh(),
        struct=None if names else whole,
        doubtful=bool(element) and not names,
    )
    return tuple(attributes), (opened,)


def _generated(
    instance: Expression, columns: tuple[str, ...], *, fields: bool
) -> Iterable[tuple[str, Expression]]:
    """Yield what a generator makes: by position, but for fields, which have a name of their own."""
    for position, name in enumerate(columns):
        yield name, make("field", (instance,), name if fields else position)


def values(binder: Binder, node: plan.Values) -> Relation:
    """Return rows that are written in the code."""
    if not node.columns and not node.rows and not node.fingerprint:
        return Relation((), Block(), keys=frozenset({ONE_ROW}))
    empty = binder.scope(Relation((), Block()))
    rows = tuple(
        make("list", tuple(binder.resolver.resolve(value, empty) for value in row))
        for row in node.rows
    )
    instance = instance_of(
        make("values", in_order(rows), (node.fingerprint if not rows else "", len(node.columns)))
    )
    attributes = tuple(
        Attribute(name, make("field", (instance,), position), binder.fresh())
        for position, name in enumerate(node.columns)
    )
    return Relation(attributes, Block(inner=(instance,)))


def unpivot(binder: Binder, node: plan.Unpivot) -> Relation:
    """Return columns turned into rows."""
    source = sealed(binder.bound[node.input], binder.notes)
    scope = binder.scope(source)
    names = (*node.columns, *_named_by(source, node.star))
    values = tuple(binder.resolver.resolve(Ref(name), scope) for name in names)
    nulls = ("nulls",) if node.keeps_nulls else ()
    made = make("generate", values, ("unpivot", names, *nulls))
    binder.notes.words.setdefault(made, ("UNPIVOT", node.at))
    instance = instance_of(made)
    block = replace(source.block, inner=(*source.block.inner, instance))
    kept = tuple(item for item in source.attributes if item.name not in names)
    if node.keys is not None:
        wanted = {key.name for key in node.keys if isinstance(key, Ref)}
        kept = tuple(item for item in kept if item.name in wanted)
    name = Attribute(node.name_column, make("field", (instance,), 0), binder.fresh(), at=node.at)
    value = Attribute(node.value_column, make("field", (instance,), 1), binder.fresh(), at=node.at)
    rests = tuple(replace(rest, excluded=rest.excluded | set(names)) for rest in source.rest)
    return Relation((*kept, name, value), block, rests)


def _named_by(source: Relation, star: plan.Star | None) -> tuple[str, ...]:
    """Return the columns that an UNPIVOT takes by a pattern of their names."""
    if star is None:
        return ()
    known, _ = chosen(source, star)
    return tuple(item.name for item in known if item.name not in star.excluded)


def recursive(binder: Binder, node: plan.Recursive) -> Relation:
    """Bind a recursive query: the step sees what the last round gave each column.

    Until no column changes.
    """
    anchor = _positional(binder, binder.bound[node.anchor], node.columns)
    seen = anchor
    result = anchor
    shape = plan.SetOperation(kind="union", inputs=(), all=True)
    for _ in range(max(2, min(len(anchor.attributes), 6))):
        inner = binder.inside(binder.outer, {**binder.recursive, node.name: seen})
        step = inner.relation(node.step)
        result = set_operation(binder, by_position([anchor, step]), shape)
        seen = _found_so_far(anchor, result)
    return distinct(binder, result, node.at) if node.distinct else result


def _positional(binder: Binder, relation: Relation, names: tuple[str, ...]) -> Relation:
    return renamed(binder, relation, plan.Rename(0, positional=names)) if names else relation


def recursive_ref(binder: Binder, node: plan.RecursiveRef) -> Relation:
    """Return the rows that a recursion has found so far."""
    seen = binder.recursive.get(node.name)
    if seen is None:
        return _positional(binder, binder.relation(node.anchor), node.columns)
    return replace(
        seen, attributes=tuple(replace(item, identity=binder.fresh()) for item in seen.attributes)
    )


def returned(binder: Binder, node: plan.Returned) -> Relation:
    """Return the rows that a procedure or function of the repository returns.

    What it is called with stands where it uses its parameters. One that calls itself, or that
    nobody here has written, is rows of which we only know the arguments.
    """
    scope = binder.scope(Relation((), Block()))
    given = [(name, binder.resolver.resolve(value, scope)) for name, value in node.arguments]
    found = None if node.routine in binder.inside_of else binder.routine(node.routine)
    if node.otherwise is not None:
        return _with_left(binder, binder.bound[node.otherwise], found, node)
    if found is None:
        said = MADE_ELSEWHERE.format(node.table) if node.table else None
        binder.warn(node.at or binder.place, said or UNKNOWN_ROUTINE.format(node.routine))
        made = make("opaque", tuple(value for _, value in given), ("rows", node.routine))
        instance = instance_of(make("generate", (made,), (False, True, 0)))
        return Relation((), Block(inner=(instance,)), (Rest(instance, identity=binder.fresh()),))
    nodes, routine = found
    symbols = dict(routine.parameters)
    by_position = zip(symbols.values(), (value for name, value in given if not name), strict=False)
    by_name = {symbols[name]: value for name, value in given if name in symbols}
    parameters = {**dict(by_position), **by_name}
    relation = binder.of_routine(nodes, node.routine, parameters).relation(routine.plan)
    return replace(
        relation,
        attributes=tuple(replace(item, identity=binder.fresh()) for item in relation.attributes),
    )


def _with_left(
    binder: Binder,
    own: Relation,
    found: tuple[Sequence[plan.Operator], plan.Routine] | None,
    node: plan.Returned,
) -> Relation:
    """Return the rows of a temporary table, with those that a procedure has put into it."""
    if found is None:
        return own
    nodes, routine = found
    left = binder.of_routine(nodes, node.routine, {}).relation(routine.plan)
    names = {item.name for item in own.visible()}
    same = {item.name for item in left.visible()} <= names
    aligned = by_name([own, left], missing=True) if same else by_position([own, left])
    shape = plan.SetOperation(kind="union", inputs=(), all=True, at=node.at)
    return set_operation(binder, aligned, shape)


MADE_ELSEWHERE = "the rows of `{}` are made elsewhere"
UNKNOWN_ROUTINE = (
    "the rows that `{}` returns are not known: declare what it reads with `-- @LINEAGE_INPUTS: …`"
)


def opaque(binder: Binder, node: plan.Opaque) -> Relation:
    """Return rows of which we know only what they are made from."""
    inputs = [sealed(binder.bound[handle], binder.notes) for handle in node.inputs]
    frozen = [freeze(relation, binder.notes) for relation in inputs]
    given = [rows for _, rows in frozen]
    if node.keys and frozen:
        scope = binder.scope(frozen[0][0])
        keys = [binder.resolver.resolve(key, scope) for key in node.keys]
        given[0] = make("group", (given[0], make("all", as_set(keys))), ())
        binder.notes.words.setdefault(given[0], (node.reason, node.at))
    rows = make("opaque_rows", tuple(given), node.fingerprint)
    whole = [closed(relation, inside) for relation, inside in frozen]
    if node.keeps and len(whole) == 1:
        kept = closed(frozen[0][0], rows)
        names = frozenset(item.name for item in kept.attributes)
        unknown = Rest(kept.block.inner[0], excluded=names, identity=binder.fresh())
        return kept if kept.rest else replace(kept, rest=(unknown,))
    values = [item.expression for relation in whole for item in relation.visible()]
    values += [rest.column("*") for relation in whole for rest in relation.rest]
    made = make("opaque", values, ("rows", node.fingerprint))
    instance = instance_of(rows)
    attributes = tuple(
        Attribute(
            name,
            make("member", (instance, make("field_of", (made,), name))),
            binder.fresh(),
            at=node.at,
        )
        for name in node.columns
    )
    rest = () if node.columns else (Rest(instance, identity=binder.fresh()),)
    return Relation(attributes, Block(inner=(instance,)), rest)


def _found_so_far(anchor: Relation, result: Relation) -> Relation:
    """Return the recursion's rows so far as an input.

    What its columns were made from, over an instance of its own.
    """
    rows = make("recursion", (freeze_rows(anchor),))
    instance = instance_of(rows)
    attributes = tuple(
        replace(item, expression=make("member", (instance, item.expression)), qualifier=())
        for item in result.visible()
    )
    return Relation(attributes, Block(inner=(instance,)))


def freeze_rows(relation: Relation) -> Expression:
    """Return the row set of a relation whose join graph is settled."""
    return freeze(relation, SideNotes())[1]

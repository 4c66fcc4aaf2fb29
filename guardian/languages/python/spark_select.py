"""Methods of a DataFrame that make columns: `select`, `withColumn`, `selectExpr`."""

import ast
from collections.abc import Sequence

import msgspec
from sqlglot import exp

from guardian.languages.expressions import parts
from guardian.languages.python.each_column import EachColumn
from guardian.languages.python.machine import Machine, flat
from guardian.languages.python.spark_columns import Column, named_column
from guardian.languages.python.spark_each import (
    APPROXIMATE,
    Entry,
    each_opaque,
    for_each,
    is_plain,
    with_each,
)
from guardian.languages.python.spark_frames import (
    Frame,
    Method,
    columns,
    made,
    place_of,
    text_of,
    unclear,
)
from guardian.languages.python.spark_functions import parse_expression
from guardian.languages.python.spark_generators import find_generator, generate
from guardian.languages.python.spark_state import add, column_name, item, state_of
from guardian.languages.python.values import Call, Unknown, Value, plain, to_text
from guardian.model.lineage import Location
from guardian.model.plan import (
    Aggregate,
    AggregateCall,
    Alias,
    Drop,
    Expr,
    Handle,
    Item,
    Join,
    Project,
    Ref,
    WithColumns,
    unlisted,
)


def select(frame: Frame, call: Call) -> Frame:
    """Return `df.select(...)`."""
    single = len(call.args) == 1 and isinstance(call.args[0], list | tuple)
    values = flat(call.args)
    entries = [
        (
            value,
            place_of(call, 0 if single else index, value=value),
            text_of(call, 0 if single else index, value=value),
        )
        for index, value in enumerate(values)
    ]
    if single:
        entries = [
            (value, *_element_place(value, index, at, text, call))
            for index, (value, at, text) in enumerate(entries)
        ]
    return project(frame, entries, call)


def _element_place(
    value: Value, index: int, at: Location, text: str, call: Call
) -> tuple[Location, str]:
    """Return where and how an element of a list is written, the list where that is not known."""
    node = call.syntax(0)
    written = call.args[0]
    elements = node.elts if isinstance(node, ast.List | ast.Tuple) else []
    alike = isinstance(written, list | tuple) and len(elements) == len(written)
    if alike and not isinstance(elements[index], ast.Starred):
        return call.machine.at(elements[index]), call.machine.text(elements[index])
    if isinstance(value, Column) and value.origin is not None:
        module, made_by = value.origin
        return module.location(made_by), module.segment(made_by)
    is_name = isinstance(value, str) and not isinstance(value, EachColumn)
    return at, plain(to_text(value)) if is_name else text


def project(frame: Frame, entries: Sequence[Entry], call: Call) -> Frame:
    """Return a projection of `entries` (value, place, text), generators made into rows first."""
    others = [value for value, _, _ in entries if not is_plain(value)]
    if others:
        alike = for_each(frame, entries, call)
        if alike is not None:
            return alike
        if len(others) == len(entries) or not all(map(_is_unknown, others)):
            return each_opaque(frame, entries, call)
        call.machine.warn(APPROXIMATE, call.at)
    frame, listed = _with_frame_stars(frame, entries, call.machine)
    _note_spellings(frame, listed, call.machine)
    handle = frame.handle
    items: list[Item] = []
    for value, at, text in listed:
        if _is_unknown(value):
            items.append(Item(unlisted(text), None, at, text))
            continue
        found = find_generator(value)
        if found is None:
            items.append(item(call.machine, value, at, text))
        else:
            place = (at, text, len(items))
            handle, made_items = generate(call.machine, handle, value, found, place)
            items.extend(made_items)
    if any(isinstance(part, AggregateCall) for each in items for part in parts(each.expr)):
        # All rows are one group: `df.select(F.max("a"))`.
        whole = Aggregate(
            input=handle, items=tuple(items), alias_keys=False, lateral=True, at=call.at,
            text=call.text,
        )  # fmt: skip
        return made(call, whole)
    # Spark lets an item name an earlier one, where no column has that name.
    return made(call, Project(handle, tuple(items), lateral=True))


def _note_spellings(frame: Frame, entries: Sequence[Entry], machine: Machine) -> None:
    """Note how columns are written that a frame of unknown columns is asked for by name."""
    if columns(frame, machine) is None:
        for value, _, _ in entries:
            if isinstance(value, str | Column) and not isinstance(value, EachColumn):
                state_of(machine).file.named(column_name(value))


def _is_unknown(value: Value) -> bool:
    return isinstance(value, Unknown) and not isinstance(value, EachColumn)


def _with_frame_stars(
    frame: Frame, entries: Sequence[Entry], machine: Machine
) -> tuple[Frame, list[Entry]]:
    """Return what to select from, and the entries with `other["*"]` as that frame's columns."""
    made_entries: list[Entry] = []
    for value, at, text in entries:
        other = _star_frame(value)
        if other is None or other == frame.handle:
            made_entries.append((value, at, text))
            continue
        names = columns(Frame(other), machine)
        if names is not None:
            made_entries.extend((named_column(name, other), at, text) for name in names)
            continue
        frame, qualifier = _side(frame, other, machine)
        if not qualifier:
            machine.warn("the columns of this frame's `*` are not known; all columns are taken", at)
        made_entries.append((named_column(f"{qualifier}.*") if qualifier else value, at, text))
    return frame, made_entries


def _side(frame: Frame, other: Handle, machine: Machine) -> tuple[Frame, str]:
    """Return the frame, and what its columns that come from `other` are qualified by.

    A side of a join gets a name of its own where its author gave it none.
    """
    builder = state_of(machine).file.builder
    node, side = builder[frame.handle], builder[other]
    if isinstance(side, Alias):
        return frame, side.name
    if not isinstance(node, Join) or other not in {node.left, node.right}:
        return frame, ""
    if node.left == node.right or any(part.qualifier for part in _refs(node.on)):
        return frame, ""
    name = f"__side_{other}"
    named = add(machine, Alias(other, name))
    changes = {"left": named} if other == node.left else {"right": named}
    return Frame(add(machine, msgspec.structs.replace(node, **changes))), name


def _refs(expr: Expr | None) -> list[Ref]:
    """Return the columns that a condition names."""
    found: list[Ref] = []
    pending: list[object] = [expr]
    while pending:
        part = pending.pop()
        if isinstance(part, Ref):
            found.append(part)
        elif isinstance(part, tuple):
            pending.extend(part)
        elif isinstance(part, msgspec.Struct):
            pending.extend(getattr(part, name) for name in part.__struct_fields__)
    return found


def _star_frame(value: Value) -> Handle | None:
    if not isinstance(value, Column) or value.expr is not None:
        return None
    if not isinstance(value.tree, exp.Star):
        return None
    handle = value.tree.meta.get("frame")
    return handle if isinstance(handle, int) else None


def with_column(frame: Frame, call: Call) -> Value:
    """Return `df.withColumn(name, column)`."""
    name, value = call.value(0, "colName"), call.value(1, "col")
    at, text = place_of(call, 1, "col"), text_of(call, 1, "col")
    if call.syntax(0, "colName") is not None:
        at = place_of(call, 0, "colName")
    return _with(frame, [(name, value, at, text)], call)


def with_columns(frame: Frame, call: Call) -> Value:
    """Return `df.withColumns({name: column})`."""
    mapping = call.value(0, "colsMap")
    if not isinstance(mapping, dict):
        return unclear(frame, call, "withColumns")
    node = call.syntax(0, "colsMap")
    places = dict_places(node, call)
    entries = [
        (name, value, *(places[index] if index < len(places) else (call.at, call.text)))
        for index, (name, value) in enumerate(mapping.items())
    ]
    return _with(frame, entries, call)


def dict_places(node: object, call: Call) -> list[tuple[Location, str]]:
    """Return where each entry of a dict is written and the text of its value; none if unknown."""
    if not isinstance(node, ast.Dict) or None in node.keys:
        return []
    return [
        (call.machine.at(key), call.machine.text(value))
        for key, value in zip(node.keys, node.values, strict=True)
    ]


def _with(frame: Frame, entries: Sequence[tuple[Value, Value, Location, str]], call: Call) -> Value:
    handle = frame.handle
    hidden: list[Expr] = []
    items: list[Item] = []
    for name, value, at, text in entries:
        if isinstance(name, EachColumn) or (isinstance(value, Column) and value.each is not None):
            return with_each(frame, name, (value, at, text), call)
        found = find_generator(value)
        if found is None:
            items.append(item(call.machine, value, at, text, column_name(name) or to_text(name)))
            continue
        handle, generated = generate(call.machine, handle, value, found, (at, text, len(items)))
        hidden.extend(part.expr for part in generated if isinstance(part.expr, Ref))
        named = state_of(call.machine).file.named(column_name(name))
        items.append(Item(generated[-1].expr, named, at, text))
    result = made(call, WithColumns(handle, tuple(items)))
    return made(call, Drop(result.handle, tuple(hidden))) if hidden else result


def select_expr(frame: Frame, call: Call) -> Value:
    """Return `df.selectExpr(...)`."""
    entries: list[Entry] = []
    for index, value in enumerate(flat(call.args)):
        if isinstance(value, EachColumn) or not isinstance(value, str):
            entries.append((value, call.at, call.text))
            continue
        at = place_of(call, index)
        entries.append((parse_expression(value, call), at, plain(value)[:300]))
    return project(frame, entries, call)


SELECT_METHODS: dict[str, Method] = {
    "select": select,
    "withColumn": with_column,
    "withColumns": with_columns,
    "selectExpr": select_expr,
}

"""Columns that are made one from each column of a frame, whichever these are."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from sqlglot import exp

from guardian.languages.python.each_column import EachColumn
from guardian.languages.python.fingerprints import digest, values_fingerprint
from guardian.languages.python.machine import Machine
from guardian.languages.python.spark_columns import Column, Tree, identifier
from guardian.languages.python.spark_frames import Frame, made
from guardian.languages.python.spark_generators import find_generator
from guardian.languages.python.spark_state import DIALECT, column_name, lower
from guardian.languages.python.values import Call, Unknown, Value
from guardian.model.lineage import Location
from guardian.model.names import fold
from guardian.model.plan import Drop, FrameRef, Item, Opaque, Ref, WithColumns

APPROXIMATE = (
    "these columns are computed from a list that is not known; their lineage is approximate"
)
KEEPS_NAME = ((), (EachColumn.NAME,))
# A value that is to be a column, where it is written, and its text.
Entry: TypeAlias = tuple[Value, Location, str]


def is_plain(value: Value) -> bool:
    """Return whether a value is a column, or a name, that is passed on or computed by itself."""
    if isinstance(value, EachColumn):
        return value.certain
    if isinstance(value, Column) and value.each is not None:
        return not value.changed and value.each.certain and value.names in KEEPS_NAME
    return not isinstance(value, Unknown)


def each_opaque(frame: Frame, entries: Sequence[Entry], call: Call) -> Frame:
    """Return a projection over columns that are not known by name.

    Connected, but not understood.
    """
    call.machine.warn(APPROXIMATE, call.at)
    code = values_fingerprint(value for value, _, _ in entries)
    node = Opaque(inputs=(frame.handle,), fingerprint=code, keeps=True, reason="select", at=call.at)
    return made(call, node)


def each_item(tree: Tree, at: Location, text: str, machine: Machine) -> Item:
    """Return the item that stands for every column, its expression over `{column}`."""
    return Item(lower(machine, tree, at), EachColumn.NAME, at, text)


def each_changed(frame: Frame, changed: Item, call: Call) -> Frame:
    """Return every column changed as the item says.

    The columns that nobody tells are changed, too, where no item reaches them: a fingerprint holds
    what is done to them.
    """
    node = Opaque(
        inputs=(frame.handle,),
        fingerprint=digest(repr(changed.expr)),
        keeps=True,
        reason="columns",
        at=changed.at,
    )
    return made(call, WithColumns(made(call, node).handle, (changed,)))


def for_each(frame: Frame, entries: Sequence[Entry], call: Call) -> Frame | None:
    """Return a projection that changes every column alike.

    None where that is not all that it does. Columns that it leaves out, or leaves as they were, are
    named.
    """
    changed = [(value, at, text) for value, at, text in entries if not is_plain(value)]
    others = [entry for entry in entries if is_plain(entry[0])]
    value, at, text = changed[0]
    tree = _over_each(value) if len(changed) == 1 and _keeps_name(value) else None
    each = value.each if isinstance(value, Column) else None
    if tree is None or each is None or each.handle != frame.handle:
        return None
    kept = {column_name(other).lower(): (at, text) for other, at, text in others}
    if not set(kept) <= {name.lower() for name in each.excluded}:
        return None
    return _changed_but(frame, each_item(tree, at, text, call.machine), each, kept, call)


def _changed_but(
    frame: Frame,
    changed: Item,
    each: EachColumn,
    kept: Mapping[str, tuple[Location, str]],
    call: Call,
) -> Frame:
    """Return every column changed, but for those excluded: they stay as they were, or go."""
    made_frame = each_changed(frame, changed, call)
    gone = tuple(Ref(fold(name, DIALECT)) for name in each.excluded if name.lower() not in kept)
    same = tuple(
        Item(FrameRef(frame.handle, fold(name, DIALECT)), fold(name, DIALECT), *place)
        for name, place in kept.items()
    )
    if same:
        made_frame = made(call, WithColumns(made_frame.handle, same))
    return made(call, Drop(made_frame.handle, gone)) if gone else made_frame


def _keeps_name(value: Value) -> bool:
    """Return whether a column made of each has that one's name: it is given, or it is cast."""
    if not isinstance(value, Column) or value.names:
        return isinstance(value, Column) and value.names == (EachColumn.NAME,)
    return isinstance(value.tree, exp.Cast) and isinstance(value.tree.this, exp.Star)


def _over_each(value: Value) -> Tree | None:
    """Return what is computed of each column, over `{column}`; None where that cannot be said."""
    if not isinstance(value, Column) or value.each is None or not value.each.certain:
        return None
    if find_generator(value) is not None or value.tree.find(exp.Window) is not None:
        return None
    tree = value.tree.copy()
    for star in list(tree.find_all(exp.Star)):
        if not isinstance(star.parent, exp.Count):
            star.replace(exp.Column(this=identifier(EachColumn.NAME)))
    return tree


def with_each(frame: Frame, name: Value, entry: Entry, call: Call) -> Frame:
    """Return `withColumn` of each column in turn: changed in its place."""
    value, at, text = entry
    tree = _over_each(value)
    if tree is not None and isinstance(name, EachColumn) and isinstance(value, Column):
        kept = {part.lower(): (at, text) for part in name.excluded}
        changed = each_item(tree, at, text, call.machine)
        return _changed_but(frame, changed, name, kept, call)
    return each_opaque(frame, [entry], call)

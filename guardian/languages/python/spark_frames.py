"""PySpark's DataFrame: each method as the operator of the plan that it means."""

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlglot import exp

from guardian.languages.python.catalog import columns_of
from guardian.languages.python.each_column import EachColumn
from guardian.languages.python.fingerprints import call_fingerprint, digest, values_fingerprint
from guardian.languages.python.machine import Machine, flat
from guardian.languages.python.overriding import override
from guardian.languages.python.spark_columns import (
    Column,
    Tree,
    as_tree,
    identifier,
    named_column,
)
from guardian.languages.python.spark_functions import parse_expression
from guardian.languages.python.spark_generators import find_generator, generate
from guardian.languages.python.spark_state import (
    DIALECT,
    add,
    column_name,
    item,
    lower,
    state_of,
)
from guardian.languages.python.values import (
    MISSING,
    Call,
    Collected,
    Unknown,
    Value,
    plain,
    to_text,
)
from guardian.model.lineage import Location
from guardian.model.names import fold
from guardian.model.plan import (
    Alias,
    Drop,
    Expr,
    FrameRef,
    Handle,
    Item,
    Opaque,
    Operator,
    Project,
    Ref,
    WithColumns,
)


@dataclass(frozen=True)
class Frame:
    """A DataFrame: a handle of the file's plan."""

    handle: Handle
    spark_type = "DataFrame"

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return `columns`, `write` and their like, or a column."""
        if name in METHODS or name in ACTIONS or name in UNCHANGED:
            return MISSING
        maker = PROPERTIES.get(name)
        if maker is not None:
            return maker(self, machine)
        return MISSING if name.startswith("__") else named_column(name, self.handle)

    def invoke(self, name: str, call: Call) -> Value:
        """Return what a method gives."""
        if name in UNCHANGED:
            return self
        if name in ACTIONS:
            if name not in IDLE:
                collected(call, self.handle)
            return Collected(name, weak=True, handles=(self.handle,))
        method = METHODS.get(name)
        if method is not None:
            return method(self, call)
        maker = PROPERTIES.get(name)
        if maker is not None:
            return call.machine.call(maker(self, call.machine), call)
        if name in {"__iter__", "__call__"}:
            return Unknown(handles=(self.handle,))
        call.machine.warn(
            f"the DataFrame method `{name}` is not known; its columns are taken as they were",
            call.at,
        )
        others = [value.handle for value in call.args if isinstance(value, Frame)]
        return self.opaque(call, name, others)

    def opaque(self, call: Call, name: str, others: Sequence[Handle]) -> "Frame":
        """Return the frame behind a method that is not understood."""
        return made(
            call,
            Opaque(
                inputs=(self.handle, *others), fingerprint=call_fingerprint(name, call), keeps=True,
                reason=name, at=call.at,
            ),
        )  # fmt: skip

    @override
    def __eq__(self, other: object) -> bool:
        """Two frames of one handle are one."""
        return isinstance(other, Frame) and other.handle == self.handle

    @override
    def __hash__(self) -> int:
        """Hash by the handle."""
        return hash(self.handle)


def collected(call: Call, handle: Handle) -> None:
    """Note that rows are brought out of Spark: the job reads their datasets, written or not."""
    if not call.machine.importing:
        state_of(call.machine).file.collected.setdefault(handle, call.at)


def made(call: Call, node: Operator) -> Frame:
    """Return the frame of a new operator."""
    return Frame(add(call.machine, node))


def frame_of(value: Value, machine: Machine, why: str = "") -> Frame | None:
    """Return `value` as a frame; an unknown one that stems from frames keeps them connected."""
    if isinstance(value, Frame):
        return value
    inner = getattr(value, "frame", None)
    if isinstance(inner, Frame):
        return inner
    if isinstance(value, Unknown):
        reason = value.name or why or "unknown"
        node = Opaque(
            inputs=value.handles,
            fingerprint=reason,
            keeps=len(value.handles) == 1,
            reason=plain(reason),
        )
        return Frame(add(machine, node))
    return None


def columns(frame: Frame, machine: Machine) -> tuple[str, ...] | None:
    """Return the names of a frame's columns where they are known."""
    file = state_of(machine).file
    return columns_of(file.builder, frame.handle, file.columns, file.catalog)


def column_list(frame: Frame, machine: Machine) -> list[Value]:
    """Return `df.columns`: names, or one that stands for each of them."""
    found = columns(frame, machine)
    return [EachColumn.of(frame.handle)] if found is None else list(found)


def text_of(call: Call, position: int, name: str = "", value: Value = None) -> str:
    """Return the author's text of an argument; where that has none, of the call that made `value`.

    Else of the whole call.
    """
    node = call.syntax(position, name)
    if node is None and isinstance(value, Column) and value.origin is not None:
        module, made_by = value.origin
        return module.segment(made_by)
    return call.machine.text(node) or call.text


def place_of(call: Call, position: int, name: str = "", value: Value = None) -> Location:
    """Return where an argument is written; where that is not known, the call that made `value`.

    Else the whole call.
    """
    node = call.syntax(position, name)
    if node is None and isinstance(value, Column) and value.origin is not None:
        module, made_by = value.origin
        return module.location(made_by)
    return call.machine.at(node) if node is not None else call.at


# --- projections ----------------------------------------------------------------------------------


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


Entry: TypeAlias = tuple[Value, Location, str]


def project(frame: Frame, entries: Sequence[Entry], call: Call) -> Frame:
    """Return a projection of `entries` (value, place, text), generators made into rows first."""
    if not all(_is_plain(value) for value, _, _ in entries):
        return _for_each(frame, entries, call) or _each_changed(frame, entries, call)
    handle = frame.handle
    items: list[Item] = []
    for value, at, text in _with_frame_stars(frame, entries, call.machine):
        found = find_generator(value)
        if found is None:
            items.append(item(call.machine, value, at, text))
        else:
            place = (at, text, len(items))
            handle, made_items = generate(call.machine, handle, value, found, place)
            items.extend(made_items)
    return made(call, Project(handle, tuple(items)))


def _with_frame_stars(frame: Frame, entries: Sequence[Entry], machine: Machine) -> list[Entry]:
    """Return the entries with `other["*"]` as that frame's columns, where these are known."""
    made_entries: list[Entry] = []
    for value, at, text in entries:
        other = _star_frame(value)
        names = columns(Frame(other), machine) if other is not None else None
        if other is None or other == frame.handle:
            made_entries.append((value, at, text))
        elif names is None:
            machine.warn("the columns of this frame's `*` are not known; all columns are taken", at)
            made_entries.append((value, at, text))
        else:
            made_entries.extend((named_column(name, other), at, text) for name in names)
    return made_entries


def _star_frame(value: Value) -> Handle | None:
    if not isinstance(value, Column) or not isinstance(value.tree, exp.Star):
        return None
    handle = value.tree.meta.get("frame")
    return handle if isinstance(handle, int) else None


def _is_plain(value: Value) -> bool:
    if isinstance(value, EachColumn):
        return value.certain
    if isinstance(value, Column) and value.each is not None:
        return not value.changed and value.each.certain
    return not isinstance(value, Unknown)


def _each_changed(frame: Frame, entries: Sequence[Entry], call: Call) -> Frame:
    """Return a projection over columns that are not known by name.

    Connected, but not understood.
    """
    call.machine.warn(
        "these columns are computed from a list that is not known; their lineage is approximate",
        call.at,
    )
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
    return made(call, Project(made(call, node).handle, (changed,)))


def _for_each(frame: Frame, entries: Sequence[Entry], call: Call) -> Frame | None:
    """Return a projection that changes every column alike.

    None where that is not all that it does. Columns that it leaves out, or leaves as they were, are
    named.
    """
    changed = [(value, at, text) for value, at, text in entries if not _is_plain(value)]
    others = [entry for entry in entries if _is_plain(entry[0])]
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
            return _with_each(frame, name, (value, at, text), call)
        found = find_generator(value)
        if found is None:
            items.append(item(call.machine, value, at, text, column_name(name) or to_text(name)))
            continue
        handle, generated = generate(call.machine, handle, value, found, (at, text, len(items)))
        hidden.extend(part.expr for part in generated if isinstance(part.expr, Ref))
        items.append(Item(generated[-1].expr, fold(column_name(name), DIALECT), at, text))
    result = made(call, WithColumns(handle, tuple(items)))
    return made(call, Drop(result.handle, tuple(hidden))) if hidden else result


def _with_each(frame: Frame, name: Value, entry: Entry, call: Call) -> Frame:
    """Return `withColumn` of each column in turn: changed in its place."""
    value, at, text = entry
    tree = _over_each(value)
    if tree is not None and isinstance(name, EachColumn) and isinstance(value, Column):
        kept = {part.lower(): (at, text) for part in name.excluded}
        changed = each_item(tree, at, text, call.machine)
        return _changed_but(frame, changed, name, kept, call)
    return _each_changed(frame, [entry], call)


def unclear(frame: Frame, call: Call, what: str) -> Frame:
    """Return the frame as it was, with a warning: what the method is given is not known."""
    call.machine.warn(
        f"the arguments of `{what}` are not known here; its columns are taken as they were", call.at
    )
    return frame.opaque(call, what, [])


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


# --- elements and schemas -------------------------------------------------------------------------


def get_item(frame: Frame, call: Call) -> Value:
    """Return `df["x"]`, `df[["a", "b"]]`, `df[condition]`, `df[0]`."""
    key = call.value(0)
    if isinstance(key, EachColumn):
        return named_column(key)
    if isinstance(key, str):
        return frame_column(frame, key, call.machine)
    if isinstance(key, list | tuple):
        return select(frame, call)
    if isinstance(key, Column):
        return METHODS["where"](frame, call)
    names = columns(frame, call.machine)
    if isinstance(key, int) and names is not None and -len(names) <= key < len(names):
        return named_column(names[key], frame.handle)
    return named_column(plain(to_text(key)), frame.handle)


def frame_column(frame: Frame, name: str, machine: Machine) -> Column:
    """Return `df["name"]`; a name that an alias qualifies is looked up by that."""
    node = state_of(machine).file.builder[frame.handle]
    first, dot, _ = plain(name).partition(".")
    if dot and isinstance(node, Alias) and node.name == first.lower():
        return named_column(name)
    if name == "*":
        star = exp.Star()
        star.meta["frame"] = frame.handle
        return Column(star)
    return named_column(name, frame.handle)


def col_regex(frame: Frame, _: Call) -> Value:
    """Return `df.colRegex(...)`: columns that only a schema would tell."""
    return Column(
        as_tree(EachColumn.of(frame.handle).partial(), literal=False),
        each=EachColumn.of(frame.handle).partial(),
    )


Method: TypeAlias = Callable[[Frame, Call], Value]
METHODS: dict[str, Method] = {
    "select": select, "withColumn": with_column, "withColumns": with_columns,
    "selectExpr": select_expr,
    "__getitem__": get_item, "colRegex": col_regex,
}  # fmt: skip
# Methods that give the same rows and columns.
UNCHANGED = frozenset({
    "cache", "persist", "unpersist", "repartition", "coalesce", "checkpoint", "localCheckpoint",
    "hint",
    "repartitionByRange", "withWatermark", "observe", "to_spark", "toDF_", "tail_",
})  # fmt: skip
ACTIONS = frozenset({
    "count", "show", "collect", "first", "head", "take", "tail", "toPandas", "isEmpty",
    "printSchema", "explain",
    "foreach", "foreachPartition", "toLocalIterator", "describe_", "approxQuantile", "corr", "cov",
    "inputFiles",
    "toJSON", "to_koalas", "pandas_api", "display", "isLocal", "toArrow", "storageLevel",
})  # fmt: skip
# Actions that need no row.
IDLE = frozenset({"printSchema", "explain", "inputFiles", "isLocal", "storageLevel"})
PROPERTIES: dict[str, Callable[[Frame, Machine], Value]] = {
    "columns": column_list,
    "stat": lambda frame, _: Collected("stat", handles=(frame.handle,)),
    "sparkSession": lambda *_: Unknown("spark"),
    "isStreaming": lambda *_: Unknown("isStreaming"),
}  # fmt: skip

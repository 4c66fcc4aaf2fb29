"""PySpark's DataFrame: each method as the operator of the plan that it means."""

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlglot import exp

from guardian.languages.python.catalog import columns_of
from guardian.languages.python.each_column import EachColumn
from guardian.languages.python.fingerprints import call_fingerprint, values_fingerprint
from guardian.languages.python.machine import Machine, flat
from guardian.languages.python.overriding import override
from guardian.languages.python.spark_columns import (
    Column,
    Tree,
    as_tree,
    identifier,
    named_column,
)
from guardian.languages.python.spark_functions import GENERATORS, parse_expression
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
    Generate,
    Handle,
    Item,
    Opaque,
    Operator,
    Project,
    Ref,
    Star,
    WithColumns,
)
from guardian.model.plan import Call as PlanCall

GENERATOR_NODES: dict[type[exp.Expr], str] = {
    exp.Explode: "explode", exp.ExplodeOuter: "explode_outer", exp.Posexplode: "posexplode",
    exp.PosexplodeOuter: "posexplode_outer", exp.Inline: "inline",
}  # fmt: skip


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


def text_of(call: Call, position: int, name: str = "") -> str:
    """Return the author's text of an argument, of the whole call where that has none."""
    return call.machine.text(call.syntax(position, name)) or call.text


def place_of(call: Call, position: int, name: str = "") -> Location:
    """Return where an argument is written, the call where that is not known."""
    node = call.syntax(position, name)
    return call.machine.at(node) if node is not None else call.at


# --- projections ----------------------------------------------------------------------------------


def select(frame: Frame, call: Call) -> Frame:
    """Return `df.select(...)`."""
    single = len(call.args) == 1 and isinstance(call.args[0], list | tuple)
    values = flat(call.args)
    entries = [
        (value, place_of(call, 0 if single else index), text_of(call, 0 if single else index))
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
    is_name = isinstance(value, str) and not isinstance(value, EachColumn)
    return at, plain(to_text(value)) if is_name else text


Entry: TypeAlias = tuple[Value, Location, str]


def project(frame: Frame, entries: Sequence[Entry], call: Call) -> Frame:
    """Return a projection of `entries` (value, place, text), generators made into rows first."""
    uncertain = next((value for value, _, _ in entries if not _is_plain(value)), None)
    if uncertain is not None:
        return _each_changed(frame, entries, call)
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


def find_generator(value: Value) -> Tree | None:
    """Return the generator inside a column; None where there is none."""
    if not isinstance(value, Column):
        return None
    for node in value.tree.walk(prune=lambda inner: isinstance(inner, exp.Query)):
        if type(node) in GENERATOR_NODES:
            return node
        if isinstance(node, exp.Anonymous) and str(node.this).lower() in GENERATORS:
            return node
    return None


def generate(
    machine: Machine, handle: Handle, value: Value, found: Tree, place: tuple[Location, str, int]
) -> tuple[Handle, list[Item]]:
    """Return the rows that a generator makes, and the items that take their columns.

    `place` is where and how it is written, and how many items stand before it.
    """
    at, text, index = place
    assert isinstance(value, Column)  # noqa: S101 - find_generator found it in a column
    name = GENERATOR_NODES.get(type(found)) or str(found.this).lower()
    arguments = found.expressions if isinstance(found, exp.Anonymous) else [found.this]
    expr = PlanCall(name, tuple(lower(machine, argument, at) for argument in arguments))
    defaults = GENERATORS[name]
    alone = found is value.tree
    names = value.names if alone and value.names else defaults
    # Names that nothing else has: the generator may replace the very column that it reads.
    hidden = tuple(f"__{name}_{index}_{position}" for position in range(len(names)))
    fields = name.startswith("inline")
    node = Generate(
        input=handle,
        generator=expr,
        columns=tuple(fold(each, DIALECT) for each in names) if fields else hidden,
        qualifier=f"__{name}_{index}" if fields else "",
        outer=name.endswith("_outer"),
        fields=fields,
        at=at,
    )
    generated = add(machine, node)
    if fields:
        return generated, [Item(Star((node.qualifier,)), None, at, text)]
    if alone:
        items = [
            Item(Ref(inner), fold(outer, DIALECT), at, text)
            for inner, outer in zip(hidden, names, strict=True)
        ]
        return generated, items
    copy = value.tree.copy()
    inner_found = find_generator(Column(copy))
    if inner_found is not None:
        inner_found.replace(exp.Column(this=identifier(hidden[-1])))
    rest = item(machine, Column(copy, names=value.names), at, text)
    return generated, [rest]


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
            return _each_changed(frame, [(value, at, text)], call)
        found = find_generator(value)
        if found is None:
            items.append(item(call.machine, value, at, text, column_name(name) or to_text(name)))
            continue
        handle, generated = generate(call.machine, handle, value, found, (at, text, len(items)))
        hidden.extend(part.expr for part in generated if isinstance(part.expr, Ref))
        items.append(Item(generated[-1].expr, fold(column_name(name), DIALECT), at, text))
    result = made(call, WithColumns(handle, tuple(items)))
    return made(call, Drop(result.handle, tuple(hidden))) if hidden else result


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
PROPERTIES: dict[str, Callable[[Frame, Machine], Value]] = {
    "columns": column_list,
    "stat": lambda frame, _: Collected("stat", handles=(frame.handle,)),
    "sparkSession": lambda *_: Unknown("spark"),
    "isStreaming": lambda *_: Unknown("isStreaming"),
}  # fmt: skip

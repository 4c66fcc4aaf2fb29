"""Polars' DataFrame and LazyFrame, and the columns that its expressions stand for."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from sqlglot import exp

from guardian.languages.python.frames.files import FILE_WRITERS, TABLE_WRITERS, write_frame
from guardian.languages.python.frames.pandas_frame import Labels
from guardian.languages.python.frames.polars_terms import KEEPS, Expr, listed, windowed
from guardian.languages.python.frames.rows import known_columns, name_of, opaque
from guardian.languages.python.frames.terms import Term, column_of
from guardian.languages.python.machine import Machine
from guardian.languages.python.spark_columns import Tree
from guardian.languages.python.spark_frames import Frame, column_list
from guardian.languages.python.values import MISSING, Call, Collected, Unknown, Value
from guardian.model.plan import Handle

Entry: TypeAlias = tuple[str, Term, str]
PATTERN_LIMIT = 200
SLOW = re.compile(r"\)[*+{?]|[*+}][*+{]")


@dataclass(frozen=True, eq=False)
class PolarsFrame:
    """A frame of Polars, eager or lazy: a plan."""

    handle: Handle
    spark_type = "DataFrame"

    @property
    def frame(self) -> Frame:
        """Return the rows as Spark takes them."""
        return Frame(self.handle)

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return the names of the columns; all else is called."""
        if name == "columns":
            return Labels(column_list(Frame(self.handle), machine))
        if name == "write":
            return MISSING
        if name in {"schema", "dtypes", "height", "width", "shape", "plot", "flags"}:
            return Unknown(name, weak=True)
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return what a method gives."""
        method = METHODS.get(name)
        if method is not None:
            return method(self, call)
        if name in UNCHANGED:
            return self
        if name in FILE_WRITERS or name in TABLE_WRITERS:
            return self._written(name, call)
        if name in COLLECTING:
            return Collected(name, weak=True, handles=(self.handle,))
        if name == "__iter__":
            return [self]
        return PolarsFrame(opaque(call, [self.handle], name))

    def _written(self, name: str, call: Call) -> Value:
        from guardian.languages.python.sql_clients import client_dialect, dialect_of_url  # noqa: PLC0415 - it needs us

        dialect = client_dialect(call)
        if name == "write_database":
            dialect = dialect_of_url(call.value(1, "connection")) or dialect
        write_frame(self.handle, name, call, dialect or "spark")
        return None


Method: TypeAlias = Callable[[PolarsFrame, Call], Value]
# Filled by `polars_methods`, which needs what is above.
METHODS: dict[str, Method] = {}
UNCHANGED = frozenset({
    "lazy", "collect", "clone", "rechunk", "cache", "collect_async", "set_sorted", "shrink_to_fit",
    "profile_", "interpolate_", "reverse", "__enter__", "copy", "remote",
})  # fmt: skip
COLLECTING = frozenset({
    "rows", "iter_rows", "to_dicts", "to_dict", "to_numpy", "to_arrow", "item", "row", "describe",
    "glimpse", "is_empty", "n_unique", "to_series", "null_count", "estimated_size", "explain",
    "show_graph", "collect_schema", "equals", "to_init_repr", "is_duplicated", "hash_rows",
    "__len__", "get_columns", "to_torch", "__call__",
})  # fmt: skip


# --- expressions that stand for several columns ---------------------------------------------------


def expanded(frame: PolarsFrame, term: Expr, call: Call) -> list[Expr] | None:
    """Return an expression for each column that it stands for; None where they are not known."""
    stars = list(term.tree.find_all(exp.Star))
    stars = [star for star in stars if not isinstance(star.parent, exp.Count)]
    if not stars:
        return [term]
    names = _selected(known_columns(call.machine, frame.handle), stars[0])
    if names is None:
        return None
    made = []
    for name in names:

        def change(node: Tree, name: str = name) -> Tree:
            return column_of(name) if isinstance(node, exp.Star) else node

        made.append(replace(term, grown=term.tree.transform(change), names=(name,)))
    return made


def _selected(names: Sequence[str] | None, star: exp.Star) -> list[str] | None:
    if names is None:
        return None
    gone = {name_of(part.name) for part in star.args.get("except_") or ()}
    kept = [name for name in names if name not in gone]
    kind, text = star.meta.get(KEEPS, ("", ""))
    if kind == "starts_with":
        return [name for name in kept if name.startswith(tuple(text))]
    if kind == "ends_with":
        return [name for name in kept if name.endswith(tuple(text))]
    if kind == "contains":
        return [name for name in kept if any(part in name for part in text)]
    if kind == "pattern":
        usable = len(text) <= PATTERN_LIMIT and not SLOW.search(text)
        return [name for name in kept if re.search(text, name[:PATTERN_LIMIT])] if usable else None
    return None if kind else kept


def entries_of(frame: PolarsFrame, call: Call) -> list[Entry] | None:
    """Return the columns (name, expression, text) that a call names.

    None where not all of them are known.
    """
    given: list[tuple[str, Expr, str]] = []
    single = len(call.args) == 1 and isinstance(call.args[0], list | tuple)
    for index, value in enumerate(call.args):
        text = call.machine.text(call.syntax(0 if single else index))
        given.extend(("", term, "" if single else text) for term in listed([value]))
    for name, value in call.kwargs.items():
        text = call.machine.text(call.keyword_nodes.get(name))
        given.extend((name, term, text) for term in listed([value]))
    made: list[Entry] = []
    for name, term, text in given:
        several = expanded(frame, term, call)
        if several is None:
            return None
        before, after = term.affixes
        made.extend(
            (name or f"{before}{one.name or 'literal'}{after}", one, text) for one in several
        )
    return made


def over_rows(entries: Sequence[Entry]) -> list[Entry]:
    """Return entries with aggregates as values that stand beside each row."""
    return [
        (name, replace(term, grown=windowed(term.tree, ())), text)
        if term.tree.find(exp.AggFunc) is not None
        else (name, term, text)
        for name, term, text in entries
    ]

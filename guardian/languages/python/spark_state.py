"""What a Spark session holds while a file is read.

Its temporary views, its writes, and the plan they share.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from sqlglot import exp

from guardian.languages.expressions import Scope, lower_expression
from guardian.languages.expressions.items import item_name
from guardian.languages.expressions.rewriting import rewritten
from guardian.languages.python.catalog import RepositoryCatalog
from guardian.languages.python.frame_shapes import Shapes
from guardian.languages.python.machine import Machine
from guardian.languages.python.spark_calls import LABEL
from guardian.languages.python.spark_columns import Column, Tree, as_expr, as_tree
from guardian.languages.python.spark_types import StructType
from guardian.languages.python.udfs import MARK, Udf, opaque_udf
from guardian.languages.python.values import OPEN, SYMBOL, Unknown, Value, plain, symbol, to_text
from guardian.languages.sql import Script, lower_query
from guardian.languages.sql.state import State
from guardian.model.lineage import Column as ModelColumn
from guardian.model.lineage import Diagnostic, Location
from guardian.model.names import dataset_name as table_name
from guardian.model.names import fold, is_path, path_name
from guardian.model.plan import (
    Alias,
    Call,
    Declaration,
    Expr,
    Handle,
    Item,
    Opaque,
    Operator,
    PlanBuilder,
    Scan,
    Star,
    TableEdge,
    Write,
)

DIALECT = "spark"


@dataclass
class SqlResult:
    """What one SQL text did, kept so that another run at the same place does the same."""

    handle: Handle | None
    views: dict[str, Handle]
    writes: list[Write]
    declarations: list[Declaration]
    state: State


@dataclass
class FileState:
    """What all runs of one file share.

    Nodes, scans by where they are made, and SQL already lowered.
    """

    builder: PlanBuilder
    job: str
    catalog: RepositoryCatalog
    scans: dict[object, Handle] = field(default_factory=dict)
    statements: dict[object, SqlResult] = field(default_factory=dict)
    writes: dict[Write, None] = field(default_factory=dict)
    declarations: dict[Declaration, None] = field(default_factory=dict)
    tables: dict[TableEdge, None] = field(default_factory=dict)
    aliases: dict[tuple[str, str], None] = field(default_factory=dict)
    collected: dict[Handle, Location] = field(default_factory=dict)
    doubts: dict[Handle, tuple[str, Location]] = field(default_factory=dict)
    spellings: dict[str, str] = field(default_factory=dict)
    worked: bool = False
    shapes: Shapes = field(init=False)

    def __post_init__(self) -> None:
        """Let frames be asked for their columns."""
        self.shapes = Shapes(self.builder, self.catalog, self._written)

    def named(self, name: str) -> str:
        """Return the name of a column being made, folded; `spelled` gives it back as written."""
        folded = fold(name, DIALECT)
        if folded != name or folded in self.spellings:
            self.spellings[folded] = name
        return folded

    def spelled(self, name: str) -> str:
        """Return a folded name as the program writes it, which `df.columns` tells cases apart."""
        return self.spellings.get(name, name)

    def _written(self, dataset: str) -> Handle | None:
        """Return the plan of what was written to a dataset last."""
        plans = (write.plan for write in reversed(self.writes) if write.dataset == dataset)
        return next(plans, None)


@dataclass
class SessionState:
    """One run's session.

    `parameters` are the names that nobody passed, where a function is tried `alone`. `methods` are
    those that the program has given to DataFrame.
    """

    file: FileState
    views: dict[str, Handle] = field(default_factory=dict)
    configuration: dict[str, Value] = field(default_factory=dict)
    widgets: dict[str, Value] = field(default_factory=dict)
    seen: dict[object, int] = field(default_factory=dict)
    udfs: dict[str, Udf] = field(default_factory=dict)
    methods: dict[str, Value] = field(default_factory=dict)
    sql: State = field(default_factory=State)
    parameters: frozenset[str] = frozenset()
    alone: bool = False


def state_of(machine: Machine) -> SessionState:
    """Return the session of a run."""
    return cast("SessionState", machine.session)


def add(machine: Machine, node: Operator) -> Handle:
    """Return the handle of an operator of the file's plan."""
    state = state_of(machine)
    state.file.worked = True
    return state.file.builder.add(node)


# --- reading --------------------------------------------------------------------------------------


def dataset_name(text: str, dialect: str = DIALECT) -> str:
    """Return a dataset's name.

    A path keeps its case, a table's name is folded and loses its quotes.
    """
    name = plain(text).strip()
    if is_path(name) or "/" in SYMBOL.sub("", text):
        return path_name(name)
    if dialect != DIALECT:
        parts = re.sub(r'[`"\[\]]', "", name).split(".")
        return table_name([fold(part, dialect) for part in parts], dialect)
    # `LIVE.t` is table `t` of the same pipeline.
    return fold(name.replace("`", ""), DIALECT).removeprefix("live.")


def written_name(name: Value, hint: str) -> str:
    """Return a dataset's name as text.

    An empty one, or one that is no text, as the symbol `hint`.
    """
    text = to_text(name, hint=hint) if name is not None else ""
    return text if any(letter.isalnum() for letter in text) else symbol(hint)


def names_nothing(text: str, parameters: frozenset[str]) -> bool:
    """Return whether the last part of a name is nothing but parameters that nobody passed."""
    if not parameters or OPEN not in text:
        return False
    symbols = set(SYMBOL.findall(text))
    if not symbols & parameters:
        return False
    last = text.rstrip("/").rpartition("/")[2] if "/" in text else text.rpartition(".")[2]
    return not any(letter.isalnum() for letter in SYMBOL.sub("", last))


def scan(
    machine: Machine,
    name: Value,
    at: Location,
    columns: tuple[ModelColumn, ...] = (),
    hint: str = "",
) -> Handle:
    """Return the rows of a dataset, one identity for each place and round at which it is read."""
    state = state_of(machine)
    text = written_name(name, hint or "source")
    if names_nothing(text, state.parameters):
        return add(machine, Opaque(fingerprint="parameter", reason=plain(text), at=at))
    dataset = dataset_name(text)
    state.file.worked = True
    place = (dataset, at, machine.callers(), columns)
    count = state.seen[place] = state.seen.get(place, 0) + 1
    known = state.file.scans.get((place, count))
    if known is None:
        node = Scan(dataset=dataset, columns=columns, at=at)
        known = state.file.builder.add(node, fresh=True)
        state.file.scans[place, count] = known
    return known


def in_schema(machine: Machine, name: str) -> str:
    """Return a table's name behind the schema that `USE` or the catalog has set, if one is set."""
    state = state_of(machine).sql
    if not state.schema or "." in name or OPEN in name or is_path(name):
        return name
    return ".".join(state.qualified((name,), DIALECT))


def table(machine: Machine, name: Value, at: Location) -> Handle:
    """Return the rows that a table's name leads to.

    A temporary view of the session, or a dataset.
    """
    if isinstance(name, str):
        folded = dataset_name(name)
        view = state_of(machine).views.get(folded)
        if view is not None:
            return add(machine, Alias(view, folded.rpartition(".")[2]))
        name = in_schema(machine, name)
    return scan(machine, name, at, hint="table")


# --- expressions ----------------------------------------------------------------------------------


def scope_of(machine: Machine, at: Location) -> tuple[Scope, list[Diagnostic]]:
    """Return what a column's expression is lowered in, and the list that its warnings go to."""
    state = state_of(machine)
    warnings: list[Diagnostic] = []

    def query(tree: Tree, _: Scope) -> Handle:
        script = Script(
            builder=state.file.builder, dialect=DIALECT, path=at.file, job=state.file.job,
            first_line=at.line, views=dict(state.views), warnings=warnings,
        )  # fmt: skip
        return lower_query(tree, script)

    scope = Scope(
        builder=state.file.builder,
        dialect=DIALECT,
        path=at.file,
        at=at,
        relations=state.views,
        warnings=warnings,
        query=query,
    )
    return scope, warnings


def lower(machine: Machine, tree: Tree, at: Location) -> Expr:
    """Return a column's tree as an expression of the plan; its UDFs become opaque."""
    scope, warnings = scope_of(machine, at)
    expr = lower_expression(tree, scope)
    for warning in warnings:
        machine.warn(warning.message, Location(warning.file, warning.line))
    return rewritten(expr, lambda part: _completed(part, machine))


def lowered(machine: Machine, value: Value, at: Location, *, literal: bool = True) -> Expr:
    """Return a column, or a value used as one, as an expression of the plan."""
    expr = as_expr(value, literal=literal)
    if expr is None:
        return lower(machine, as_tree(value, literal=literal), at)
    if state_of(machine).udfs:
        return rewritten(expr, lambda part: _completed(part, machine))
    return expr


def _completed(part: Expr, machine: Machine) -> Expr | None:
    """Return a UDF's call with its code, None where there is nothing to add."""
    return _udf(part, machine) if isinstance(part, Call) else None


def _all(parts: Sequence[Expr], machine: Machine) -> tuple[Expr, ...]:
    return tuple(rewritten(part, lambda each: _completed(each, machine)) for part in parts)


def _udf(part: Call, machine: Machine) -> Expr | None:
    if part.name.startswith(MARK):
        fingerprint = part.name.removeprefix(MARK)
    else:
        registered = state_of(machine).udfs.get(part.name)
        if registered is None:
            return None
        fingerprint = registered.fingerprint
    return opaque_udf(fingerprint, _all(part.args, machine))


def item(machine: Machine, value: Value, at: Location, text: str, name: str | None = None) -> Item:
    """Return a column being made.

    Its expression, the name that Spark gives it, its place and text.
    """
    if name is None and isinstance(value, Column) and value.names:
        name = value.names[0]
    direct = as_expr(value, literal=False) is not None
    if direct and name is not None:
        expr = lowered(machine, value, at, literal=False)
        return Item(expr, state_of(machine).file.named(name), at, text)
    tree = as_tree(value, literal=False)
    if isinstance(tree, exp.Ordered):
        tree = tree.this
    expr = lowered(machine, value, at, literal=False) if direct else lower(machine, tree, at)
    if isinstance(expr, Star):
        return Item(expr, None, at, text)
    if name is not None:
        return Item(expr, state_of(machine).file.named(name), at, text)
    return Item(expr, natural_name(machine, tree, expr, at), at, text)


def natural_name(machine: Machine, tree: Tree, expr: Expr, at: Location) -> str | None:
    """Return the name that Spark gives a column without an alias.

    None where it is not a simple one.
    """
    if isinstance(tree, exp.Column) and not isinstance(tree.this, exp.Star):
        return fold(tree.name, DIALECT)
    if isinstance(label := tree.meta.get(LABEL), str):
        return fold(label, DIALECT)
    if isinstance(tree, exp.Cast | exp.TryCast):
        return (
            natural_name(machine, tree.this, lower(machine, tree.this, at), at)
            if isinstance(tree.this, exp.Column | exp.Cast)
            else None
        )
    if isinstance(tree, exp.Bracket) and isinstance(tree.this, exp.Column):
        key = tree.expressions[0] if tree.expressions else None
        if isinstance(key, exp.Literal) and key.is_string:
            return fold(f"{tree.this.name}.{key.name}", DIALECT)
    scope, _ = scope_of(machine, at)
    name = item_name(tree, expr, scope, 0) or _label(tree)
    return name and fold(name, DIALECT)


_SIGNS: dict[type[exp.Expr], str] = {
    exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%", exp.EQ: "=", exp.GT: ">",
    exp.LT: "<", exp.GTE: ">=", exp.LTE: "<=", exp.And: "AND", exp.Or: "OR",
}  # fmt: skip


def _label(tree: Tree) -> str | None:
    """Return an operator's or an aggregate's text as Spark makes a column's name of it."""
    if isinstance(tree, exp.Column):
        return fold(tree.name, DIALECT)
    if isinstance(tree, exp.Literal):
        return str(tree.this)
    if type(tree) in _SIGNS:
        left, right = _label(tree.this), _label(tree.args["expression"])
        return f"({left} {_SIGNS[type(tree)]} {right})" if left and right else None
    if isinstance(tree, exp.Neg | exp.Not):
        inner = _label(tree.this)
        return f"({'-' if isinstance(tree, exp.Neg) else 'NOT'} {inner})" if inner else None
    if isinstance(tree, exp.Sum | exp.Avg | exp.Min | exp.Max):
        inner = _label(tree.this)
        return f"{tree.key}({inner})" if inner else None
    if isinstance(tree, exp.Count) and isinstance(tree.this, exp.Distinct):
        parts = [_label(part) for part in tree.this.expressions]
        return f"count(DISTINCT {', '.join(part or '' for part in parts)})" if all(parts) else None
    if isinstance(tree, exp.IgnoreNulls | exp.First | exp.Last):
        inner = _label(tree.this)
        return inner if isinstance(tree, exp.IgnoreNulls) else f"{tree.key}({inner})"
    return None


def reference(machine: Machine, value: Value, at: Location) -> Expr:
    """Return the column that a name or a Column means."""
    return lowered(machine, value, at, literal=False)


def columns_of(schema: StructType | None, machine: Machine) -> tuple[ModelColumn, ...]:
    """Return the columns that a schema declares; none where there is no schema."""
    if schema is None:
        return ()
    for part in schema.fields:
        state_of(machine).file.named(part.name)
    return schema.columns()


def folded_names(values: Sequence[Value]) -> tuple[str, ...]:
    """Return names of columns, folded; a Column stands for its own name."""
    return tuple(fold(name, DIALECT) for name in (column_name(value) for value in values) if name)


def column_name(value: Value) -> str:
    """Return the name of the column that `value` is; empty where it is an expression."""
    if isinstance(value, str):
        return plain(value).replace("`", "")
    if isinstance(value, Column):
        return (
            value.names[0]
            if value.names
            else value.tree.name
            if isinstance(value.tree, exp.Column)
            else ""
        )
    if isinstance(value, Unknown):
        return plain(to_text(value))
    return ""

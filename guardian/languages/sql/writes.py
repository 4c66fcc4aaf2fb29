"""What a statement writes: the `Write`, and temporary tables that no `Write` is for."""

from dataclasses import dataclass

import msgspec
from sqlglot import exp

from guardian.languages.expressions import Scope
from guardian.languages.sql.names import temporary_name
from guardian.languages.sql.script import Script
from guardian.languages.sql.sharing import given, is_local
from guardian.model.lineage import Location
from guardian.model.plan import (
    Constant,
    Handle,
    Item,
    Opaque,
    Project,
    Ref,
    Rename,
    SetOperation,
    Values,
    Write,
    WriteOptions,
)

NULL = Constant("null", "")


@dataclass(frozen=True, slots=True)
class Head:
    """Where a statement stands, and its text."""

    at: Location
    text: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """The columns that a statement fills, and how rows are matched with them."""

    columns: tuple[str, ...] = ()
    positional: bool = False
    static: tuple[tuple[str, str], ...] = ()
    fitted: bool = False


def add_write(
    script: Script,
    dataset: str,
    plan: Handle,
    head: Head,
    options: WriteOptions,
    target: Target | None = None,
) -> None:
    """Note that the script writes `dataset`."""
    into = target or Target()
    if options.mode == "append":
        options = _filling(dataset, options, script)
    script.writes.append(
        Write(
            job=script.job, dataset=dataset, plan=plan, options=options, columns=into.columns,
            positional=into.positional, static=into.static, fitted=into.fitted, at=head.at,
            confidence=script.confidence, text=head.text, numbered=script.dialect == "duckdb",
        )
    )  # fmt: skip


def add_emptying(script: Script, dataset: str, plan: Handle, head: Head) -> None:
    """Note that the script takes all rows out of `dataset`."""
    add_write(script, dataset, plan, head, WriteOptions(mode="delete"))
    script.emptied[dataset] = script.writes[-1]


def _filling(dataset: str, options: WriteOptions, script: Script) -> WriteOptions:
    """Return the options of an append: behind a TRUNCATE of the same job it overwrites."""
    emptied = script.emptied.pop(dataset, None)
    if emptied is None or emptied.job != script.job or emptied not in script.writes:
        return options
    script.writes.remove(emptied)
    return msgspec.structs.replace(options, mode="overwrite")


# --- temporary tables -----------------------------------------------------------------------------


def temporary_of(table: exp.Expr, scope: Scope, script: Script) -> str | None:
    """Return the name of the temporary table or view that `table` is.

    None where it is a dataset.
    """
    node = table.this if isinstance(table, exp.Schema) else table
    name = temporary_name(node, scope)
    known = name in script.views or name in script.columns
    return name if known or is_temporary_name(name) else None


def is_temporary_name(name: str) -> bool:
    """Return whether T-SQL takes `name` for a temporary table or a table variable."""
    return name.startswith(("#", "@")) and "/" not in name


def rows_of_temporary(name: str, script: Script) -> Handle:
    """Return the rows that a temporary table has so far: none before the first INSERT."""
    known = script.views.get(name)
    if known is not None:
        return known
    rows = None if name in script.columns else given(name, script, None)
    if rows is not None:
        return rows
    if name.startswith("##") and name not in script.columns:  # any session may have filled it
        return script.builder.add(Opaque(fingerprint=name, reason="a temporary table"))
    return script.builder.add(Values(script.columns.get(name, ()), (), "empty"))


def insert_temporary(
    name: str, rows: Handle, columns: tuple[str, ...], script: Script, *, overwrite: bool = False
) -> None:
    """Add rows to a temporary table.

    Its declared columns filled by position or by the given list.
    """
    declared = script.columns.get(name, ())
    rows = in_order(rows, columns or script.filled(name), declared, script)
    like = script.shapes.get(name, "")
    if like and not columns:
        rows = script.builder.add(Rename(rows, like=like))
    known = script.views.get(name)
    if known is None and not declared and script.procedure and is_local(name):
        script.foreign.add(name)
    if known is None or overwrite or is_empty(known, script):
        script.views[name] = rows
        return
    before = script.builder[known]
    inputs = (
        before.inputs
        if isinstance(before, SetOperation) and before.all and before.kind == "union"
        else (known,)
    )
    script.views[name] = script.builder.add(
        SetOperation(
            kind="union",
            inputs=(*inputs, rows),
            all=True,
            by_name=bool(like),
            allow_missing=bool(like),
        )
    )


def is_empty(handle: Handle, script: Script) -> bool:
    """Return whether a temporary table has just been created."""
    node = script.builder[handle]
    return isinstance(node, Values) and node.fingerprint == "empty"


def in_order(
    rows: Handle, given: tuple[str, ...], declared: tuple[str, ...], script: Script
) -> Handle:
    """Return rows named by `given` and put in the order of `declared`.

    Null where nothing is given.
    """
    if not given:
        return rows
    named = script.builder.add(Rename(rows, positional=given))
    if not declared or given == declared:
        return named
    present = set(given)
    items = tuple(Item(Ref(name) if name in present else NULL, name) for name in declared)
    return script.builder.add(Project(named, items))


def declare_temporary(name: str, columns: tuple[str, ...], script: Script) -> None:
    """Note a temporary table that has columns and no rows yet."""
    script.columns[name] = columns
    script.views[name] = script.builder.add(Values(columns, (), "empty"))


def forget_temporary(name: str, script: Script) -> bool:
    """Forget a temporary table that is dropped; return whether there was one."""
    script.foreign.discard(name)
    script.columns.pop(name, None)
    script.shapes.pop(name, None)
    return script.views.pop(name, None) is not None

"""What stands in FROM: tables, subqueries, joins, laterals, samples."""

from collections.abc import Iterable

from sqlglot import exp

from guardian.languages.expressions import Scope, fingerprint, lower_expression, sql_text
from guardian.languages.sql.computed import with_computed
from guardian.languages.sql.generators import Generator, generate, generator_of
from guardian.languages.sql.names import alias_of, dataset_of, shard_of, temporary_name
from guardian.languages.sql.pivots import pivoted
from guardian.languages.sql.remote import remote_rows
from guardian.languages.sql.routines import called_function, calls_function
from guardian.languages.sql.script import script_of
from guardian.languages.sql.sharing import given
from guardian.languages.sql.writes import is_temporary_name
from guardian.model.lineage import Location
from guardian.model.names import path_name
from guardian.model.plan import (
    Alias,
    Call,
    Constant,
    Expr,
    Filter,
    Generate,
    Handle,
    Join,
    JoinKind,
    Opaque,
    Sample,
    Scan,
    SetOperation,
    Values,
)

MAX_ROWS = 50
_TRUE = Constant("boolean", "true")
_FILE_READERS = frozenset({
    "read_csv", "read_csv_auto", "read_parquet", "parquet_scan", "read_json", "read_json_auto",
    "read_ndjson", "read_files", "readcsv", "readparquet", "delta_scan", "iceberg_scan",
    "read_text",
})  # fmt: skip
_UNREADABLE = frozenset(
    {"external_query", "openquery", "openrowset", "opendatasource", "dblink", "result_scan"}
)


def lower_from(node: exp.Expr, scope: Scope) -> Handle:
    """Return the rows of one relation in FROM, under its alias."""
    handle = _relation(node, scope)
    for pivot in node.args.get("pivots") or ():
        handle = pivoted(handle, pivot, scope)
    sample = node.args.get("sample")
    if isinstance(sample, exp.TableSample):
        handle = sampled(handle, sample, scope)
    for join in node.args.get("joins") or ():
        handle = lower_join(handle, join, scope)
    return handle


def _relation(node: exp.Expr, scope: Scope) -> Handle:
    match node:
        case exp.Final() | exp.Paren() | exp.Alias() | exp.Stream():
            return lower_from(node.this, scope)
        case exp.Values():
            return _aliased(values(node, scope), node, scope)
        case exp.Subquery() if _is_relation(node.this):
            return _aliased(lower_from(node.this, scope), node, scope)
        case exp.Lateral() if isinstance(node.this, (exp.Subquery, exp.Query)):
            return _aliased(_query(node.this, scope), node, scope)
        case exp.Query():
            return _aliased(_query(node, scope), node, scope)
        case exp.Pivot():
            return pivoted(lower_from(node.this, scope), node, scope)
        case _:
            pass
    called = called_function(node, scope)
    if called is not None:
        return _aliased(called, node, scope)
    named = isinstance(node.this, exp.Anonymous) and node.this.name.upper() == "IDENTIFIER"
    made = None if named else generator_of(node, scope)
    if made is not None:
        return _table_function(None, made, node, scope)
    if isinstance(node, exp.Table):
        return _table(node, scope)
    scope.warn(
        f"this kind of relation is not understood: `{sql_text(node, scope.dialect)[:80]}`", node
    )
    return scope.builder.add(
        Opaque(
            fingerprint=fingerprint(sql_text(node, scope.dialect)),
            reason=node.key,
            at=scope.location(node),
        )
    )


def _is_relation(node: exp.Expr) -> bool:
    """Return whether parentheses hold a relation, `(a JOIN b …)`, and not a query alone."""
    if isinstance(node, exp.Subquery):
        return bool(node.alias or node.args.get("joins"))
    return isinstance(node, exp.Table | exp.Join | exp.Values)


def _query(node: exp.Expr, scope: Scope) -> Handle:
    if scope.query is None:
        return scope.builder.add(Opaque(reason="a query with nothing to read it"))
    return scope.query(node, scope)


def _table(node: exp.Table, scope: Scope) -> Handle:
    name = temporary_name(node, scope)
    known = scope.relations.get(name)
    temporary = is_temporary_name(name) and not (name[0] == "@" and "." in name)
    if known is None and temporary and scope.dialect in {"tsql", "fabric"}:
        known = _made_elsewhere(name, node, scope)
    if known is None:
        rows = _as_of(_of_shard(scope.builder.add(scan_of(node, scope)), node, scope), node, scope)
        return _aliased(rows, node, scope)
    known = with_computed(name, known, scope)
    alias, columns = alias_of(node, scope)
    return scope.builder.add(Alias(known, alias or name.rpartition(".")[2], columns))


def _of_shard(handle: Handle, node: exp.Expr, scope: Scope) -> Handle:
    """Return the rows of one of the tables that are known by one name (`events_20240101`)."""
    shard = shard_of(node, scope)
    if not shard:
        return handle
    condition = Call("of_shard", (Constant("string", shard),))
    return scope.builder.add(Filter(handle, condition, "TABLE", scope.location(node), shard))


def _as_of(handle: Handle, node: exp.Expr, scope: Scope) -> Handle:
    """Return the rows of a table as they were earlier: `VERSION AS OF 3`, `AT (TIMESTAMP => …)`."""
    asked = node.args.get("version") or node.args.get("when")
    if not isinstance(asked, exp.Expr):
        return handle
    when = asked.args.get("expression")
    words = f"{asked.this} {asked.args.get('kind') or ''}".upper().strip()
    value = lower_expression(when, scope) if isinstance(when, exp.Expr) else None
    text = scope.text(f"{words} {when.sql(dialect=scope.dialect or None)}") if when else words
    condition = Call(words.replace(" ", "_").lower(), () if value is None else (value,))
    return scope.builder.add(Filter(handle, condition, words, scope.location(asked), text))


def _made_elsewhere(name: str, node: exp.Expr, scope: Scope) -> Handle:
    """Return the rows of a temporary table that this script has not filled; it is no dataset."""
    script = script_of(scope)
    columns = script.columns.get(name, ()) if script is not None else ()
    rows = None if columns or script is None else given(name, script, scope.location(node))
    if rows is not None:
        return rows
    if not columns:
        scope.warn(f"the rows of `{name}` are made elsewhere", node)
    return scope.builder.add(
        Opaque(
            fingerprint=name, columns=columns, reason="a temporary table", at=scope.location(node)
        )
    )


def scan_of(node: exp.Expr, scope: Scope, *, target: bool = False) -> Scan:
    """Return the scan of the dataset that a table names."""
    return Scan(dataset=dataset_of(node, scope), target=target, at=scope.location(node))


def _aliased(handle: Handle, node: exp.Expr, scope: Scope) -> Handle:
    alias, columns = alias_of(node, scope)
    if not alias and not columns:
        return handle
    return scope.builder.add(Alias(handle, alias, columns))


# --- values ---------------------------------------------------------------------------------------


def values(node: exp.Expr, scope: Scope) -> Handle:
    """Return rows written in the code; more than 50 are kept as a fingerprint."""
    rows: list[tuple[Expr, ...]] = []
    for row in node.expressions:
        cells = row.expressions if isinstance(row, exp.Tuple) else [row]
        rows.append(tuple(lower_expression(cell, scope) for cell in cells))
    width = len(rows[0]) if rows else 0
    mark = fingerprint("\n".join(map(repr, rows)))
    kept = tuple(rows) if len(rows) <= MAX_ROWS else ()
    return scope.builder.add(Values(_value_names(width, scope.dialect), kept, mark))


def _value_names(width: int, dialect: str) -> tuple[str, ...]:
    pattern, first = {
        "duckdb": ("col{}", 0), "spark": ("col{}", 1), "databricks": ("col{}", 1),
        "hive": ("col{}", 1),
        "snowflake": ("COLUMN{}", 1), "presto": ("_col{}", 0), "trino": ("_col{}", 0),
        "athena": ("_col{}", 0),
    }.get(dialect, ("column{}", 1))  # fmt: skip
    return tuple(pattern.format(number + first) for number in range(width))


# --- functions ------------------------------------------------------------------------------------


def _table_function(source: Handle | None, made: Generator, node: exp.Expr, scope: Scope) -> Handle:
    """Return the rows of a function: files it reads, rows it makes, or something not understood."""
    value = made.value
    if source is None and isinstance(value, Call) and value.name in _FILE_READERS:
        return _aliased(_files(value, scope, node), node, scope)
    if made.columns or (isinstance(value, Call) and value.name == "unnest"):
        return generate(source, made, scope, node)
    remote = remote_rows(value, scope, scope.location(node)) if source is None else None
    if remote is not None:
        return _aliased(remote, node, scope)
    name = value.name if isinstance(value, Call) else "table"
    if name in _UNREADABLE:
        scope.warn(
            f"what `{name}` reads is not seen; declare it with `-- @LINEAGE_INPUTS: …`", node
        )
    opaque = Opaque(
        inputs=() if source is None else (source,),
        fingerprint=fingerprint(repr(value)),
        keeps=source is not None,
        reason=f"table function `{name}`",
        at=scope.location(node),
    )
    handle = scope.builder.add(opaque)
    return handle if source is not None else _aliased(handle, node, scope)


def _files(value: Call, scope: Scope, node: exp.Expr) -> Handle:
    first = value.args[0] if value.args else None
    parts = first.args if isinstance(first, Call) and first.name == "array" else (first,)
    scans = [
        scope.builder.add(Scan(dataset=path_name(part.text), at=scope.location(node)))
        for part in parts
        if isinstance(part, Constant)
    ]
    if not scans:
        return scope.builder.add(Opaque(fingerprint=fingerprint(repr(value)), reason=value.name))
    if len(scans) == 1:
        return scans[0]
    return scope.builder.add(
        SetOperation(kind="union", inputs=tuple(scans), all=True, by_name=True)
    )


def sampled(handle: Handle, node: exp.TableSample, scope: Scope) -> Handle:
    """Return some of the rows, as TABLESAMPLE or USING SAMPLE says."""
    percent, rows = node.args.get("percent"), node.args.get("rows") or node.args.get("size")
    buckets = node.args.get("bucket_numerator"), node.args.get("bucket_denominator")
    if percent is not None:
        how = f"{_text(percent, scope)} percent"
    elif rows is not None:
        how = f"{_text(rows, scope)} rows"
    else:
        how = f"bucket {_text(buckets[0], scope)} out of {_text(buckets[1], scope)}"
    seed = node.args.get("seed")
    return scope.builder.add(
        Sample(handle, how, _text(seed, scope) if seed else "", scope.location(node))
    )


def _text(node: exp.Expr | None, scope: Scope) -> str:
    if node is None:
        return ""
    lowered = lower_expression(node, scope)
    return (
        lowered.text if isinstance(lowered, Constant) else scope.text(sql_text(node, scope.dialect))
    )


# --- joins ----------------------------------------------------------------------------------------


def lower_joins(handle: Handle, parts: Iterable[exp.Expr], scope: Scope) -> Handle:
    """Return `handle` with every join and lateral view of a query.

    In the order they are written in.
    """
    for part in parts:
        if isinstance(part, exp.Join):
            handle = lower_join(handle, part, scope)
        else:
            handle = _lateral_view(handle, part, scope)
    return handle


def _lateral_view(handle: Handle, node: exp.Expr, scope: Scope) -> Handle:
    made = generator_of(node, scope)
    if made is None:
        return scope.builder.add(
            Join(left=handle, right=_relation(node, scope), kind="cross", lateral=True)
        )
    return _table_function(handle, made, node, scope)


def lower_join(handle: Handle, join: exp.Join, scope: Scope) -> Handle:
    """Return `handle` joined with one more relation."""
    if join.args.get("kind") == "ARRAY":
        return _array_join(handle, join, scope)
    made = None if calls_function(join.this, scope) else generator_of(join.this, scope)
    if made is not None and not join.args.get("using"):
        return _joined_function(handle, made, join, scope)
    right = lower_from(join.this, scope)
    kind = _kind(join)
    natural = str(join.args.get("method") or "").upper() == "NATURAL"
    using = tuple(
        scope.name(part.this if isinstance(part, exp.Column) else part)
        for part in join.args.get("using") or ()
    )
    on, at, text = _condition(join, scope)
    if kind == "cross" and (on is not None or using or natural):
        kind = "inner"
    if kind not in {"cross", "inner"} and on is None and not using and not natural:
        on = _TRUE
    left = handle
    if str(join.args.get("side") or "").upper() == "RIGHT" and kind in {"semi", "anti"}:
        left, right = right, left
    return scope.builder.add(
        Join(
            left=left, right=right, kind=kind, on=on, using=using, natural=natural,
            lateral=_is_lateral(join.this, scope), keys_stay=scope.dialect in _KEYS_STAY,
            at=at, text=text,
        )
    )  # fmt: skip


# Dialects whose star gives a USING key where the left side has it, and not first.
_KEYS_STAY = frozenset({"duckdb", "sqlite", "clickhouse"})


def _is_lateral(node: exp.Expr, scope: Scope) -> bool:
    """Return whether a relation may see those before it, as any subquery may in DuckDB."""
    if isinstance(node, exp.Lateral):
        return True
    if scope.dialect != "duckdb" or not isinstance(node, exp.Subquery):
        return False
    inside = {
        scope.name(source.alias_or_name)
        for source in node.this.find_all(exp.Table, exp.Subquery, exp.Unnest, exp.CTE)
    }
    used = {column.args.get("table") for column in node.this.find_all(exp.Column)}
    return any(part is not None and scope.name(part) not in inside for part in used)


def _kind(join: exp.Join) -> JoinKind:
    side, kind = (str(join.args.get(key) or "").upper() for key in ("side", "kind"))
    if kind in {"SEMI", "ANTI"}:
        return "semi" if kind == "SEMI" else "anti"
    if isinstance(join.this, exp.Lateral) and join.this.args.get("cross_apply") is not None:
        return "cross" if join.this.args["cross_apply"] else "left"
    sides: dict[str, JoinKind] = {"LEFT": "left", "RIGHT": "right", "FULL": "full"}
    if side in sides:
        return sides[side]
    if kind == "INNER" or join.args.get("on") is not None or join.args.get("using"):
        return "inner"
    return "full" if kind == "OUTER" and not join.args.get("method") else "cross"


def _condition(join: exp.Join, scope: Scope) -> tuple[Expr | None, Location | None, str]:
    """Return the condition of a join with where it is written.

    ASOF and POSITIONAL become part of it.
    """
    conditions = [
        part for part in (join.args.get("on"), join.args.get("match_condition")) if part is not None
    ]
    method = str(join.args.get("method") or "").upper()
    if not conditions:
        matched = Call(method.lower()) if method in {"POSITIONAL", "ASOF"} else None
        return matched, scope.location(join), ""
    lowered = tuple(lower_expression(part, scope) for part in conditions)
    on = lowered[0] if len(lowered) == 1 else Call("and", lowered)
    at, text = scope.item(conditions[0])
    return (Call("asof", (on,)) if method == "ASOF" else on), at, text


def _joined_function(handle: Handle, made: Generator, join: exp.Join, scope: Scope) -> Handle:
    outer = made.outer or str(join.args.get("side") or "").upper() == "LEFT"
    joined = Generator(made.value, made.columns, made.qualifier, outer, made.fields)
    if isinstance(made.value, Call) and made.value.name in _FILE_READERS:
        right = _table_function(None, made, join.this, scope)
        on, at, text = _condition(join, scope)
        return scope.builder.add(
            Join(left=handle, right=right, kind=_kind(join), on=on, at=at, text=text)
        )
    rows = _table_function(handle, joined, join.this, scope)
    on = join.args.get("on")
    if on is None or isinstance(on, exp.Boolean) or outer:
        return rows
    at, text = scope.item(on)
    return scope.builder.add(Filter(rows, lower_expression(on, scope), "ON", at, text))


def _array_join(handle: Handle, join: exp.Join, scope: Scope) -> Handle:
    """Return ClickHouse's ARRAY JOIN: a row for each element of the arrays."""
    parts = [join.this, *(join.args.get("expressions") or ())]
    outer = str(join.args.get("side") or "").upper() == "LEFT"
    for part in parts:
        value = lower_expression(part, scope)
        name = scope.name(part.alias_or_name)
        handle = scope.builder.add(
            Generate(
                input=handle, generator=Call("array_join", (value,)), columns=(name,), outer=outer
            )
        )
    return handle

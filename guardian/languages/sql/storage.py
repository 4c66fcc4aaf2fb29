"""How a table is stored: what CREATE and ALTER say of format, place, layout and settings."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec
from sqlglot import exp

from guardian.languages.expressions import Scope, sql_text
from guardian.languages.sql.script import Script
from guardian.model.lineage import Location
from guardian.model.names import path_name
from guardian.model.plan import Declaration, WriteOptions

# Settings that alter which rows a reader finds, or what a writer may do: the rest are notes.
_TELLING = frozenset({
    "delta.appendonly", "delta.columnmapping.mode", "delta.enablechangedatafeed",
    "skip.header.line.count", "skip.footer.line.count", "serialization.null.format", "field.delim",
    "separatorchar", "quotechar", "escapechar", "transactional", "format-version", "format_version",
    "bucket_count", "partition_expiration_days", "expiration_timestamp", "require_partition_filter",
    "max_staleness", "default_rounding_mode", "target_lag", "refresh_mode", "lag", "is_external",
    "primary-key", "merge-engine", "write.upsert.enabled", "enable_refresh",
})  # fmt: skip
_FORMATS = frozenset({"format", "table_type", "write.format.default", "file_format"})
_PLACES = frozenset({"external_location", "location", "path"})
_PARTITIONS = frozenset({"partitioned_by", "partitioning"})
_CLUSTERS = frozenset({"bucketed_by", "sorted_by", "clustering_key"})
_NOTES = frozenset({
    "description", "labels", "friendly_name", "tags", "kms_key_name", "comment", "owner",
})  # fmt: skip


@dataclass(slots=True)
class _Storage:
    """What the properties of a statement have said so far."""

    form: str = ""
    location: str = ""
    partition: tuple[str, ...] = ()
    cluster: list[str] = field(default_factory=list)
    rest: list[tuple[str, str]] = field(default_factory=list)

    def options(self, mode: str, materialized: str = "") -> WriteOptions:
        """Return it as the options of a write."""
        return WriteOptions(
            mode=mode, format=self.form, partition_by=self.partition,
            cluster_by=tuple(dict.fromkeys(self.cluster)), location=self.location,
            materialized=materialized, options=tuple(sorted(dict(self.rest).items())),
        )  # fmt: skip


def properties(tree: exp.Expr) -> list[exp.Expr]:
    """Return the properties of a CREATE statement."""
    found = tree.args.get("properties")
    return list(found.expressions) if found is not None else []


def has_property(tree: exp.Expr, *kinds: type[exp.Expr]) -> bool:
    """Return whether a CREATE statement has a property of one of `kinds`."""
    return any(isinstance(part, kinds) for part in properties(tree))


def write_options(tree: exp.Expr, scope: Scope, mode: str, materialized: str = "") -> WriteOptions:
    """Return how a created table is stored."""
    return _stored(properties(tree), scope).options(mode, materialized)


def _stored(parts: Iterable[exp.Expr], scope: Scope) -> _Storage:
    found = _Storage()
    for part in parts:
        match part:
            case exp.FileFormatProperty():
                found.form = part.name.lower() if part.this is not None else ""
            case exp.LocationProperty():
                found.location = path_name(scope.text(part.name))
            case exp.PartitionedByProperty():
                found.partition = list_texts(part.this, scope)
            case exp.Cluster() | exp.ClusterProperty() | exp.Order():
                found.cluster.extend(list_texts(part, scope))
            case exp.ClusteredByProperty():
                found.cluster.extend(list_texts(part, scope))
                found.rest.append(("buckets", _text(part.args.get("buckets"), scope)))
            case exp.SortKeyProperty():
                found.rest.append(("sortkey", ",".join(_each(part.this, scope))))
            case exp.DistKeyProperty() | exp.DistributedByProperty() | exp.DistStyleProperty():
                name = part.key.removesuffix("property")
                found.rest.append((name, ",".join(list_texts(part, scope)) or part.name.lower()))
            case exp.EngineProperty() if scope.dialect == "clickhouse":
                found.rest.append(("engine", scope.text(sql_text(part.this, scope.dialect))))
            case exp.MergeTreeTTL():
                found.rest.append(("ttl", scope.text(sql_text(part, scope.dialect))))
            case exp.OptionsProperty():
                _from_options(part, found, scope)
            case exp.Property():
                _named(part, found, scope)
            case _:
                pass
    return found


def _each(value: object, scope: Scope) -> list[str]:
    parts = value if isinstance(value, list) else [value]
    return [
        text for part in parts if isinstance(part, exp.Expr) for text in list_texts(part, scope)
    ]


def _text(node: object, scope: Scope) -> str:
    return scope.text(sql_text(node, scope.dialect)).lower() if isinstance(node, exp.Expr) else ""


def _from_options(clause: exp.Expr, found: _Storage, scope: Scope) -> None:
    """Note the options that Spark gives a source with `OPTIONS (path '…', header true)`."""
    for name, value in _pairs_of(clause, scope):
        if name == "path":
            found.location = path_name(value)
        elif name not in _NOTES:
            found.rest.append((name, value))


def source_options(tree: exp.Expr, scope: Scope) -> tuple[tuple[str, str], ...]:
    """Return the options that Spark gives a source with `OPTIONS (path '…', header true)`."""
    clauses = (part for part in properties(tree) if isinstance(part, exp.OptionsProperty))
    return tuple(pair for clause in clauses for pair in _pairs_of(clause, scope))


def _pairs_of(clause: exp.Expr, scope: Scope) -> Iterable[tuple[str, str]]:
    for part in clause.expressions:
        value = part.args.get("value")
        if isinstance(part, exp.Property) and isinstance(value, exp.Expr):
            yield part.name.lower(), scope.text(value.name)


def _named(part: exp.Expr, found: _Storage, scope: Scope) -> None:
    """Note one setting of `WITH (format = 'parquet', …)`, `TBLPROPERTIES (…)`, `OPTIONS (…)`."""
    value = part.args.get("value")
    if not isinstance(value, exp.Expr):
        return
    name, text = part.name.lower(), scope.text(value.name or sql_text(value, scope.dialect))
    if name in _FORMATS:
        found.form = text.lower() or found.form
    elif name in _PLACES:
        found.location = path_name(text)
    elif name in _PARTITIONS:
        found.partition = list_texts(value, scope)
    elif name in _CLUSTERS:
        found.cluster.extend(list_texts(value, scope))
    elif name in _TELLING:
        found.rest.append((name, text.lower()))


def list_texts(node: exp.Expr | None, scope: Scope) -> tuple[str, ...]:
    """Return the parts of a list as text: names folded, expressions as written."""
    if node is None:
        return ()
    nested = node.expressions or (
        [node.this] if isinstance(node, (exp.Property, exp.Paren)) else []
    )
    listed = nested if isinstance(node, _LISTS) else [node]
    found = []
    for part in listed:
        inner = part.this if isinstance(part, (exp.Column, exp.ColumnDef, exp.Ordered)) else part
        inner = inner.this if isinstance(inner, exp.Column) else inner
        if isinstance(inner, exp.Identifier):
            found.append(scope.name(inner))
        elif isinstance(inner, exp.Literal) and isinstance(node, exp.Array):
            found.append(scope.text(inner.name).lower())
        elif isinstance(inner, (exp.Tuple, exp.Paren)):
            found.extend(list_texts(inner, scope))
        elif isinstance(inner, exp.Expr):
            found.append(scope.text(sql_text(inner, scope.dialect)).lower())
    return tuple(found)


_LISTS = (
    exp.Schema, exp.Tuple, exp.Property, exp.Cluster, exp.Paren, exp.Order, exp.Array,
)  # fmt: skip


# --- stored otherwise -----------------------------------------------------------------------------


def storage_of(actions: Iterable[exp.Expr], scope: Scope) -> WriteOptions | None:
    """Return what ALTER TABLE says of storage: `CLUSTER BY`, `SET TBLPROPERTIES`, a location."""
    parts: list[exp.Expr] = []
    for action in actions:
        if isinstance(action, exp.AlterSet):
            given = [part for part in action.expressions if isinstance(part, exp.Properties)]
            parts += [part for clause in given for part in clause.expressions]
        elif isinstance(action, (exp.Property, exp.Cluster)):
            parts.append(action)
    options = _stored(parts, scope).options("create")
    return None if options == WriteOptions() else options


def store_otherwise(dataset: str, options: WriteOptions, script: Script, at: Location) -> None:
    """Note that a table is stored otherwise from here on: it counts for the script's last write."""
    for index in range(len(script.writes) - 1, -1, -1):
        write = script.writes[index]
        if write.dataset == dataset and write.options.mode in {"create", "overwrite", "append"}:
            known = merged(write.options, options)
            script.writes[index] = msgspec.structs.replace(write, options=known)
            return
    script.declarations.append(
        Declaration(
            dataset=dataset, extend=True, complete=False, job=script.job, at=at, options=options
        )
    )


def merged(known: WriteOptions, added: WriteOptions) -> WriteOptions:
    """Return how a table is stored after an ALTER has said `added`."""
    return msgspec.structs.replace(
        known,
        format=added.format or known.format,
        partition_by=added.partition_by or known.partition_by,
        cluster_by=added.cluster_by or known.cluster_by,
        location=added.location or known.location,
        options=tuple(sorted({**dict(known.options), **dict(added.options)}.items())),
    )

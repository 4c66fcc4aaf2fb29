"""Statements that write, in every dialect, each with the edges that a reader expects of it.

`tests/cases/sql/writes/*.sql` holds blocks like this one; `orders`, `customers` and `items` of the
schema `raw` are declared in a file of their own.

    -- [postgres, duckdb] delete, then insert
    DELETE FROM mart.t WHERE k = 1;
    INSERT INTO mart.t (k, a) SELECT id, amount FROM raw.orders WHERE status = 'x';
    --> mart.t.k <- raw.orders.id
    --> mart.t.a <- raw.orders.amount, (raw.orders.discount)
    --> mart.t ? mart.t.k, raw.orders.status
    --: writes mart.t

All DIRECT edges are listed, behind `<-`; one in brackets may be there or not, and `a | b` is one of
both. What stands behind `?` are the INDIRECT edges of a column, or of a dataset's rows; they are
compared where they are given, as are the job's `reads` and `writes`. Names are compared in lower
case where the expectation holds no capital. `--! text` expects a warning; without it there is none.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from guardian.model.lineage import ColumnRef, Lineage
from tests import casebook

FOLDER = Path(__file__).parent / "cases" / "sql" / "writes"
TABLES = """
CREATE TABLE raw.orders (
    id INT, customer_id INT, amount DECIMAL(10, 2), discount DECIMAL(10, 2), status VARCHAR(50), ts TIMESTAMP
);
CREATE TABLE raw.customers (id INT, name VARCHAR(50), region VARCHAR(50), email VARCHAR(50));
CREATE TABLE raw.items (order_id INT, sku VARCHAR(50), qty INT, price DECIMAL(10, 2));
"""
_HEAD = re.compile(r"-- \[(?P<dialects>[^\]]+)\] (?P<title>.+)")
_EDGES = re.compile(r"--> (?P<target>\S+)(?: <- (?P<direct>[^?]+?))?(?: \? (?P<indirect>.+))?")


@dataclass(frozen=True, slots=True)
class Source:
    """One expected source of a column: any of `names`, or none where it is optional."""

    names: frozenset[str]
    optional: bool


@dataclass(slots=True)
class Block:
    """A script, and what is expected of it."""

    title: str
    dialects: tuple[str, ...]
    lines: list[str] = field(default_factory=list)
    direct: dict[str, list[Source]] = field(default_factory=dict)
    indirect: dict[str, list[Source]] = field(default_factory=dict)
    jobs: dict[str, list[Source]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    exact: bool = False

    def expect(self, line: str) -> None:
        """Note one line of what is expected."""
        self.exact |= any(letter.isupper() for letter in line) and not line.startswith("--!")
        if line.startswith("--!"):
            self.warnings.append(line.removeprefix("--!").strip())
        elif line.startswith("--:"):
            kind, _, names = line.removeprefix("--:").strip().partition(" ")
            self.jobs[kind] = _sources(names)
        elif found := _EDGES.fullmatch(line):
            if found["direct"]:
                self.direct[found["target"]] = _sources(found["direct"])
            if found["indirect"]:
                self.indirect[found["target"]] = _sources(found["indirect"])
        else:
            raise ValueError(f"not an expectation: {line}")


def _sources(text: str) -> list[Source]:
    parts = [part.strip() for part in text.split(",") if part.strip() not in {"", "-"}]
    return [
        Source(frozenset(part.strip("()").split(" | ")), optional=part.startswith("("))
        for part in parts
    ]


def blocks(path: Path) -> Iterator[Block]:
    """Yield the blocks of a file."""
    block: Block | None = None
    for line in path.read_text(encoding="utf-8").splitlines():
        if head := _HEAD.fullmatch(line):
            if block is not None:
                yield block
            block = Block(head["title"], tuple(head["dialects"].split(", ")))
        elif block is not None and line.startswith(("-->", "--:", "--!")):
            block.expect(line)
        elif block is not None:
            block.lines.append(line)
    if block is not None:
        yield block


CASES = [
    pytest.param(block, dialect, id=f"{path.stem}-{block.title.replace(' ', '-')}-{dialect}")
    for path in sorted(FOLDER.glob("*.sql"))
    for block in blocks(path)
    for dialect in block.dialects
]


@pytest.mark.parametrize(("block", "dialect"), CASES)
def test_what_is_written(block: Block, dialect: str) -> None:
    files = {"ddl.sql": TABLES, "job.sql": "\n".join(block.lines).strip() + "\n"}
    document = casebook.lineage_of(files, dialect)
    found = _found(document, "DIRECT", block)
    assert _differences(found, block.direct, only_given=False) == []
    assert _differences(_found(document, "INDIRECT", block), block.indirect, only_given=True) == []
    for kind, wanted in block.jobs.items():
        named = {
            _cased(name, block)
            for job in document.jobs
            if job.id.startswith("job.sql")
            for name in (job.writes if kind == "writes" else job.reads)
        }
        assert _differences({kind: named}, {kind: wanted}, only_given=True) == []
    said = [item.message for item in document.warnings if item.file == "job.sql"]
    assert bool(said) == bool(block.warnings), said
    assert all(any(wanted in message for message in said) for wanted in block.warnings), said


def _found(document: Lineage, kind: str, block: Block) -> dict[str, set[str]]:
    """Return the sources of each target; a star that nothing tells the columns of is left out."""
    found: dict[str, set[str]] = {}
    for edge in document.edges:
        unknown = edge.source.column == "*" and edge.target.column == "*"
        if edge.type == kind and edge.job.startswith("job.sql") and not unknown:
            found.setdefault(_name(edge.target, block), set()).add(_name(edge.source, block))
    return found


def _name(column: ColumnRef, block: Block) -> str:
    whole = column.dataset if column.column is None else f"{column.dataset}.{column.column}"
    return _cased(whole, block)


def _cased(name: str, block: Block) -> str:
    return name if block.exact else name.lower()


def _differences(
    found: dict[str, set[str]], wanted: dict[str, list[Source]], *, only_given: bool
) -> list[str]:
    said: list[str] = []
    for target in sorted(wanted if only_given else {*found, *wanted}):
        left = set(found.get(target, ()))
        for source in wanted.get(target, ()):
            if not source.names & left and not source.optional:
                said.append(f"missing: {target} <- {' | '.join(sorted(source.names))}")
            left -= source.names
        said += [f"too much: {target} <- {source}" for source in sorted(left)]
    return said


# --- how it is written ----------------------------------------------------------------------------

QUERY = "SELECT id, name, ts FROM s"
STORED = {
    "format": ("spark", "CREATE TABLE t USING {} AS " + QUERY, "parquet", "delta"),
    "partitions": ("spark", "CREATE TABLE t PARTITIONED BY ({}) AS " + QUERY, "id", "name"),
    "location": ("spark", "CREATE TABLE t LOCATION '{}' AS " + QUERY, "s3://a/x", "s3://b/x"),
    "buckets": (
        "hive", "CREATE TABLE t CLUSTERED BY (id) INTO {} BUCKETS STORED AS ORC AS " + QUERY, "4", "8",
    ),
    "liquid clustering": ("databricks", "CREATE TABLE t CLUSTER BY ({}) AS " + QUERY, "id", "name"),
    "what a table allows": (
        "databricks", "CREATE TABLE t TBLPROPERTIES ('delta.appendOnly' = '{}') AS " + QUERY, "true", "false",
    ),
    "z-order": ("databricks", f"CREATE TABLE t AS {QUERY}; OPTIMIZE t ZORDER BY ({{}})", "id", "name"),
    "clustering of Snowflake": ("snowflake", "CREATE TABLE t CLUSTER BY ({}) AS " + QUERY, "id", "name"),
    "clustering by ALTER": ("snowflake", f"CREATE TABLE t AS {QUERY}; ALTER TABLE t CLUSTER BY ({{}})", "id", "name"),
    "a sort key": ("redshift", "CREATE TABLE t SORTKEY ({}) AS " + QUERY, "id", "name"),
    "a compound sort key": ("redshift", "CREATE TABLE t COMPOUND SORTKEY ({}) AS " + QUERY, "id, name", "id, ts"),
    "a distribution key": ("redshift", "CREATE TABLE t DISTKEY ({}) AS " + QUERY, "id", "name"),
    "partitions of BigQuery": ("bigquery", "CREATE TABLE t PARTITION BY DATE({}) AS " + QUERY, "ts", "name"),
    "expiring partitions": (
        "bigquery",
        "CREATE TABLE t PARTITION BY ts OPTIONS (partition_expiration_days = {}) AS " + QUERY, "30", "90",
    ),
    "partitions of Trino": (
        "trino", "CREATE TABLE t WITH (partitioned_by = ARRAY['{}']) AS " + QUERY, "id", "name",
    ),
    "an engine": ("clickhouse", "CREATE TABLE t ENGINE = {}() ORDER BY id AS " + QUERY, "MergeTree", "ReplacingMergeTree"),
    "a sorting key": ("clickhouse", "CREATE TABLE t ENGINE = MergeTree ORDER BY {} AS " + QUERY, "id", "name"),
    "distribution of Synapse": (
        "tsql", "CREATE TABLE t WITH (DISTRIBUTION = HASH({})) AS " + QUERY, "id", "name",
    ),
    "mode": ("spark", "INSERT {} TABLE t " + QUERY, "INTO", "OVERWRITE"),
    "what is replaced": ("databricks", "INSERT INTO t REPLACE WHERE id > {} " + QUERY, "1", "2"),
    "a table for a view": ("postgres", "CREATE {} t AS " + QUERY, "VIEW", "MATERIALIZED VIEW"),
    "a declared table's partitions": (
        "spark", "CREATE TABLE t (id INT, d STRING) USING parquet PARTITIONED BY ({})", "id", "d",
    ),
    "a declared table's format": ("hive", "CREATE TABLE t (id INT) STORED AS {}", "ORC", "PARQUET"),
    "a file's format": ("snowflake", "COPY INTO @x/y FROM t FILE_FORMAT = (TYPE = {})", "CSV", "PARQUET"),
}  # fmt: skip
NOTED = {
    "a comment": ("spark", "CREATE TABLE t COMMENT '{}' AS " + QUERY, "a", "b"),
    "an owner": ("databricks", "CREATE TABLE t TBLPROPERTIES ('owner' = '{}') AS " + QUERY, "a", "b"),
    "a description": ("bigquery", "CREATE TABLE t OPTIONS (description = '{}') AS " + QUERY, "a", "b"),
    "a warehouse": (
        "snowflake",
        "CREATE DYNAMIC TABLE t TARGET_LAG = '1 hour' WAREHOUSE = {} AS " + QUERY, "a", "b",
    ),
    "grants": ("snowflake", "CREATE OR REPLACE TABLE t {} AS " + QUERY, "COPY GRANTS", ""),
    "retention": ("snowflake", "CREATE TABLE t DATA_RETENTION_TIME_IN_DAYS = {} AS " + QUERY, "1", "7"),
    "a tablespace": ("oracle", "CREATE TABLE t TABLESPACE {} AS " + QUERY, "a", "b"),
    "maintenance": ("spark", f"CREATE TABLE t AS {QUERY}; {{}}", "VACUUM t", "ANALYZE TABLE t COMPUTE STATISTICS"),
    "a name for the way": (
        "postgres",
        f"CREATE TABLE {{0}} AS {QUERY}; DROP TABLE IF EXISTS t; ALTER TABLE {{0}} RENAME TO t", "t_new", "t_tmp",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("dialect", "text", "before", "after"), STORED.values(), ids=STORED)
def test_storage_counts(dialect: str, text: str, before: str, after: str) -> None:
    assert _changed(dialect, text, before, after) == ["write-changed"]


@pytest.mark.parametrize(("dialect", "text", "before", "after"), NOTED.values(), ids=NOTED)
def test_notes_do_not(dialect: str, text: str, before: str, after: str) -> None:
    assert _changed(dialect, text, before, after) == []


def _changed(dialect: str, text: str, before: str, after: str) -> list[str]:
    base, head = ({"t.sql": text.format(value)} for value in (before, after))
    return [change.rule for change in casebook.difference(base, head, dialect).changes]

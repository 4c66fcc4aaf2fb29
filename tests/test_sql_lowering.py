"""SQL text → operators: queries, statements, names, T-SQL scripts, and text that cannot be read."""

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from textwrap import dedent
from typing import Any, TypeVar

import pytest

from guardian.languages.sql import EXTRACTOR, Script, run_script
from guardian.model.lineage import Location
from guardian.model.plan import (
    ALIAS,
    Aggregate,
    Alias,
    Call,
    Constant,
    Distinct,
    Filter,
    Generate,
    Join,
    Limit,
    Opaque,
    Operator,
    Over,
    Pivot,
    PlanBuilder,
    Project,
    Recursive,
    Ref,
    Rename,
    Sample,
    Scan,
    SetOperation,
    Sort,
    Star,
    Symbol,
    Unpivot,
    Values,
    Write,
)
from guardian.model.source import SourceFile

Node = TypeVar("Node", bound=Operator)


def ran(text: str, dialect: str = "duckdb", **settings: Any) -> Script:
    script = Script(PlanBuilder(), dialect, "job.sql", "job.sql", **settings)
    run_script(text, script)
    return script


def nodes(script: Script, kind: type[Node]) -> list[Node]:
    return [node for node in script.builder.nodes if isinstance(node, kind)]


def only(script: Script, kind: type[Node]) -> Node:
    (node,) = nodes(script, kind)
    return node


def below(script: Script, handle: int) -> Iterator[Operator]:
    """Yield an operator and all that it reads."""
    node = script.builder[handle]
    yield node
    inputs: list[int] = []
    for name in ("input", "left", "right", "anchor", "step"):
        value = getattr(node, name, None)
        inputs += [value] if isinstance(value, int) and not isinstance(value, bool) else []
    inputs += list(getattr(node, "inputs", ()))
    for inner in inputs:
        yield from below(script, inner)


def reads(script: Script, write: Write) -> set[str]:
    found = (node for node in below(script, write.plan) if isinstance(node, Scan))
    return {node.dataset for node in found if not node.target}


# Every statement runs without a warning, and these operators come of it.
STATEMENTS: list[tuple[str, str, set[type]]] = [
    ("duckdb", "SELECT * EXCLUDE (a) REPLACE (b + 1 AS b) FROM t", {Scan, Project}),
    ("duckdb", "FROM t SELECT a", {Scan, Project}),
    ("duckdb", "SELECT a FROM t POSITIONAL JOIN u", {Join}),
    ("duckdb", "SELECT a FROM t ASOF JOIN u ON t.x >= u.x", {Join}),
    ("duckdb", "SELECT a FROM t UNION ALL BY NAME SELECT b FROM u", {SetOperation}),
    ("duckdb", "PIVOT t ON m IN ('a', 'b') USING sum(x) GROUP BY k", {Pivot}),
    ("duckdb", "UNPIVOT t ON a, b INTO NAME n VALUE v", {Unpivot}),
    ("duckdb", "SELECT unnest(l) AS x FROM t", {Generate, Project}),
    ("duckdb", "SELECT * FROM 'x.parquet', read_csv('y.csv')", {Scan, Join}),
    ("duckdb", "SELECT * FROM (VALUES (1, 'a')) v(x, y)", {Values, Alias}),
    ("duckdb", "VALUES (1, 2)", {Values}),
    ("duckdb", "COPY (SELECT a FROM t) TO 'x.parquet' (FORMAT parquet)", {Scan, Project}),
    ("duckdb", "SELECT a FROM t USING SAMPLE 10 PERCENT (bernoulli, 3)", {Sample}),
    ("postgres", "SELECT DISTINCT ON (a) a FROM t ORDER BY a, b DESC", {Distinct, Sort, Project}),
    (
        "postgres",
        "SELECT * FROM generate_series(1, 10) g(n), LATERAL (SELECT 1) q",
        {Generate, Join},
    ),
    ("postgres", "SELECT * FROM t, jsonb_array_elements(t.x) e", {Generate}),
    (
        "postgres",
        "INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = excluded.a",
        {Values, Join},
    ),
    ("postgres", "UPDATE t SET (a, b) = (SELECT 1, 2) FROM u WHERE u.id = t.id", {Join, Filter}),
    ("postgres", "SELECT a FROM t FETCH FIRST 3 ROWS ONLY", {Limit}),
    ("postgres", "CREATE MATERIALIZED VIEW v AS SELECT a FROM t", {Scan, Project}),
    ("postgres", "SELECT a FROM t WHERE a = ANY (SELECT b FROM u)", {Filter}),
    ("bigquery", "SELECT * EXCEPT (a) FROM `p.d.t`, UNNEST(arr) AS x WITH OFFSET AS o", {Generate}),
    (
        "bigquery",
        "SELECT a FROM t QUALIFY row_number() OVER (PARTITION BY a ORDER BY b) = 1",
        {Filter},
    ),
    (
        "bigquery",
        "SELECT a, ARRAY(SELECT x FROM UNNEST(y) x) FROM t LEFT JOIN UNNEST(t.z) z ON TRUE",
        {Generate},
    ),
    ("bigquery", "MERGE t USING s ON FALSE WHEN NOT MATCHED THEN INSERT ROW", {Join, Project}),
    ("bigquery", "SELECT AS STRUCT a, b FROM t", {Project}),
    ("bigquery", "EXPORT DATA OPTIONS (uri = 'gs://b/p/*') AS SELECT a FROM t", {Scan, Project}),
    (
        "snowflake",
        "SELECT f.value:x::string FROM t, LATERAL FLATTEN(input => t.p:items) f",
        {Generate},
    ),
    ("snowflake", "SELECT a, sum(b) FROM t GROUP BY ALL", {Aggregate}),
    (
        "snowflake",
        "SELECT * FROM t PIVOT (sum(x) FOR m IN ('a', 'b')) AS p (id, a, b)",
        {Pivot, Alias},
    ),
    ("snowflake", "DELETE FROM t USING u WHERE t.id = u.id", {Join, Filter}),
    ("snowflake", "COPY INTO t FROM @stage/x FILE_FORMAT = (TYPE = csv)", {Scan}),
    ("snowflake", "COPY INTO 's3://x' FROM (SELECT a FROM t)", {Scan, Project}),
    ("snowflake", "INSERT ALL INTO a INTO b (x) VALUES (y) SELECT * FROM t", {Scan, Project}),
    ("snowflake", "CREATE TASK k AS INSERT INTO x SELECT a FROM y", {Scan, Project}),
    ("snowflake", "SELECT a FROM IDENTIFIER($tbl)", {Scan}),
    ("spark", "SELECT a FROM t LATERAL VIEW OUTER explode(m) e AS k, v", {Generate}),
    ("spark", "SELECT posexplode(z) AS (p, q) FROM t", {Generate, Project}),
    ("spark", "SELECT a FROM t LEFT SEMI JOIN u ON t.a = u.a", {Join}),
    ("spark", "SELECT a, sum(b) FROM t GROUP BY a, c WITH ROLLUP", {Aggregate}),
    ("spark", "SELECT * FROM t PIVOT (sum(x) AS s, avg(y) AS v FOR m IN ('a' AS aa))", {Pivot}),
    ("spark", "SELECT * FROM t UNPIVOT (v FOR n IN (a, b))", {Unpivot}),
    ("spark", "SELECT a FROM t TABLESAMPLE (10 PERCENT) REPEATABLE (3)", {Sample}),
    (
        "spark",
        "INSERT OVERWRITE DIRECTORY 's3://b/p' USING csv OPTIONS ('a' = 'b') SELECT a FROM t",
        {Scan, Project},
    ),
    ("spark", "FROM t INSERT OVERWRITE TABLE a SELECT x INSERT INTO b SELECT y", {Scan, Project}),
    ("spark", "SELECT * FROM delta.`s3://a/b`", {Scan}),
    ("hive", "LOAD DATA INPATH '/x' INTO TABLE y", {Scan}),
    ("hive", "ADD JAR x.jar", set()),
    ("trino", "SELECT * FROM t CROSS JOIN UNNEST(a, b) WITH ORDINALITY AS u (x, y, n)", {Generate}),
    ("athena", "UNLOAD (SELECT a FROM t) TO 's3://x' WITH (format = 'parquet')", {Scan, Project}),
    ("redshift", "UNLOAD ('SELECT a FROM t') TO 's3://x/' IAM_ROLE 'x'", {Scan, Project}),
    ("redshift", "COPY t FROM 's3://x' IAM_ROLE 'x'", {Scan}),
    ("mysql", "UPDATE t JOIN u ON t.id = u.id SET t.x = u.y", {Join, Project}),
    ("mysql", "SELECT a FROM t LIMIT 5, 10", {Limit}),
    ("oracle", "SELECT a FROM t START WITH a = 1 CONNECT BY PRIOR a = b", {Filter}),
    ("clickhouse", "SELECT a FROM t ARRAY JOIN x AS y", {Generate}),
    (
        "tsql",
        "SELECT TOP 10 PERCENT a FROM t CROSS APPLY OPENJSON(t.j) WITH (x int '$.a') j",
        {Generate, Limit},
    ),
    ("tsql", "SELECT a FROM t OUTER APPLY (SELECT TOP 1 * FROM u WHERE u.id = t.id) z", {Join}),
    ("tsql", "SELECT * FROM t UNPIVOT (v FOR n IN (a, b)) u", {Unpivot}),
    ("tsql", "CREATE VIEW v AS WITH c AS (SELECT a FROM t) SELECT * FROM c", {Alias, Project}),
    ("tsql", "INSERT INTO m.t (a) OUTPUT inserted.a INTO @x SELECT a FROM r.s", {Scan, Project}),
    ("bigquery", "EXECUTE IMMEDIATE 'INSERT INTO d.a SELECT b FROM d.c'", {Scan, Project}),
    ("mysql", "REPLACE INTO t SELECT b FROM s", {Scan, Project}),
    ("databricks", "CREATE OR REFRESH STREAMING TABLE x AS SELECT * FROM STREAM(a.b)", {Scan}),
    ("tsql", "DELETE a FROM t a JOIN u ON a.id = u.id", {Join, Project}),
]


@pytest.mark.parametrize(("dialect", "text", "kinds"), STATEMENTS)
def test_statements_become_operators(dialect: str, text: str, kinds: set[type]) -> None:
    script = ran(text, dialect)
    assert not script.warnings
    assert kinds <= {type(node) for node in script.builder.nodes}


# --- queries --------------------------------------------------------------------------------------


def test_items_carry_name_text_and_line() -> None:
    script = ran("SELECT\n  a,\n  coalesce(b, 0) -- why\n    + 1 AS net\nFROM t", first_line=10)
    first, second = only(script, Project).items
    assert first.at
    assert (first.name, first.text, first.at.line) == ("a", "a", 11)
    assert second.name == "net"
    assert second.text == "coalesce(b, 0) + 1"
    assert second.at
    assert second.at.line == 12


def test_conditions_carry_text_and_line() -> None:
    script = ran("SELECT t.a FROM t\nJOIN u ON t.id = u.id\n  AND u.x > 1\nWHERE t.a > 5")
    join, where = only(script, Join), only(script, Filter)
    assert join.text == "t.id = u.id AND u.x > 1"
    assert join.at
    assert join.at.line == 2
    assert where.text == "t.a > 5"


def test_a_cte_is_lowered_once_and_hides_a_table() -> None:
    script = ran("WITH t AS (SELECT a FROM t) SELECT x.a, y.a FROM t x JOIN t y ON x.a = y.a")
    assert only(script, Scan).dataset == "t"
    assert [alias.name for alias in nodes(script, Alias)] == ["x", "y"]
    assert len({alias.input for alias in nodes(script, Alias)}) == 1


def test_recursion_keeps_anchor_and_step() -> None:
    script = ran(
        "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5)"
        " SELECT * FROM r"
    )
    found = only(script, Recursive)
    assert found.columns == ("n",)
    assert not found.distinct


def test_chains_of_unions_are_one_operator() -> None:
    script = ran(" UNION ALL ".join(["SELECT a FROM t"] * 500))
    assert len(only(script, SetOperation).inputs) == 500


def test_ordinals_mean_items() -> None:
    script = ran("SELECT a, b + 1 AS c, count(*) FROM t GROUP BY 1, 2 ORDER BY 2")
    found = only(script, Aggregate)
    assert found.keys == (Ref("a"), Call("add", (Ref("b"), Constant("number", "1"))))
    assert found.order[0].expr == found.keys[1]


def test_grouping_sets_are_written_out() -> None:
    assert only(ran("SELECT a FROM t GROUP BY ROLLUP (a, b)"), Aggregate).sets == ((0, 1), (0,), ())
    assert only(ran("SELECT a FROM t GROUP BY c, CUBE (a, b)"), Aggregate).sets == (
        (0, 1, 2), (0, 1), (0, 2), (0,),
    )  # fmt: skip


def test_windows_stand_among_the_items_of_a_grouping() -> None:
    script = ran(
        "SELECT k, iff(sum(b) > 0, last_value(d) OVER (ORDER BY k), 0) AS p, p * -1 AS q"
        " FROM t GROUP BY k, d",
        "snowflake",
    )
    group = only(script, Aggregate)
    assert [item.name for item in group.items] == ["K", "P", "Q"]
    assert group.lateral
    assert not nodes(script, Project)


def test_qualify_stands_above_its_grouping() -> None:
    script = ran(
        "SELECT a, sum(b) AS s, rank() OVER (ORDER BY sum(b)) AS r FROM t GROUP BY a QUALIFY r = 1"
    )
    group, qualify, project = only(script, Aggregate), only(script, Filter), only(script, Project)
    assert [item.name for item in group.items] == ["a", "s"]
    assert qualify.clause == "QUALIFY"
    rank = project.items[2].expr
    assert isinstance(rank, Over)
    assert rank.order[0].expr == Ref("s")
    assert isinstance(qualify.condition, Call)
    assert qualify.condition.args[0] == rank


def test_named_windows_are_put_in() -> None:
    script = ran("SELECT rank() OVER w AS r FROM t WINDOW w AS (PARTITION BY a ORDER BY b)")
    window = only(script, Project).items[0].expr
    assert isinstance(window, Over)
    assert window.partition == (Ref("a"),)


def test_a_filter_may_name_an_alias_where_the_dialect_lets_it() -> None:
    where = "SELECT a + 1 AS y FROM t WHERE y > 1"
    condition = only(ran(where, "duckdb"), Filter).condition
    assert isinstance(condition, Call)
    value = Call("add", (Ref("a"), Constant("number", "1")))
    assert condition.args[0] == Call(ALIAS, (Ref("y"), value))  # a column called y goes first
    condition = only(ran(where, "postgres"), Filter).condition
    assert isinstance(condition, Call)
    assert condition.args[0] == Ref("y")


def test_joins() -> None:
    script = ran("SELECT * FROM a, b JOIN c USING (k) NATURAL JOIN d FULL JOIN e ON a.x = e.x")
    kinds = [(join.kind, join.using, join.natural) for join in nodes(script, Join)]
    assert kinds == [
        ("cross", (), False), ("inner", ("k",), False), ("inner", (), True), ("full", (), False),
    ]  # fmt: skip


def test_subqueries_in_expressions_see_the_ctes_around_them() -> None:
    script = ran("WITH c AS (SELECT k FROM s) SELECT a FROM t WHERE a NOT IN (SELECT k FROM c)")
    assert {scan.dataset for scan in nodes(script, Scan)} == {"s", "t"}


def test_many_values_are_a_fingerprint() -> None:
    rows = ", ".join(f"({number})" for number in range(60))
    found = only(ran(f"VALUES {rows}"), Values)
    assert not found.rows
    assert found.fingerprint
    other = only(ran(f"VALUES {rows}, (7)"), Values)
    assert other.fingerprint != found.fingerprint


# --- statements -----------------------------------------------------------------------------------


def test_created_tables_say_how_they_are_stored() -> None:
    script = ran(
        "CREATE TABLE a.b USING delta PARTITIONED BY (d) LOCATION 's3://x/' AS SELECT x, d FROM t",
        "spark",
    )
    (write,) = script.writes
    assert (write.dataset, write.options.mode, write.options.format) == ("a.b", "create", "delta")
    assert write.options.partition_by == ("d",)
    assert write.options.location == "s3://x"
    assert ran("CREATE VIEW v AS SELECT 1 AS a").writes[0].options.mode == "view"
    assert ran("CREATE OR REPLACE TABLE v AS SELECT 1 AS a").writes[0].options.mode == "overwrite"


def test_declarations() -> None:
    (found,) = ran(
        "CREATE TABLE S.T (a INTEGER NOT NULL, b DECIMAL(10, 2), c TEXT UNIQUE, PRIMARY KEY (a, b))"
    ).declarations
    assert found.dataset == "s.t"
    assert [(column.name, column.type, column.nullable) for column in found.columns] == [
        ("a", "int", False), ("b", "decimal(10,2)", False), ("c", "varchar", None),
    ]  # fmt: skip
    assert set(found.keys) == {("c",), ("a", "b")}


@pytest.mark.parametrize(
    ("statement", "dialect", "nullable"),
    [
        ("CREATE TABLE t (a TEXT PRIMARY KEY)", "duckdb", False),
        ("CREATE TABLE t (a TEXT, CONSTRAINT pk PRIMARY KEY (a))", "postgres", False),
        ("CREATE TABLE t (a TEXT, CONSTRAINT pk PRIMARY KEY CLUSTERED (a DESC))", "tsql", False),
        ("CREATE TABLE t (a TEXT UNIQUE)", "postgres", None),
        ("CREATE TABLE t (a TEXT, UNIQUE (a))", "tsql", None),
        ("CREATE TABLE t (a TEXT PRIMARY KEY)", "sqlite", None),
        ("CREATE TABLE t (a TEXT, PRIMARY KEY (a))", "sqlite", None),
        ("ALTER TABLE t ADD CONSTRAINT pk PRIMARY KEY (a)", "postgres", False),
    ],
)
def test_a_primary_key_is_never_null(
    statement: str, dialect: str, *, nullable: bool | None
) -> None:
    (declaration,) = ran(statement, dialect).declarations
    assert declaration.keys == (("a",),)
    assert [column.nullable for column in declaration.columns] == [nullable]


def test_a_primary_key_of_clickhouse_may_repeat() -> None:
    (found,) = ran("CREATE TABLE t (a Int64, PRIMARY KEY (a))", "clickhouse").declarations
    assert (found.keys, found.columns[0].nullable) == ((), None)


def test_altered_columns() -> None:
    script = ran(
        "ALTER TABLE t ADD COLUMN b INT, DROP COLUMN c; ALTER TABLE t RENAME COLUMN b TO d;"
        "ALTER TABLE t ALTER COLUMN d TYPE BIGINT",
        "postgres",
    )
    added, renamed, typed = script.declarations
    assert all(found.extend for found in script.declarations)
    assert (added.columns[0].name, added.drop) == ("b", ("c",))
    assert renamed.renames == (("b", "d"),)
    assert typed.columns[0].type == "bigint"


def test_insert_by_list_by_position_and_by_name() -> None:
    assert ran("INSERT INTO t (b, a) SELECT 1, 2").writes[0].columns == ("b", "a")
    assert ran("INSERT INTO t SELECT 1, 2").writes[0].positional
    by_name = ran("INSERT INTO t BY NAME SELECT 1 AS a").writes[0]
    assert not by_name.positional
    assert not by_name.columns


def test_truncate_and_insert_overwrites() -> None:
    modes = [
        (write.dataset, write.options.mode)
        for text in (
            "TRUNCATE TABLE a; INSERT INTO a SELECT 1; INSERT INTO a SELECT 2",
            "DELETE FROM b",
        )
        for write in ran(text).writes
    ]
    assert modes == [("a", "overwrite"), ("a", "append"), ("b", "delete")]


def test_a_temporary_view_over_files_is_their_scan() -> None:
    for source in (
        "csv OPTIONS ('path' 's3://b/x/', header 'true')",
        "org.apache.x.csv LOCATION 's3://b/x'",
    ):
        script = ran(
            f"CREATE TEMPORARY VIEW v USING {source}; INSERT INTO t SELECT a FROM v", "spark"
        )
        assert not script.warnings
        assert reads(script, script.writes[0]) == {"s3://b/x"}


@pytest.mark.parametrize(
    ("dialect", "text", "clause"),
    [
        ("spark", "SELECT a FROM t VERSION AS OF 3", "VERSION AS OF"),
        ("spark", "SELECT a FROM t TIMESTAMP AS OF '2026-01-01' x", "TIMESTAMP AS OF"),
        ("snowflake", "SELECT a FROM t AT (TIMESTAMP => $x)", "AT TIMESTAMP"),
        ("tsql", "SELECT a FROM t FOR SYSTEM_TIME ALL", "TIMESTAMP ALL"),
    ],
)
def test_another_version_of_a_table_is_other_rows(dialect: str, text: str, clause: str) -> None:
    assert only(ran(text, dialect), Filter).clause == clause


def test_several_inserts_from_one_source() -> None:
    script = ran(
        "FROM s INSERT OVERWRITE TABLE a SELECT x WHERE x > 1 INSERT INTO b SELECT y", "hive"
    )
    assert [(write.dataset, write.options.mode) for write in script.writes] == [
        ("a", "overwrite"), ("b", "append"),
    ]  # fmt: skip
    assert all(reads(script, write) == {"s"} for write in script.writes)


def test_unpivot_with_labels_is_a_union() -> None:
    script = ran(
        "SELECT * FROM t UNPIVOT ((a, b) FOR q IN ((a1, b1) AS 'x', (a2, b2) AS 'y'))", "spark"
    )
    union = only(script, SetOperation)
    arms = [script.builder[handle] for handle in union.inputs]
    labels = [arm.items[1].expr for arm in arms if isinstance(arm, Project)]
    assert labels == [Constant("string", "x"), Constant("string", "y")]
    assert [node.clause for node in nodes(script, Filter)] == ["UNPIVOT", "UNPIVOT"]


def test_match_recognize_keeps_its_input_and_names_its_measures() -> None:
    script = ran(
        "CREATE TABLE o AS SELECT * FROM t MATCH_RECOGNIZE (PARTITION BY k ORDER BY ts"
        " MEASURES first(a.ts) AS since ONE ROW PER MATCH PATTERN (a b+) DEFINE b AS b.p > a.p) m",
        "snowflake",
    )
    assert only(script, Opaque).keeps
    measured = nodes(script, Project)[0]
    assert [item.name for item in measured.items] == ["K", "SINCE"]
    assert reads(script, script.writes[0]) == {"T"}


def test_unnest_is_one_thing_in_a_list_and_in_from() -> None:
    listed = only(ran("SELECT a, unnest(l) AS x FROM t", "postgres"), Generate)
    joined = only(
        ran("SELECT a, x FROM t CROSS JOIN LATERAL unnest(l) AS u(x)", "postgres"), Generate
    )
    assert (listed.generator, listed.columns) == (joined.generator, joined.columns)
    numbered = ran("SELECT x, n FROM t, unnest(l) WITH ORDINALITY AS u(x, n)", "postgres")
    assert only(numbered, Generate).columns == ("x", "n")


def test_a_function_of_one_value_is_known_by_its_alias() -> None:
    text = "SELECT e->>'k' FROM j, jsonb_array_elements(doc) AS e"
    assert only(ran(text, "postgres"), Generate).columns == ("e",)
    assert only(ran(text.replace("e->>", "e.value->>"), "postgres"), Generate).columns == ("value",)


def test_insert_into_partitions() -> None:
    (write,) = ran(
        "INSERT OVERWRITE TABLE t PARTITION (dt = '${day}', hour) SELECT a, hour FROM s", "hive"
    ).writes
    assert write.static == (("dt", "{day}"),)
    assert write.options.partition_by == ("dt", "hour")
    assert write.options.mode == "overwrite"


def test_merge_has_an_arm_for_each_branch() -> None:
    script = ran(
        """
        MERGE INTO m.t AS t USING (SELECT * FROM s) AS u ON t.id = u.id
        WHEN MATCHED AND u.gone THEN DELETE
        WHEN MATCHED THEN UPDATE SET t.x = t.x + u.x
        WHEN NOT MATCHED THEN INSERT (id, x) VALUES (u.id, u.x)
        """,
        "databricks",
    )
    (write,) = script.writes
    assert write.options.mode == "merge"
    united = script.builder[write.plan]
    assert isinstance(united, SetOperation)
    arms = [script.builder[handle] for handle in united.inputs]
    assert [[item.name for item in arm.items] for arm in arms if isinstance(arm, Project)] == [
        [], ["x"], ["id", "x"],
    ]  # fmt: skip
    assert sorted(join.kind for join in nodes(script, Join)) == ["anti", "inner"]
    assert reads(script, write) == {"s"}
    texts = [item.text for arm in arms if isinstance(arm, Project) for item in arm.items]
    assert texts == ["t.x + u.x", "u.id", "u.x"]


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("postgres", "UPDATE m.t SET x = u.y FROM s.u AS u WHERE u.id = t.id"),
        ("tsql", "UPDATE a SET a.x = b.y FROM m.t a JOIN s.u b ON a.id = b.id"),
        ("tsql", "UPDATE m.t SET x = b.y FROM s.u b JOIN m.t ON t.id = b.id"),
        ("mysql", "UPDATE m.t JOIN s.u ON t.id = u.id SET t.x = u.y"),
    ],
)
def test_update_writes_what_it_sets(dialect: str, text: str) -> None:
    script = ran(text, dialect)
    (write,) = script.writes
    assert (write.dataset, write.options.mode) == ("m.t", "update")
    assert reads(script, write) == {"s.u"}
    project = script.builder[write.plan]
    assert isinstance(project, Project)
    assert [item.name for item in project.items] == ["x"]


def test_deleted_rows_may_feed_an_insert() -> None:
    script = ran(
        "WITH gone AS (DELETE FROM t WHERE x RETURNING a) INSERT INTO u (b) SELECT a FROM gone",
        "postgres",
    )
    deleted, inserted = script.writes
    assert (deleted.dataset, deleted.options.mode) == ("t", "delete")
    assert script.builder[deleted.plan] == Project(nodes(script, Project)[0].input, ())
    assert reads(script, inserted) == {"t"}


def test_temporary_views_are_passed_through() -> None:
    script = ran(
        "CREATE TEMP VIEW v AS SELECT a FROM s.t; INSERT INTO z SELECT a FROM v; DROP VIEW v;"
        "INSERT INTO z SELECT a FROM v",
        "spark",
    )
    first, second = script.writes
    assert reads(script, first) == {"s.t"}
    assert reads(script, second) == {"v"}


def test_a_swap_exchanges_names() -> None:
    script = ran("CREATE TABLE n AS SELECT 1 AS x; ALTER TABLE t SWAP WITH n", "snowflake")
    assert [write.dataset for write in script.writes] == ["T"]


def test_synonyms_and_streams_are_aliases() -> None:
    assert ran("CREATE SYNONYM dbo.s FOR [Other].[dbo].[T]", "tsql").aliases == [
        ("dbo.s", "other.dbo.t")
    ]
    assert ran("CREATE OR REPLACE STREAM s ON TABLE a.t", "snowflake").aliases == [("S", "A.T")]


def test_bodies_of_procedures_are_read() -> None:
    for dialect, text in (
        (
            "postgres",
            "CREATE FUNCTION f() RETURNS void AS $$\nBEGIN\n {};\nEND\n$$ LANGUAGE plpgsql",
        ),
        ("bigquery", "CREATE PROCEDURE d.p() BEGIN\n\n{}; END"),
        ("postgres", "DO $$\nBEGIN\nIF EXISTS (SELECT 1) THEN {}; END IF;\nEND$$;"),
    ):
        script = ran(text.format("INSERT INTO t SELECT a FROM s"), dialect)
        (write,) = script.writes
        assert (write.dataset, write.at.line) == ("t", 3)
    assert not ran("CREATE FUNCTION f AS 'org.some.Class'", "hive").warnings


# --- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dialect", "table", "dataset"),
    [
        ("snowflake", 'a."b".C', "A.b.C"),
        ("postgres", '"A".b', "A.b"),
        ("duckdb", '"A".b', "a.b"),
        ("bigquery", "`P.d.T`", "p.d.t"),
        ("bigquery", "`p.d.events_*`", "p.d.events_*"),
        ("tsql", "[My Table]", "dbo.my table"),
        ("tsql", "db..t", "db.dbo.t"),
        ("tsql", "srv.db.sch.t", "srv.db.sch.t"),
        ("spark", "delta.`s3://b/P/`", "s3://b/P"),
        ("hive", "${db}.orders_${env}", "{db}.orders_{env}"),
        ("hive", "${hiveconf:db}.t", "{db}.t"),
        ("tsql", "$(Db).dbo.T", "{Db}.dbo.t"),
        ("duckdb", "{{ schema }}.t", "{schema}.t"),
        ("duckdb", "{schema}.t", "{schema}.t"),
        ("snowflake", "@stage/x", "@stage/x"),
    ],
)
def test_datasets_are_named_as_the_engine_does(dialect: str, table: str, dataset: str) -> None:
    assert only(ran(f"SELECT a FROM {table}", dialect), Scan).dataset == dataset


def test_client_variables_are_symbols() -> None:
    script = ran("SELECT a FROM t WHERE d = '${day}' AND n > ${n} AND x LIKE '%{{ y }}%'", "hive")
    condition = only(script, Filter).condition
    assert isinstance(condition, Call)
    values = [test.args[1] for test in condition.args if isinstance(test, Call)]
    assert values == [Symbol("day"), Symbol("n"), Constant("string", "%{y}%")]


def test_one_way_through_a_template_is_read() -> None:
    script = ran(
        """
        {% set day = 'x' %}{# a note #}
        SELECT a FROM t WHERE
        {% if is_init() %} a >= 1 {% else %} a = 2 {% endif %}
        {% for n in names %} AND b <> '{{ n }}'
        {% if not loop.last %} UNION ALL {% endif %} {% endfor %}
        """,
        "bigquery",
    )
    assert not script.warnings
    assert only(script, Filter).text == "a = 2 AND b <> '{n}'"
    assert only(script, Scan).at == Location("job.sql", 3)


# --- T-SQL ----------------------------------------------------------------------------------------

PROCEDURE = """
CREATE PROCEDURE [dbo].[load] @since DATETIME = NULL, @n AS INT AS
SET NOCOUNT ON
BEGIN TRY
  BEGIN TRANSACTION
  DECLARE @sql NVARCHAR(MAX), @kept TABLE (id INT PRIMARY KEY, x INT)
  IF OBJECT_ID('tempdb..#x') IS NOT NULL DROP TABLE #x
  IF @n > 0
  BEGIN
    ;WITH c AS (SELECT a FROM raw.o WITH (NOLOCK)) INSERT INTO @kept (id, x) SELECT a, a FROM c
  END
  ELSE
    UPDATE t SET t.x = CASE WHEN s.y > 1 THEN 2 ELSE 3 END
    FROM mart.t t INNER JOIN stg.s s ON s.id = t.id WHERE t.z = @since
  SELECT a, b INTO #x FROM raw.p WHERE d >= @since
  UPDATE x SET b = q.c FROM #x x JOIN raw.q q ON q.a = x.a
  MERGE INTO mart.m AS t USING (SELECT * FROM #x) AS s ON t.a = s.a
  WHEN MATCHED THEN UPDATE SET t.b = s.b
  WHEN NOT MATCHED THEN INSERT (a, b) VALUES (s.a, s.b);
  TRUNCATE TABLE mart.z
  INSERT mart.z SELECT x.a, k.x FROM #x x CROSS JOIN @kept k
  SET @sql = N'INSERT INTO mart.dyn (k) SELECT id FROM raw.' + @since
  EXEC sp_executesql @sql
  COMMIT TRANSACTION
END TRY
BEGIN CATCH
  IF @@TRANCOUNT > 0 ROLLBACK
  ;THROW
END CATCH
GO
"""


def test_a_procedure_without_semicolons() -> None:
    script = ran(PROCEDURE, "tsql")
    assert not script.warnings
    written = [(write.dataset, write.options.mode, write.at.line) for write in script.writes]
    assert written == [
        ("mart.t", "update", 13), ("mart.m", "merge", 17), ("mart.z", "overwrite", 21),
        ("mart.dyn", "append", 23),
    ]  # fmt: skip
    update, merge, insert, dynamic = script.writes
    assert reads(script, update) == {"stg.s"}
    assert reads(script, merge) == {"raw.p", "raw.q"}
    assert reads(script, insert) == {"raw.p", "raw.q", "raw.o"}
    assert reads(script, dynamic) == {"raw.{since}"}
    assert dynamic.confidence < 1
    assert {write.job for write in script.writes} == {"job.sql"}


def test_each_procedure_of_several_is_a_job() -> None:
    script = ran(
        "CREATE PROC a AS INSERT INTO x SELECT 1 AS k\nGO\nCREATE PROC s.b AS\n"
        "-- @LINEAGE_OUTPUTS: z\nINSERT INTO y SELECT 1 AS k\nGO",
        "tsql",
    )
    assert [write.job for write in script.writes] == ["job.sql#dbo.a", "job.sql#s.b"]
    assert [edge.job for edge in script.tables] == ["job.sql#s.b"]


def test_synapse_tables_keep_their_storage_and_may_be_renamed() -> None:
    script = ran(
        "CREATE TABLE m.n WITH (DISTRIBUTION = HASH(a), CLUSTERED COLUMNSTORE INDEX)\n"
        "AS SELECT a FROM r.p OPTION (LABEL = 'x');\nRENAME OBJECT m.n TO t",
        "tsql",
    )
    (write,) = script.writes
    assert write.dataset == "m.t"
    assert ("distribution", "hash(a)") in write.options.options


def test_temporary_tables_gather_their_inserts() -> None:
    script = ran(
        "CREATE TABLE #a (id INT, net INT)\nINSERT INTO #a (net) SELECT x FROM s.t\n"
        "INSERT INTO #a SELECT y, z FROM s.u\nINSERT INTO m.o (k) SELECT net FROM #a",
        "tsql",
    )
    (write,) = script.writes
    assert reads(script, write) == {"s.t", "s.u"}
    assert only(script, SetOperation).all
    assert ("id", "net") in [rename.positional for rename in nodes(script, Rename)]


def test_hints_stand_beside_what_is_parsed() -> None:
    script = ran(
        "CREATE PROCEDURE dbo.p AS\nBEGIN\n INSERT INTO m.t (k) SELECT id FROM r.c\n"
        " -- @lineage_inputs: r.i, [other]\n /* @LINEAGE_OUTPUTS: m.u */\n EXEC(@sql)\nEND",
        "tsql",
    )
    (edge,) = script.tables
    assert (edge.reads, edge.writes, edge.confidence) == (("r.i", "dbo.other"), ("m.u",), 0.6)
    assert [write.dataset for write in script.writes] == ["m.t"]
    assert not script.warnings


def test_unknown_dynamic_sql_is_said() -> None:
    (warning,) = ran("CREATE PROC p AS\nEXEC(@sql)", "tsql").warnings
    assert warning.line == 2
    assert "LINEAGE_INPUTS" in warning.message


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (  # END is followed by what is no command
            "CREATE PROC p AS BEGIN WITH l AS (SELECT a FROM x) INSERT INTO y (a) SELECT a FROM l; END\nGO\n",
            ["dbo.y"],
        ),
        (
            "WHILE @i < 3 BEGIN SET @i = @i + 1; END\nIF @i = 3 INSERT INTO y SELECT 1 ELSE INSERT INTO z SELECT ';'",
            ["dbo.y", "dbo.z"],
        ),
        ("EXEC p @start = 1, @end = 2\nINSERT INTO y SELECT 1", ["dbo.y"]),
        ("GRANT SELECT, INSERT ON x TO r\nINSERT INTO y SELECT 1", ["dbo.y"]),
        ("IF UPDATE(a) OR UPDATE(b) UPDATE y SET a += b - 1 FROM y WHERE a >= 1", ["dbo.y"]),
        ("ALTER TABLE x SET (SYSTEM_VERSIONING = OFF)\nINSERT y WITH (TABLOCK) (a) SELECT 1", ["dbo.y"]),
        ("ALTER VIEW v WITH SCHEMABINDING AS SELECT a FROM dbo.x", ["dbo.v"]),
        ("UPDATE STATISTICS x WITH FULLSCAN\nCREATE DATABASE d ON (SIZE = 8 MB)", []),
        ("BULK INSERT y FROM 'in/a.csv' WITH (FIELDTERMINATOR = ',')", ["dbo.y"]),
        ("SET @s = N'BEGIN' + N'END' + CASE WHEN @a = 1 THEN N'x' ELSE N'' END\nINSERT y SELECT 1", ["dbo.y"]),
        (":setvar db x\nINSERT INTO y SELECT 1", ["dbo.y"]),
        ("SELECT a INTO dbo.y FROM OPENQUERY(s, 'select a from erp.x') q", ["dbo.y"]),
    ],
)  # fmt: skip
def test_tsql_statements_are_told_apart(text: str, written: list[str]) -> None:
    script = ran(text, "tsql")
    assert not script.warnings
    assert [write.dataset for write in script.writes] == written


def test_tsql_tables_are_read_whatever_stands_behind_a_type() -> None:
    script = ran(
        """
        CREATE TABLE dbo.t (
            [a] [int] IDENTITY(1, 1) NOT FOR REPLICATION NOT NULL,
            b uniqueidentifier ROWGUIDCOL NULL CONSTRAINT d DEFAULT (NEWID()),
            c AS (a * 2) PERSISTED, d decimal(9, 2) SPARSE,
            INDEX ix NONCLUSTERED (d) WITH (FILLFACTOR = 80),
            CONSTRAINT pk PRIMARY KEY CLUSTERED (a ASC, b) WITH (PAD_INDEX = OFF) ON [PRIMARY]
        ) ON [PRIMARY]
        ALTER TABLE dbo.t DROP COLUMN d
        """,
        "tsql",
    )
    assert not script.warnings
    made, altered = script.declarations
    assert [(column.name, column.type) for column in made.columns] == [
        ("a", "int"), ("b", "uniqueidentifier"), ("c", None), ("d", "numeric(9,2)"),
    ]  # fmt: skip
    assert made.columns[0].nullable is False
    assert made.keys == (("a", "b"),)
    assert altered.drop == ("d",)


def test_a_temporary_table_made_elsewhere_is_no_dataset() -> None:
    script = ran("INSERT INTO dbo.x SELECT a FROM #made_by_the_caller", "tsql")
    assert reads(script, script.writes[0]) == set()
    assert "made elsewhere" in script.warnings[0].message


# --- what cannot be read --------------------------------------------------------------------------


def test_a_broken_statement_breaks_nothing_else() -> None:
    script = ran(
        "INSERT INTO a SELECT 1;\nINSERT INTO b SELECT FROM WHERE x FROM c.d;\n"
        "INSERT INTO e SELECT 2"
    )
    assert [write.dataset for write in script.writes] == ["a", "e"]
    (warning,) = script.warnings
    assert warning.line == 2
    (edge,) = script.tables
    assert (edge.reads, edge.writes, edge.confidence) == (("c.d",), ("b",), 0.5)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT \0", "SELECT " + "(" * 5000, "SELECT " + "(" * 400 + "1" + ")" * 400,
        "SELECT 'never closed", "SELECT a FROM t WHERE " + "NOT " * 2000 + "a", "/* never closed",
        "SELECT " + "CASE WHEN a THEN " * 400 + "1" + " END" * 400, "SELECT " + "-" * 3000 + "1",
        "x" * 2_000_001, "\ufeff", ";;;;", "WITH", "MERGE INTO", "CREATE TABLE", "INSERT",
        "UPDATE SET",
        "SELECT * FROM", "SELECT a b c d", "GO", "BEGIN", "END", "CREATE PROCEDURE", "EXEC", "$$",
    ],
)  # fmt: skip
@pytest.mark.parametrize("dialect", ["duckdb", "tsql", "bigquery", "postgres"])
def test_bad_text_is_a_warning_and_never_an_error(text: str, dialect: str) -> None:
    script = ran(text, dialect)
    assert len(script.warnings) <= 3
    assert not script.writes


@pytest.mark.parametrize(
    ("text", "failed"),
    [
        ("INSERT INTO a SELECT 1; CREATE TABLE b AS SELECT sum(x FROM c", True),
        ("INSERT INTO a SELECT 1; SELECT 'never closed", True),
        ("INSERT INTO a SELECT 1; CREATE TABLE b GARBAGE c AS SELECT 1", True),
        ("INSERT INTO a SELECT 1; FROBNICATE c", False),
        ("INSERT INTO a SELECT 1; VACUUM a", False),
    ],
)
def test_a_file_fails_where_a_write_may_be_missing(text: str, *, failed: bool) -> None:
    assert ran(text, "postgres").failed is failed


def test_long_text_is_read_in_time() -> None:
    several = [
        "UPDATE t SET " + "a += 1, " * 9000, "GRANT " + "SELECT, " * 12000, "SET " * 25000,
        "UNPIVOT t ON " + "(a, b), " * 12000 + "(c, d) INTO NAME q VALUE x, y",
    ]  # fmt: skip
    began = time.process_time()
    for text in several:
        ran(text, "tsql")
    assert time.process_time() - began < 8


def test_text_torn_apart_never_raises() -> None:
    chance = random.Random(7)  # noqa: S311 (no secret)
    words = [word for _, text, _ in STATEMENTS for word in text.split()] + PROCEDURE.split()
    for _ in range(300):
        text = " ".join(chance.sample(words, chance.randint(2, 25)))
        ran(text, chance.choice(["duckdb", "tsql", "bigquery", "spark", "snowflake", "postgres"]))


def test_what_is_not_understood_is_said_and_what_is_harmless_is_not() -> None:
    assert ran("CREATE TABLE x GARBAGE y", "postgres").warnings
    harmless = (
        "SET x = 1; USE db; GRANT SELECT ON t TO u; ANALYZE t; VACUUM; COMMENT ON TABLE t IS 'x'"
    )
    assert not ran(harmless, "postgres").warnings


# --- files ----------------------------------------------------------------------------------------


class Files:
    """One revision with a dialect and nothing else in it."""

    def read(self, path: str) -> SourceFile | None:  # noqa: ARG002
        return None

    def paths(self) -> Sequence[str]:
        return ()

    def dialect(self, path: str) -> str:  # noqa: ARG002
        return "spark"

    def settings(self) -> Mapping[str, Any]:
        return {}


def test_a_file_becomes_one_value() -> None:
    text = dedent("""
        INSERT INTO a.b SELECT x FROM c.d;
        SELECT 1;
    """)
    assert EXTRACTOR.claims("etl/x.HQL", Files())
    assert not EXTRACTOR.claims("etl/x.py", Files())
    found = EXTRACTOR.extract(SourceFile("etl/x.sql", text, ""), Files())
    assert [write.dataset for write in found.writes] == ["a.b"]
    assert not found.failed
    star = EXTRACTOR.extract(SourceFile("x.sql", "SELECT * FROM t", ""), Files())
    assert not star.writes
    assert any(
        isinstance(item.expr, Star)
        for node in star.nodes
        if isinstance(node, Project)
        for item in node.items
    )

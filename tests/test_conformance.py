"""What code does against the contract of the table that it writes: SQL, dbt and PySpark."""

from collections.abc import Mapping
from typing import NamedTuple

import pytest

from guardian import contracts, gathering, pipeline
from guardian.contracts import limits
from guardian.engines.deep import deep
from guardian.lineage.link import link
from tests.casebook import InMemory, difference

HEAD = """\
apiVersion: v3.1.0
kind: DataContract
id: t
version: 1.0.0
status: active
schema:
  - name: t
    properties:
"""
Found = tuple[str, str | None, str, float]


class Case(NamedTuple):
    """A contract's columns, one to a line, and the code before and after; what is found."""

    columns: str
    before: str
    after: str
    found: tuple[Found, ...] = ()
    dialect: str = "duckdb"
    path: str = "j.sql"
    other: Mapping[str, str] = {}


def contract(columns: str, name: str = "t") -> str:
    """Return a contract with a column for each line: `id: {required: true}`."""
    lines = [line.strip() for line in columns.strip().splitlines()]
    items = [
        f"      - {{name: {line.partition(':')[0]}, {line.partition(':')[2]}}}" for line in lines
    ]
    return HEAD.replace("name: t", f"name: {name}") + "\n".join(items) + "\n"


def broken(case: Case) -> tuple[Found, ...]:
    """Return what the change breaks: rule, column, what is written, how sure that is."""
    files = {"contracts/t.odcs.yaml": contract(case.columns), **case.other}
    report = difference(
        {**files, case.path: case.before}, {**files, case.path: case.after}, case.dialect
    )
    return tuple(
        (one.rule.removeprefix("contract-"), one.column, one.after or "", one.confidence)
        for one in report.changes
        if one.rule.startswith("contract-")
    )


KEY = "id: primaryKey: true"
ID_V = "id: logicalType: integer\nv: required: true"
SOURCE = {"contracts/s.odcs.yaml": contract("id: primaryKey: true\nv: required: true\nw: ", "s")}
LISTED = {"contracts/t.odcs.yaml": contract(f"{KEY}\nv: logicalType: string")}
NULL = "nullability-broken"
GONE = "may be null: what kept it from that is gone"
OUTER = "may be null: an outer join finds no match"


def sql(query: str) -> str:
    """Return the statement that makes the table."""
    return f"CREATE TABLE t AS {query}"


CASES: Mapping[str, Case] = {
    # --- null -------------------------------------------------------------------------------------
    "a default that is gone": Case(
        ID_V, sql("SELECT id, COALESCE(v, 0) AS v FROM r"), sql("SELECT id, v FROM r"),
        ((NULL, "v", GONE, 0.7),),
    ),
    "a default in another spelling": Case(
        ID_V, sql("SELECT id, COALESCE(v, 0) AS v FROM r"),
        sql("SELECT id, CASE WHEN v IS NULL THEN 0 ELSE v END AS v FROM r"),
    ),
    "a filter that is gone": Case(
        ID_V, sql("SELECT id, v FROM r WHERE v IS NOT NULL"), sql("SELECT id, v FROM r"),
        ((NULL, "v", GONE, 0.7),),
    ),
    "a filter that says as much": Case(
        ID_V, sql("SELECT id, v FROM r WHERE v IS NOT NULL"), sql("SELECT id, v FROM r WHERE v > 3"),
    ),
    "a join that becomes a look-up": Case(
        ID_V, sql("SELECT r.id, r.v FROM r JOIN s ON s.id = r.v"),
        sql("SELECT r.id, r.v FROM r WHERE r.v IN (SELECT id FROM s)"), other=SOURCE,
    ),
    "a join that becomes EXISTS": Case(
        ID_V, sql("SELECT r.id, r.v FROM r JOIN s ON s.id = r.v"),
        sql("SELECT r.id, r.v FROM r WHERE EXISTS (SELECT 1 FROM s WHERE s.id = r.v)"),
        other=SOURCE,
    ),
    "a look-up that is turned": Case(
        ID_V, sql("SELECT r.id, r.v FROM r WHERE r.v IN (SELECT id FROM s)"),
        sql("SELECT r.id, r.v FROM r WHERE NOT EXISTS (SELECT 1 FROM s WHERE s.id = r.v)"),
        ((NULL, "v", GONE, 0.7),), other=SOURCE,
    ),
    "a filter below a text function": Case(
        ID_V, sql("SELECT id, UPPER(v) AS v FROM r WHERE v <> ''"),
        sql("SELECT id, LOWER(v) AS v FROM r WHERE v <> 'a'"),
    ),
    "what was never proved stays unknown": Case(
        ID_V, sql("SELECT id, v FROM r"), sql("SELECT id, v + 1 AS v FROM r"),
    ),
    "what a source promises is passed through": Case(
        ID_V, sql("SELECT id, COALESCE(v, 0) AS v FROM s"), sql("SELECT id, v FROM s"), other=SOURCE,
    ),
    "a source's promise that is used no more": Case(
        ID_V, sql("SELECT id, v FROM s"), sql("SELECT id, w AS v FROM s"),
        ((NULL, "v", GONE, 0.7),), other=SOURCE,
    ),
    "an outer join": Case(
        ID_V, sql("SELECT r.id, x.v FROM r JOIN x ON x.id = r.id"),
        sql("SELECT r.id, x.v FROM r LEFT JOIN x ON x.id = r.id"), ((NULL, "v", OUTER, 0.8),),
    ),
    "an outer join with a default": Case(
        ID_V, sql("SELECT r.id, x.v FROM r JOIN x ON x.id = r.id WHERE x.v > 0"),
        sql("SELECT r.id, COALESCE(x.v, 0) AS v FROM r LEFT JOIN x ON x.id = r.id"),
    ),
    "an outer join whose missing rows are filtered": Case(
        ID_V, sql("SELECT r.id, x.v FROM r JOIN x ON x.id = r.id WHERE x.v > 0"),
        sql("SELECT r.id, x.v FROM r LEFT JOIN x ON x.id = r.id WHERE x.v > 1"),
    ),
    "ELSE NULL": Case(
        ID_V, sql("SELECT id, CASE k WHEN 1 THEN 'a' ELSE 'b' END AS v FROM r"),
        sql("SELECT id, CASE k WHEN 1 THEN 'a' WHEN 2 THEN 'b' END AS v FROM r"),
        ((NULL, "v", "may be null: a branch gives NULL", 0.95),),
    ),
    "NULLIF": Case(
        ID_V, sql("SELECT id, v FROM r"), sql("SELECT id, NULLIF(v, '') AS v FROM r"),
        ((NULL, "v", "may be null: a branch gives NULL", 0.95),),
    ),
    "TRY_CAST": Case(
        ID_V, sql("SELECT id, v FROM r"), sql("SELECT id, TRY_CAST(v AS INT) AS v FROM r"),
        ((NULL, "v", "may be null: a cast that fails gives NULL", 0.8),),
    ),
    "LAG": Case(
        ID_V, sql("SELECT id, v FROM r"), sql("SELECT id, LAG(v) OVER (ORDER BY id) AS v FROM r"),
        ((NULL, "v", "may be null: there is no row before the first, or after the last", 1.0),),
    ),
    "LAG with a default": Case(
        ID_V, sql("SELECT id, 1 AS v FROM r"),
        sql("SELECT id, LAG(v, 1, 0) OVER (ORDER BY id) AS v FROM r"),
        ((NULL, "v", GONE, 0.7),),
    ),
    "NULL itself": Case(
        ID_V, sql("SELECT id, v FROM r"), sql("SELECT id, NULL AS v FROM r"),
        ((NULL, "v", "may be null: NULL is written", 1.0),),
    ),
    "one arm of a union": Case(
        ID_V, sql("SELECT id, v FROM r"),
        sql("SELECT id, v FROM r UNION ALL SELECT id, NULL FROM x"),
        ((NULL, "v", "may be null: a branch gives NULL", 0.95),),
    ),
    "the arms of a union with filters": Case(
        ID_V, sql("SELECT id, v FROM r WHERE v > 1"),
        sql("SELECT id, v FROM r WHERE v > 1 UNION ALL SELECT id, v FROM x WHERE v < 1"),
    ),
    "a subtotal": Case(
        ID_V, sql("SELECT 1 AS id, v FROM r WHERE v > 1 GROUP BY v"),
        sql("SELECT 1 AS id, v FROM r WHERE v > 1 GROUP BY ROLLUP (v)"),
        ((NULL, "v", "may be null: a subtotal leaves it out", 1.0),),
    ),
    "an UPDATE": Case(
        ID_V, "UPDATE t SET v = 1 WHERE id = 2", "UPDATE t SET v = NULL WHERE id = 2",
        ((NULL, "v", "may be null: NULL is written", 1.0),),
    ),
    "a MERGE keeps what it does not set": Case(
        ID_V,
        "MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET w = 1"
        " WHEN NOT MATCHED THEN INSERT (id, v) VALUES (s.id, 1)",
        "MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET w = 2"
        " WHEN NOT MATCHED THEN INSERT (id, v) VALUES (s.id, 2)",
    ),
    "a MERGE that inserts without it": Case(
        ID_V,
        "MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET v = 1"
        " WHEN NOT MATCHED THEN INSERT (id, v) VALUES (s.id, 1)",
        "MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET v = 1"
        " WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id)",
        ((NULL, "v", "may be null: the INSERT of a MERGE leaves it out", 0.8),),
    ),
    # --- values -----------------------------------------------------------------------------------
    "a number out of range": Case(
        "v: logicalTypeOptions: {minimum: 0}", sql("SELECT COALESCE(v, 0) AS v FROM r"),
        sql("SELECT COALESCE(v, -1) AS v FROM r"), (("values-broken", "v", "-1", 0.95),),
    ),
    "a sign that is turned": Case(
        "v: logicalTypeOptions: {minimum: 0}", sql("SELECT v FROM r"), sql("SELECT -v AS v FROM r"),
        (("values-broken", "v", "the negative of what it was", 0.8),),
    ),
    "a number within range": Case(
        "v: logicalTypeOptions: {minimum: 0, maximum: 10}", sql("SELECT v FROM r"),
        sql("SELECT COALESCE(v, 10) AS v FROM r"),
    ),
    "a text that is too long": Case(
        "v: logicalTypeOptions: {maxLength: 3}", sql("SELECT v FROM r"),
        sql("SELECT COALESCE(v, 'none') AS v FROM r"), (("values-broken", "v", "none", 0.95),),
    ),
    "a longer cast": Case(
        "v: logicalTypeOptions: {maxLength: 5}", sql("SELECT CAST(v AS VARCHAR(5)) AS v FROM r"),
        sql("SELECT CAST(v AS VARCHAR(9)) AS v FROM r"),
        (("values-broken", "v", "up to 9 characters, not up to 5", 0.7),), dialect="postgres",
    ),
    "the left part of a text": Case(
        "v: logicalTypeOptions: {maxLength: 5}", sql("SELECT CAST(v AS VARCHAR(5)) AS v FROM r"),
        sql("SELECT LEFT(v, 4) AS v FROM r"), dialect="postgres",
    ),
    "a text that is cut below its length": Case(
        "v: logicalTypeOptions: {minLength: 5}", sql("SELECT v FROM r"),
        sql("SELECT LEFT(v, 4) AS v FROM r"), (("values-broken", "v", "at most 4 characters", 0.95),),
        dialect="postgres",
    ),
    "a text of another pattern": Case(
        "v: logicalTypeOptions: {pattern: '^[A-Z]{2}$'}", sql("SELECT v FROM r"),
        sql("SELECT COALESCE(v, 'none') AS v FROM r"), (("values-broken", "v", "none", 0.95),),
    ),
    "a text of that pattern": Case(
        "v: logicalTypeOptions: {pattern: '^[A-Z]{2}$'}", sql("SELECT v FROM r"),
        sql("SELECT COALESCE(v, 'NL') AS v FROM r"),
    ),
    "a pattern that costs too much to try": Case(
        "v: logicalTypeOptions: {pattern: '^(a+)+$'}", sql("SELECT v FROM r"),
        sql(f"SELECT COALESCE(v, '{'a' * 60}!') AS v FROM r"),
    ),
    "a value in capitals": Case(
        "v: enum: [{value: card}]", sql("SELECT 'card' AS v FROM r"),
        sql("SELECT UPPER('card') AS v FROM r"), (("values-broken", "v", "CARD", 0.95),),
    ),
    "the largest of several values": Case(
        "v: enum: [{value: a}, {value: b}]",
        sql("SELECT MAX(CASE k WHEN 1 THEN 'a' ELSE 'b' END) AS v FROM r GROUP BY id"),
        sql("SELECT MAX(CASE k WHEN 1 THEN 'a' ELSE 'c' END) AS v FROM r GROUP BY id"),
        (("values-broken", "v", "c", 0.95),),
    ),
    "a condition is no value": Case(
        "v: enum: [{value: a}, {value: b}]",
        sql("SELECT CASE k WHEN 'x' THEN 'a' ELSE 'b' END AS v FROM r"),
        sql("SELECT CASE k WHEN 'z' THEN 'a' ELSE 'b' END AS v FROM r"),
    ),
    # --- types ------------------------------------------------------------------------------------
    "a type that no longer fits": Case(
        "v: physicalType: int", sql("SELECT CAST(v AS INT) AS v FROM r"),
        sql("SELECT CAST(v AS BIGINT) AS v FROM r"), (("type-mismatch", "v", "bigint", 0.7),),
    ),
    "a type that fits still": Case(
        "v: physicalType: bigint", sql("SELECT CAST(v AS BIGINT) AS v FROM r"),
        sql("SELECT CAST(v AS INT) AS v FROM r"),
    ),
    # --- names ------------------------------------------------------------------------------------
    "a column that an INSERT fills no more": Case(
        "id: \nv: ", "CREATE TABLE t (id INT, v INT); INSERT INTO t (id, v) SELECT id, v FROM r;",
        "CREATE TABLE t (id INT, v INT); INSERT INTO t (id) SELECT id FROM r;",
        (("column-missing", "v", "not written", 1.0),),
    ),
    "a column that another job fills": Case(
        "id: \nv: ", "INSERT INTO t (id, v) SELECT id, v FROM r;",
        "INSERT INTO t (id) SELECT id FROM r;",
        other={"k.sql": "UPDATE t SET v = 1 WHERE v IS NULL"},
    ),
    "an open star": Case("id: \nv: ", sql("SELECT id, v FROM r"), sql("SELECT * FROM r")),
    "a star over a known table": Case(
        "id: \nv: ", sql("SELECT id, v FROM q"), sql("SELECT * FROM q"),
        (("column-missing", "v", "not written", 1.0),),
        other={"q.sql": "CREATE TABLE q (id INT)"},
    ),
    "a field of a struct": Case(
        "a: logicalType: object, properties: [{name: city}, {name: zip}]",
        sql("SELECT named_struct('city', c, 'zip', z) AS a FROM r"),
        sql("SELECT named_struct('city', c) AS a FROM r"),
        (("column-missing", "a.zip", "not written", 1.0),), dialect="spark",
    ),
    "names in another case": Case(
        "Id: \nV: ", "CREATE VIEW t AS SELECT id, v FROM r", "CREATE VIEW t AS SELECT ID, v + 1 AS V FROM r",
        dialect="snowflake",
    ),
    # --- keys -------------------------------------------------------------------------------------
    "a fan-out": Case(
        KEY, sql("SELECT r.id FROM r"), sql("SELECT r.id FROM r JOIN x ON x.k = r.k"),
        (("key-broken", None, "as many rows as `x` has matches", 0.7),),
    ),
    "a fan-out by an outer join": Case(
        KEY, sql("SELECT r.id FROM r"),
        sql("SELECT r.id, x.w AS id2 FROM r LEFT JOIN x ON x.k = r.k"),
        (
            ("key-broken", None, "as many rows as `x` has matches", 0.7),
            ("column-unlisted", "id2", "id2", 1.0),
        ),
    ),
    "a join on a key": Case(
        KEY, sql("SELECT r.id FROM r"), sql("SELECT r.id FROM r JOIN s ON s.id = r.k"), other=SOURCE,
    ),
    "a join with one row for each key": Case(
        KEY, sql("SELECT r.id FROM r"),
        sql("SELECT r.id FROM r LEFT JOIN (SELECT k, MAX(w) AS w FROM x GROUP BY k) AS y ON y.k = r.k"
            " WHERE y.w > 1"),
    ),
    "an outer join that becomes an inner one": Case(
        KEY, sql("SELECT r.id FROM r LEFT JOIN x ON x.k = r.k"),
        sql("SELECT r.id FROM r JOIN x ON x.k = r.k"),
    ),
    "a join beside the pick of a row": Case(
        KEY,
        sql("SELECT id FROM (SELECT id, k, ROW_NUMBER() OVER (PARTITION BY id ORDER BY ts) AS n"
            " FROM r) AS a WHERE n = 1"),
        sql("SELECT a.id FROM (SELECT id, k, ROW_NUMBER() OVER (PARTITION BY id ORDER BY ts) AS n"
            " FROM r) AS a JOIN s ON s.id = a.k WHERE n = 1"),
        other=SOURCE,
    ),
    "a semi join": Case(
        KEY, sql("SELECT r.id FROM r"), sql("SELECT r.id FROM r WHERE k IN (SELECT k FROM x)"),
    ),
    "a grouping by more": Case(
        KEY, sql("SELECT id, MAX(v) AS v FROM r GROUP BY id"),
        sql("SELECT id, v FROM r GROUP BY id, v"),
        (("key-broken", None, "one row per id, v", 0.8),), other=LISTED,
    ),
    "a grouping by what depends on the key": Case(
        KEY, sql("SELECT DISTINCT id, v FROM r"), sql("SELECT id, v FROM r GROUP BY id, v"),
        other=LISTED,
    ),
    "a DISTINCT that is gone": Case(
        KEY, sql("SELECT DISTINCT id FROM r"), sql("SELECT id FROM r"),
        (("key-broken", None, "rows that nothing tells apart by it any more", 0.8),),
    ),
    "a DISTINCT in another spelling": Case(
        KEY, sql("SELECT DISTINCT id FROM r"), sql("SELECT id FROM r GROUP BY id"),
    ),
    "the pick of a row that is gone": Case(
        KEY,
        sql("SELECT id FROM (SELECT id, ROW_NUMBER() OVER (PARTITION BY id ORDER BY ts) AS n"
            " FROM r) AS x WHERE n = 1"),
        sql("SELECT id FROM r"),
        (("key-broken", None, "rows that nothing tells apart by it any more", 0.8),),
    ),
    "a second input": Case(
        KEY, sql("SELECT id FROM r"), sql("SELECT id FROM r UNION ALL SELECT id FROM x"),
        (("key-broken", None, "rows of another input beside the old ones", 0.7),),
    ),
    "a second input that is deduplicated": Case(
        KEY, sql("SELECT id FROM r"), sql("SELECT id FROM r UNION SELECT id FROM x"),
    ),
    "a second input with a name of its own": Case(
        "id: primaryKey: true, primaryKeyPosition: 1\nv: primaryKey: true, primaryKeyPosition: 2",
        sql("SELECT id, 'r' AS v FROM r"),
        sql("SELECT id, 'r' AS v FROM r UNION ALL SELECT id, 'x' FROM x"),
    ),
    "a key that is made anew": Case(
        "id: unique: true", sql("SELECT uuid() AS id FROM r"),
        sql("SELECT uuid() AS id FROM r JOIN x ON x.k = r.k"),
    ),
    "rows that are numbered": Case(
        "id: unique: true", sql("SELECT ROW_NUMBER() OVER (ORDER BY k) AS id FROM r"),
        sql("SELECT ROW_NUMBER() OVER (ORDER BY x.k) AS id FROM r JOIN x ON x.k = r.k"),
    ),
    # --- by position, and storage -----------------------------------------------------------------
    "an INSERT by position in another order": Case(
        "id: \nv: ", "INSERT INTO t SELECT id, v FROM r", "INSERT INTO t SELECT v, id FROM r",
        (("order-broken", None, "v, id", 0.9),),
    ),
    "an INSERT by position under other names": Case(
        "id: \nv: ", "INSERT INTO t SELECT a, b FROM r", "INSERT INTO t SELECT a, c AS w FROM r",
    ),
    "an INSERT by position into a declared table": Case(
        "v: \nid: ", "CREATE TABLE t (id INT, v INT); INSERT INTO t SELECT a, b FROM r;",
        "CREATE TABLE t (id INT, v INT); INSERT INTO t SELECT a, c FROM r;",
    ),
    "PySpark: insertInto in another order": Case(
        "id: \nv: ",
        'spark.table("r").select("id", "v").write.insertInto("t")',
        'spark.table("r").select("v", "id").write.insertInto("t")',
        (("order-broken", None, "v, id", 0.9),), "spark", "j.py",
    ),
    "PySpark: other partitions": Case(
        "id: \ndt: partitioned: true, partitionKeyPosition: 1",
        'spark.table("r").select("id", "dt").write.partitionBy("dt").saveAsTable("t")',
        'spark.table("r").select("id", "dt").write.saveAsTable("t")',
        (("partition-broken", None, "no partition", 1.0),), "spark", "j.py",
    ),
    # --- PySpark and dbt --------------------------------------------------------------------------
    "PySpark: fillna that is gone": Case(
        ID_V,
        'spark.table("r").select("id", "v").fillna({"v": 0}).write.saveAsTable("t")',
        'spark.table("r").select("id", "v").write.saveAsTable("t")',
        ((NULL, "v", GONE, 0.7),), "spark", "j.py",
    ),
    "PySpark: dropDuplicates that is gone": Case(
        KEY,
        'spark.table("r").select("id").dropDuplicates(["id"]).write.saveAsTable("t")',
        'spark.table("r").select("id").write.saveAsTable("t")',
        (("key-broken", None, "rows that nothing tells apart by it any more", 0.8),),
        "spark", "j.py",
    ),
    "PySpark: a branch more": Case(
        "v: enum: [{value: a}, {value: b}]",
        "from pyspark.sql import functions as F\n"
        'spark.table("r").select(F.when(F.col("k") == 1, "a").otherwise("b").alias("v"))'
        '.write.saveAsTable("t")',
        "from pyspark.sql import functions as F\n"
        'spark.table("r").select(F.when(F.col("k") == 1, "a").otherwise("c").alias("v"))'
        '.write.saveAsTable("t")',
        (("values-broken", "v", "c", 0.95),), "spark", "j.py",
    ),
    "dbt: a model without its default": Case(
        ID_V, "select id, coalesce(v, 0) as v from {{ source('a', 'r') }}",
        "select id, v from {{ source('a', 'r') }}", ((NULL, "v", GONE, 0.7),), path="models/t.sql",
        other={"dbt_project.yml": "name: p\nmodel-paths: [models]\n"},
    ),
    "dbt: an incremental model's own filter": Case(
        ID_V,
        "{{ config(materialized='incremental', unique_key='id') }}\n"
        "select id, coalesce(v, 0) as v from {{ source('a', 'r') }}",
        "{{ config(materialized='incremental', unique_key='id') }}\n"
        "select id, coalesce(v, 0) as v from {{ source('a', 'r') }}\n"
        "{% if is_incremental() %} where id > (select max(id) from {{ this }}) {% endif %}",
        path="models/t.sql", other={"dbt_project.yml": "name: p\nmodel-paths: [models]\n"},
    ),
    "dbt: a snapshot's own columns": Case(
        "id: \nv: ",
        "{% snapshot t %}{{ config(unique_key='id', strategy='check', check_cols='all',"
        " target_schema=none) }}select id, v from {{ source('a', 'r') }}{% endsnapshot %}",
        "{% snapshot t %}{{ config(unique_key='id', strategy='check', check_cols='all',"
        " target_schema=none) }}select id, v + 1 as v from {{ source('a', 'r') }}{% endsnapshot %}",
        path="snapshots/t.sql", other={"dbt_project.yml": "name: p\n"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_code_against_a_contract(name: str) -> None:
    """A case finds what it lists, and nothing else of the contract."""
    assert broken(CASES[name]) == CASES[name].found


# --- patterns of strangers ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "text", "answer"),
    [
        ("^[A-Z]{2}$", "NL", True),
        ("^[A-Z]{2}$", "NLD", False),
        (r"^[^@\s]+@[^@\s]+\.[a-z]{2,}$", "none", False),
        (r"^\+?[0-9]{8,15}$", "+31201234567", True),
        ("^(?:card|cash)$", "crypto", False),
        ("^(a+)+$", "a" * 60 + "!", None),
        ("a?" * 60 + "a" * 60, "a" * 60, None),
        ("(a|a)" * 30 + "b", "a" * 60, None),
        ("a{1,500}" * 9 + "b", "a" * 90, None),
        ("[", "a", None),
        ("a", "a" * 5_000, None),
    ],
)
def test_a_pattern_is_asked_only_where_that_is_safe(
    pattern: str, text: str, answer: object
) -> None:
    """What could take long, or is no pattern, tells nothing."""
    assert limits.matches(pattern, text) is answer


# --- told together --------------------------------------------------------------------------------

AT = "`contracts/t.odcs.yaml:"


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (
            "id, v",
            "`t` no longer has `w`, which its contract promises (`contracts/t.odcs.yaml:11`).",
        ),
        (
            "id",
            f"`t` no longer has `v` and `w`, which its contract promises ({AT}10` and {AT}11`).",
        ),
    ],
)
def test_a_column_that_is_gone_and_the_promise_of_it_are_one_story(after: str, said: str) -> None:
    """Both are in the document; people read of one edit."""
    files = {"contracts/t.odcs.yaml": contract("id: \nv: \nw: ")}
    before, now = (
        {**files, "j.sql": sql(f"SELECT {names} FROM r")} for names in ("id, v, w", after)
    )
    report = difference(before, now)
    assert {one.rule for one in report.changes} == {"column-removed", "contract-column-missing"}
    groups = gathering.gathered(report.changes)
    assert [gathering.message(*group) for group in groups] == [said]
    assert [gathering.sides(*group) for group in groups] in ([[("-", "w")]], [[]])


def test_a_type_and_the_promise_of_it_are_one_story() -> None:
    """The type is told once, with the place of the promise; what the rows hold is told apart."""
    files = {"contracts/t.odcs.yaml": contract("id: \nv: physicalType: int")}
    before, now = (
        {**files, "j.sql": sql(f"SELECT id, CAST(v AS {kind}) AS v FROM r")}
        for kind in ("INT", "VARCHAR")
    )
    report = difference(before, now)
    (group,) = gathering.gathered(report.changes)
    assert {one.rule for one in report.changes} == {"column-type-changed", "contract-type-mismatch"}
    assert gathering.message(*group) == (
        f"`t.v` changes type from `int` to `varchar`; its contract promises otherwise ({AT}10`)."
    )


# --- what the code does not tell ------------------------------------------------------------------


def unknown(columns: str, query: str) -> list[str]:
    """Return the clauses of which a job tells nothing."""
    files = {"contracts/t.odcs.yaml": contract(columns), "j.sql": query}

    def work() -> list[str]:
        lowered, _ = pipeline.lower(InMemory(files, "duckdb"), sorted(files))
        world = link(lowered)
        (promised,) = contracts.held(lowered).values()
        return [item.text for item in contracts.unknown(promised, world)]

    return deep(work)


@pytest.mark.parametrize(
    ("columns", "query", "said"),
    [
        (
            "v: required: true",
            "SELECT v FROM r",
            ["`v` not null: it may be null where its source is"],
        ),
        ("v: required: true", "SELECT COALESCE(v, 1) AS v FROM r", []),
        ("v: required: true", "SELECT NULL AS v FROM r", []),
        ("v: unique: true", "SELECT v FROM r", ["`v` unique: nothing in the code makes it unique"]),
        ("v: unique: true", "SELECT DISTINCT v FROM r", []),
        (
            "v: enum: [{value: a}]",
            "SELECT v FROM r",
            ["`v` one of a: its values come from the data"],
        ),
        ("v: enum: [{value: a}]", "SELECT 'a' AS v FROM r", []),
        ("v: ", "SELECT * FROM r", ["`v`: a `*` over a table that nobody describes may hold it"]),
        ("v: physicalType: int", "SELECT CAST(v AS INT) AS v FROM r", []),
        (
            "v: physicalType: int",
            "SELECT v FROM r",
            ["`v` int: the code states no type: cast it, or declare the source"],
        ),
    ],
)
def test_what_is_unknown_is_said_to_be(columns: str, query: str, said: list[str]) -> None:
    """A clause is kept, broken, or of neither is anything told."""
    assert unknown(columns, sql(query)) == said


def test_a_table_that_nobody_writes() -> None:
    """Of a contract without code the one thing is told."""
    assert unknown("v: required: true", "SELECT 1") == ["no job here writes it"]

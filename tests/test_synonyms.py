"""What each dialect spells in two ways is no change; what only looks alike there is one."""

from collections import defaultdict

import pytest

from tests import casebook

SCHEMA = """
CREATE TABLE t (id INT NOT NULL, x INT, k INT, s VARCHAR(20), d DATE, ts TIMESTAMP, f FLOAT);
"""

# Lines of `dialect | one value | the other`.
SAME = """
tsql | CONVERT(INT, s) | CAST(s AS INT)
tsql | DATEADD(day, 1, d) | DATEADD(dd, 1, d)
tsql | DATEPART(yyyy, d) | YEAR(d)
tsql | IIF(x > 1, 1, 0) | CASE WHEN x > 1 THEN 1 ELSE 0 END
tsql | GETDATE() | CURRENT_TIMESTAMP
tsql | CHARINDEX('a', s) | CHARINDEX('a', s, 1)
tsql | SUBSTRING(s, 1, 2) | LEFT(s, 2)
tsql | CASE WHEN x != 1 THEN 1 END | CASE WHEN x <> 1 THEN 1 END
postgres | d + INTERVAL '1 day' | d + INTERVAL '1' DAY
postgres | STRPOS(s, 'a') | POSITION('a' IN s)
postgres | SUBSTRING(s FROM 1 FOR 2) | LEFT(s, 2)
postgres | ts::date | CAST(ts AS date)
postgres | DATE_PART('year', d) | EXTRACT(YEAR FROM d)
postgres | LENGTH(s) | CHAR_LENGTH(s)
postgres | NOW() | CURRENT_TIMESTAMP
postgres | CASE WHEN s ILIKE 'ab%' THEN 1 END | CASE WHEN LOWER(s) LIKE 'ab%' THEN 1 END
duckdb | STRPOS(s, 'a') | INSTR(s, 'a')
duckdb | LEN(s) | LENGTH(s)
duckdb | ts::date | DATE(ts)
duckdb | d + INTERVAL 1 DAY | d + INTERVAL '1 day'
mysql | LOCATE('a', s) | INSTR(s, 'a')
mysql | DATE(ts) | CAST(ts AS DATE)
mysql | DATE_ADD(d, INTERVAL 1 DAY) | d + INTERVAL 1 DAY
mysql | DATE_SUB(d, INTERVAL 1 WEEK) | d - INTERVAL 7 DAY
snowflake | DATEADD(day, 1, d) | d + INTERVAL '1 day'
snowflake | DATEADD('month', -1, d) | d - INTERVAL '1 month'
snowflake | DATE_TRUNC('MONTH', d) | TRUNC(d, 'month')
snowflake | TO_DATE(ts) | ts::DATE
snowflake | IFF(x > 1, 1, 0) | CASE WHEN x > 1 THEN 1 ELSE 0 END
snowflake | ZEROIFNULL(x) | NVL(x, 0)
snowflake | DECODE(x, 1, 'a', 'b') | CASE WHEN x = 1 THEN 'a' ELSE 'b' END
snowflake | EQUAL_NULL(x, k) | x IS NOT DISTINCT FROM k
snowflake | CHARINDEX('a', s) | POSITION('a', s)
snowflake | CONCAT(s, 'a') | s || 'a'
snowflake | CASE WHEN s LIKE 'a' THEN 1 END | CASE WHEN s = 'a' THEN 1 END
bigquery | DATE_TRUNC(d, MONTH) | DATE_TRUNC(d, month)
bigquery | DATE(ts) | CAST(ts AS DATE)
bigquery | CONCAT(s, 'a') | s || 'a'
spark | locate('a', s) | instr(s, 'a')
spark | to_date(ts) | CAST(ts AS DATE)
spark | nvl(x, 0) | ifnull(x, 0)
spark | substr(s, 1, 2) | left(s, 2)
spark | concat(s, 'a') | s || 'a'
oracle | NVL(x, 0) | COALESCE(x, 0)
oracle | s || 'a' | CONCAT(s, 'a')
"""
APART = """
tsql | CHARINDEX('a', s) | CHARINDEX('a', s, 2)
tsql | LEN(s) | LEN(CAST(s AS VARCHAR(3)))
tsql | LEN(s) | DATALENGTH(s)
tsql | CONCAT(s, 'a') | s + 'a'
tsql | CONVERT(VARCHAR(10), d, 120) | CAST(d AS VARCHAR(10))
tsql | CASE WHEN s LIKE 'a' THEN 1 END | CASE WHEN s = 'a' THEN 1 END
postgres | CONCAT(s, 'a') | s || 'a'
postgres | x / 2 | x / 2.0
postgres | CASE WHEN s LIKE 'a' THEN 1 END | CASE WHEN s = 'a' THEN 1 END
duckdb | x / 2 | x // 2
duckdb | CONCAT(s, 'a') | s || 'a'
duckdb | d + INTERVAL 1 DAY | DATE_ADD(d, INTERVAL 1 MONTH)
mysql | DATE_SUB(d, INTERVAL 1 DAY) | d + INTERVAL 1 DAY
mysql | x DIV 2 | x / 2
snowflake | DATEADD(day, -1, d) | d + INTERVAL '1 day'
snowflake | SYSDATE() | CURRENT_TIMESTAMP
bigquery | GREATEST(x, COALESCE(k, x)) | GREATEST(x, k)
bigquery | DATE_ADD(d, INTERVAL 1 DAY) | d + INTERVAL 1 DAY
spark | x / 2 | x div 2
spark | date_add(ts, 1) | ts + INTERVAL 1 DAY
"""
DIALECTS = sorted({line.split(" | ")[0] for line in (SAME + APART).strip().splitlines()})


def told(table: str, dialect: str) -> dict[str, bool]:
    """Return of each pair of a dialect whether it is told as a change."""
    lines = [line.split(" | ") for line in table.strip().splitlines()]
    pairs = [(one, other) for spoken, one, other in lines if spoken == dialect]
    base, head = (
        "".join(
            f"CREATE TABLE o{n} AS SELECT id, {p[side]} AS v FROM t;" for n, p in enumerate(pairs)
        )
        for side in (0, 1)
    )
    report = casebook.difference(
        {"schema.sql": SCHEMA, "job.sql": base}, {"schema.sql": SCHEMA, "job.sql": head}, dialect
    )
    assert report.warnings == ()
    changed = defaultdict(bool, {change.dataset.lower(): True for change in report.changes})
    names = ((f"dbo.o{n}" if dialect == "tsql" else f"o{n}") for n in range(len(pairs)))
    return {" | ".join(pair): changed[name] for pair, name in zip(pairs, names, strict=True)}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_two_spellings_of_one_thing_are_no_change(dialect: str) -> None:
    assert [pair for pair, loud in told(SAME, dialect).items() if loud] == []


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_only_looks_alike_is_a_change(dialect: str) -> None:
    assert [pair for pair, loud in told(APART, dialect).items() if not loud] == []

"""Everyday refactors of expressions and conditions are no change; their nearest neighbours are.

Each pair runs in DuckDB over NULLs, boundaries and empty strings: what is called equal must be.
"""

import itertools
from collections.abc import Iterator

import duckdb
import pytest

from tests import casebook

SCHEMA = """
CREATE TABLE t (id INT NOT NULL PRIMARY KEY, x INT, k INT, s VARCHAR, p BOOLEAN, d DATE, ts TIMESTAMP);
"""
VALUES = (
    (None, 0, 1, 3, 7),
    (None, 0, 1, 2),
    (None, "", "a", "b", "abc", " a"),
    (None, True, False),
    (None, "2024-01-01", "2024-12-31"),
    (None, "2024-01-01 10:00:00"),
)

SAME_VALUE = {
    "a CASE in THEN": (
        "CASE WHEN x > 1 THEN CASE WHEN k = 1 THEN 'a' ELSE 'b' END ELSE 'c' END",
        "CASE WHEN x > 1 AND k = 1 THEN 'a' WHEN x > 1 THEN 'b' ELSE 'c' END",
    ),
    "branches in another order": (
        "CASE WHEN s = 'a' THEN 1 WHEN s = 'b' THEN 2 WHEN s IN ('abc', 'd') THEN 3 ELSE 0 END",
        "CASE WHEN s IN ('d', 'abc') THEN 3 WHEN s = 'b' THEN 2 WHEN s = 'a' THEN 1 ELSE 0 END",
    ),
    "bounds that earlier branches have set": (
        "CASE WHEN x < 1 THEN 'l' WHEN x >= 1 AND x < 3 THEN 'm' ELSE 'h' END",
        "CASE WHEN x < 1 THEN 'l' WHEN x < 3 THEN 'm' ELSE 'h' END",
    ),
    "a flag with a default": (
        "CASE WHEN NOT COALESCE(p, FALSE) THEN 1 ELSE 0 END",
        "CASE WHEN p THEN 0 ELSE 1 END",
    ),
    "not true": ("CASE WHEN p IS NOT TRUE THEN 1 ELSE 0 END", "CASE WHEN p THEN 0 ELSE 1 END"),
    "a flag made by CASE": ("CASE WHEN x > 1 THEN TRUE ELSE FALSE END", "COALESCE(x > 1, FALSE)"),
    "a test made by CASE": ("CASE WHEN x IS NULL THEN TRUE ELSE FALSE END", "x IS NULL"),
    "a division that spares zero": (
        "CASE WHEN k = 0 THEN NULL ELSE x / k END",
        "x / NULLIF(k, 0)",
    ),
    "a division that asks for more than zero": (
        "CASE WHEN k <> 0 THEN x / k END",
        "x / NULLIF(k, 0)",
    ),
    "a default moved into CASE": (
        "COALESCE(CASE WHEN p THEN x END, 0)",
        "CASE WHEN p THEN COALESCE(x, 0) ELSE 0 END",
    ),
    "NULLIF written out": ("CASE WHEN x <> 0 THEN x END", "NULLIF(x, 0)"),
    "LEFT": ("LEFT(s, 2)", "SUBSTRING(s, 1, 2)"),
    "TRIM with its defaults": ("TRIM(BOTH ' ' FROM s)", "TRIM(s)"),
    "a part of a date": ("DATE_PART('year', d)", "EXTRACT(YEAR FROM d)"),
    "a month": ("MONTH(d)", "DATE_PART('months', d)"),
    "rounded to nothing": ("ROUND(x, 0)", "ROUND(x)"),
    "least of least": ("LEAST(x, LEAST(k, id))", "LEAST(id, x, k)"),
    "lower of lower": ("LOWER(LOWER(s))", "LOWER(s)"),
    "a prefix": ("s LIKE 'a%'", "STARTS_WITH(s, 'a')"),
    "null-safe against NULL": ("x IS NOT DISTINCT FROM NULL", "x IS NULL"),
    "nothing added to a whole number": ("x + 0", "x * 1"),
    "whole numbers put together otherwise": ("x + k + id", "id + (k + x)"),
    "a common factor": ("x * 2 + k * 2", "2 * (x + k)"),
    "a difference turned": ("-(x - k)", "k - x"),
    "steps put together": ("x + 1 + 1", "x + 2"),
    "a test as a number": ("CASE WHEN x IS NULL THEN 1 ELSE 0 END", "CAST(x IS NULL AS INT)"),
    "a week": ("d + INTERVAL 7 DAY", "d + INTERVAL 1 WEEK"),
    "null-safe, by COALESCE": (
        "x IS NOT DISTINCT FROM k",
        "COALESCE(x = k, x IS NULL AND k IS NULL)",
    ),
    "the day of a time": ("CAST(DATE_TRUNC('day', ts) AS DATE)", "CAST(ts AS DATE)"),
    "a test of what is never NULL": ("CASE WHEN id IS NULL THEN 0 ELSE k END", "k"),
    "a prefix cut off": ("LEFT(s, 1) = 'a'", "s LIKE 'a%'"),
}
SAME_ROWS = {
    "a default that fails the test": ("COALESCE(s, '') <> ''", "s <> ''"),
    "a default that meets the test": ("COALESCE(s, 'a') = 'a'", "s = 'a' OR s IS NULL"),
    "a default of a number": ("COALESCE(x, 0) > 0", "x > 0"),
    "a default for an inequality": ("COALESCE(s, 'z') <> 'a'", "s <> 'a' OR s IS NULL"),
    "not equal, null-safe": ("s IS DISTINCT FROM 'a'", "s <> 'a' OR s IS NULL"),
    "null-safe, by a default": ("s IS DISTINCT FROM 'a'", "COALESCE(s <> 'a', TRUE)"),
    "a flag that is not set": ("NOT COALESCE(p, FALSE)", "NOT p OR p IS NULL"),
    "a flag compared with false": ("COALESCE(p, FALSE) = FALSE", "p IS NOT TRUE"),
    "null-safe equality written out": (
        "x = k OR (x IS NULL AND k IS NULL)",
        "x IS NOT DISTINCT FROM k",
    ),
    "nothing that is empty": ("NULLIF(s, '') IS NOT NULL", "s IS NOT NULL AND s <> ''"),
    "CASE as a filter": ("CASE WHEN x > 1 THEN 1 ELSE 0 END = 1", "x > 1"),
    "names given by CASE": (
        "CASE WHEN s = 'a' THEN 'A' WHEN s = 'b' THEN 'B' END = 'A'",
        "s = 'a'",
    ),
    "a value equal to itself": ("x = x", "x IS NOT NULL"),
    "a test that is never true": ("x > 1 OR 1 = 0", "x > 1"),
    "what both sides of an OR ask for": (
        "(x > 1 AND p) OR (x > 1 AND k = 1)",
        "x > 1 AND (p OR k = 1)",
    ),
    "a number cast to what it is": ("x > CAST(2 AS INT)", "x > 2"),
    "what the other condition implies": ("x > 1 AND x IS NOT NULL", "x > 1"),
    "the next whole number": ("x > 1", "x >= 2"),
    "the tighter bound": ("x > 1 AND x > 2", "x >= 3"),
    "a choice without one": ("x IN (0, 1, 3) AND x <> 1", "x IN (3, 0)"),
    "what two choices share": ("s IN ('a', 'b') AND s IN ('b', 'c')", "s = 'b'"),
    "either of two halves": ("(x > 1 AND p) OR (x > 1 AND NOT p)", "x > 1 AND p IS NOT NULL"),
    "a date as text": ("d >= '2024-01-01'", "d >= DATE '2024-01-01'"),
    "a year as a range": ("YEAR(d) = 2024", "d BETWEEN '2024-01-01' AND '2024-12-31'"),
    "a time as a date": ("ts >= '2024-01-01'", "ts >= TIMESTAMP '2024-01-01 00:00:00'"),
    "a flag as a number": ("CAST(p AS INT) = 1", "p"),
    "a number on the other side": ("x + 1 > 3", "x > 2"),
    "a number of a sum on the other side": ("x + k - 1 <= 3", "x + k < 5"),
    "a number cast to what it is, from above": ("x < CAST(2 AS INT)", "x < 2"),
    "a pattern without a wildcard": ("s LIKE 'a'", "s = 'a'"),
    "no such pattern": ("s NOT LIKE 'a'", "s <> 'a'"),
}
NOT_SAME_VALUE = {
    "branches that overlap": (
        "CASE WHEN x < 3 THEN 'a' WHEN x < 5 THEN 'b' END",
        "CASE WHEN x < 5 THEN 'b' WHEN x < 3 THEN 'a' END",
    ),
    "a flag made without ELSE": ("CASE WHEN x > 1 THEN TRUE END", "COALESCE(x > 1, FALSE)"),
    "a bound of another column": (
        "CASE WHEN x < 1 THEN 'l' WHEN x >= 1 AND k < 3 THEN 'm' ELSE 'h' END",
        "CASE WHEN x < 1 THEN 'l' WHEN k < 3 THEN 'm' ELSE 'h' END",
    ),
    "a prefix with a wildcard": ("s LIKE '_%'", "STARTS_WITH(s, '_')"),
    "a value less itself": ("x - x", "0"),
    "a factor of one term": ("x * 2 + k", "2 * (x + k)"),
    "a number joined to a text": ("s || '0'", "s"),
    "a flag as a number, NULL as zero": ("CASE WHEN p THEN 1 ELSE 0 END", "CAST(p AS INT)"),
    "a test of what may be NULL": ("CASE WHEN x IS NULL THEN 0 ELSE k END", "k"),
    "a prefix of another length": ("LEFT(s, 2) = 'a'", "s LIKE 'a%'"),
}
NOT_SAME_ROWS = {
    "a default that meets an inequality": ("COALESCE(s, 'z') <> 'a'", "s <> 'a'"),
    "not false is not true": ("p IS NOT FALSE", "p"),
    "a number cast to what it is not": ("x >= CAST(2.6 AS INT)", "x >= 2.6 AND x <> 3"),
    "null-safe inequality": ("x IS DISTINCT FROM k", "x <> k"),
    "one NULL of two": ("x = k OR x IS NULL", "x IS NOT DISTINCT FROM k"),
    "the next number but one": ("x > 0", "x >= 2"),
    "the wider bound": ("x > 0 AND x > 1", "x > 0"),
    "the year's last day left out": ("YEAR(d) = 2024", "d >= '2024-01-01' AND d < '2024-12-31'"),
    "halves that leave NULL out": ("p OR NOT p", "TRUE"),
    "a number lost on the way to the other side": ("x + 1 > 3", "x > 3"),
    "a number taken off for one put on": ("x - 1 > 0", "x > -1"),
    "a pattern with a wildcard": ("s LIKE '_'", "s = '_'"),
    "the end of a day as its beginning": ("ts <= '2024-01-01 10:00:00'", "ts <= '2024-01-01'"),
}


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(SCHEMA)
        rows = [(number, *row) for number, row in enumerate(itertools.product(*VALUES))]
        connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        yield connection


def values(expression: str) -> str:
    return f"SELECT id, {expression} AS v FROM t"


def rows(condition: str) -> str:
    return f"SELECT id FROM t WHERE {condition}"


EQUAL = {
    **{name: tuple(map(values, pair)) for name, pair in SAME_VALUE.items()},
    **{name: tuple(map(rows, pair)) for name, pair in SAME_ROWS.items()},
}
DIFFERENT = {
    **{name: tuple(map(values, pair)) for name, pair in NOT_SAME_VALUE.items()},
    **{name: tuple(map(rows, pair)) for name, pair in NOT_SAME_ROWS.items()},
}


@pytest.mark.parametrize("name", EQUAL)
def test_a_refactor_is_no_change(database: duckdb.DuckDBPyConnection, name: str) -> None:
    base, head = EQUAL[name]
    assert result(database, base) == result(database, head)
    assert casebook.difference(files(base), files(head)).changes == ()


@pytest.mark.parametrize("name", DIFFERENT)
def test_its_nearest_neighbour_is_a_change(database: duckdb.DuckDBPyConnection, name: str) -> None:
    base, head = DIFFERENT[name]
    assert result(database, base) != result(database, head)
    assert casebook.difference(files(base), files(head)).changes


def files(query: str) -> dict[str, str]:
    return {"schema.sql": SCHEMA, "job.sql": f"CREATE TABLE mart.out AS {query};"}


def result(database: duckdb.DuckDBPyConnection, query: str) -> list[str]:
    return sorted(map(repr, database.execute(query).fetchall()))

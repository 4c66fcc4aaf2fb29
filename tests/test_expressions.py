"""sqlglot nodes → our expressions: one vocabulary for all dialects, and the author's own words."""

import pytest
import sqlglot

from guardian.languages.expressions import (
    Scope,
    lower_expression,
    lower_item,
    normal_type,
    sql_text,
)
from guardian.model.plan import (
    AggregateCall,
    Call,
    Constant,
    Expr,
    FrameRef,
    Lambda,
    Over,
    PlanBuilder,
    Ref,
    Star,
    Symbol,
)

A, B, C = Ref("a"), Ref("b"), Ref("c")
NULL = Constant("null", "")


def number(text: str) -> Constant:
    return Constant("number", text)


def text(value: str) -> Constant:
    return Constant("string", value)


X = text("x")
STUFFED = Call("stuff", (A, number("1"), number("1"), X))
JSON_TEXT = Call("json_text", (Call("json_path", (A, text("b"), text("c"))),))


def lowered(text: str, dialect: str = "duckdb") -> Expr:
    tree = sqlglot.parse_one(f"SELECT {text}", read=dialect)
    return lower_expression(tree.expressions[0], Scope(PlanBuilder(), dialect))


@pytest.mark.parametrize(
    ("dialect", "text", "expected"),
    [
        ("spark", "a <=> b", Call("is", (A, B))),
        ("databricks", "equal_null(a, b)", Call("is", (A, B))),
        ("duckdb", "a IS DISTINCT FROM b", Call("not", (Call("is", (A, B)),))),
        ("duckdb", "a IS NOT NULL", Call("not", (Call("is_null", (A,)),))),
        ("duckdb", "a IS TRUE", Call("is", (A, Constant("boolean", "true")))),
        ("duckdb", "a AND b AND c", Call("and", (A, B, C))),
        ("duckdb", "a + b - c", Call("sub", (Call("add", (A, B)), C))),
        ("duckdb", "-3", number("-3")),
        ("duckdb", ".5", number("0.5")),
        ("duckdb", "a BETWEEN 1 AND 2", Call("between", (A, number("1"), number("2")))),
        ("duckdb", "a NOT IN (1, 2)", Call("not", (Call("in", (A, number("1"), number("2"))),))),
        ("postgres", "a !~* 'x'", Call("not", (Call("rlike", (A, Constant("string", "x")), "i"),))),
        (
            "snowflake",
            "x LIKE ANY ('p', 'q')",
            Call(
                "or",
                (
                    Call("like", (Ref("X"), Constant("string", "p"))),
                    Call("like", (Ref("X"), Constant("string", "q"))),
                ),
            ),
        ),
        ("spark", "a div b", Call("int_div", (A, B))),
        ("duckdb", "a / b", Call("div", (A, B))),
        ("postgres", "a / b", Call("div", (A, B), "typed")),
        ("mysql", "a / b", Call("div", (A, B), "safe")),
        ("spark", "concat(a, b)", Call("concat", (A, B))),
        ("postgres", "concat(a, b)", Call("concat_skip_null", (A, B))),
        ("tsql", "a + 'x'", Call("concat", (A, Constant("string", "x")))),
        ("tsql", "a + b", Call("add", (A, B), "overloaded")),
        ("tsql", "a + 1", Call("add", (A, number("1")))),
        ("tsql", "a * 2 + b", Call("add", (Call("mul", (A, number("2"))), B))),
        ("tsql", "CAST(a AS INT) + b", Call("add", (Call("cast", (A,), "int"), B))),
        ("tsql", "sum(a) + b", Call("add", (AggregateCall("sum", (A,)), B))),
        ("tsql", "N'x' + a + b", Call("concat", (Call("concat", (X, A)), B))),
        ("tsql", "STUFF(a, 1, 1, 'x') + b", Call("concat", (STUFFED, B))),
    ],
)
def test_operators(dialect: str, text: str, expected: Expr) -> None:
    assert lowered(text, dialect) == expected


@pytest.mark.parametrize(
    ("dialect", "text", "expected"),
    [
        ("spark", "nvl(a, b)", Call("coalesce", (A, B))),
        ("tsql", "isnull(a, b)", Call("coalesce", (A, B))),
        ("spark", "if(a, b, c)", Call("case", (A, B, C))),
        ("tsql", "iif(a = 1, b, c)", Call("case", (Call("eq", (A, number("1"))), B, C))),
        (
            "duckdb",
            "CASE a WHEN 1 THEN b END",
            Call("case", (Call("eq", (A, number("1"))), B, NULL)),
        ),
        (
            "oracle",
            "decode(a, NULL, 1, 2)",
            Call("case", (Call("is_null", (Ref("A"),)), number("1"), number("2"))),
        ),
        ("spark", "cast(a AS string)", Call("cast", (A,), "string")),
        ("spark", "try_cast(a AS int)", Call("try_cast", (A,), "int")),
        ("bigquery", "safe_cast(a AS int64)", Call("try_cast", (A,), "int64")),
        ("tsql", "convert(varchar(10), a)", Call("cast", (A,), "varchar(10)")),
        ("postgres", "a::numeric(10, 2)", Call("cast", (A,), "decimal(10,2)")),
        ("duckdb", "DATE '2020-01-01'", Constant("date", "2020-01-01")),
        ("spark", "date_add(a, 1)", Call("date_add", (A, number("1")), "day")),
        ("bigquery", "date_add(a, INTERVAL 1 DAY)", Call("date_add", (A, number("1")), "day")),
        ("snowflake", "dateadd(day, 1, a)", Call("date_add", (Ref("A"), number("1")), "day")),
        ("tsql", "datediff(day, a, b)", Call("date_diff", (B, A), "day")),
        ("spark", "datediff(b, a)", Call("date_diff", (B, A), "day")),
        ("duckdb", "date_trunc('month', a)", Call("date_trunc", (A,), "month")),
        ("spark", "year(a)", Call("extract", (A,), "year")),
        ("postgres", "extract(year FROM a)", Call("extract", (A,), "year")),
        ("spark", "current_timestamp()", Call("current_timestamp")),
        ("tsql", "getdate()", Call("current_timestamp")),
        ("duckdb", "now()", Call("current_timestamp")),
        ("duckdb", "random()", Call("rand")),
        ("spark", "my_udf(a)", Call("my_udf", (A,))),
        ("duckdb", "greatest(a, b)", Call("greatest", (A, B))),
        ("bigquery", "greatest(a, b)", Call("greatest", (A, B), "propagate null")),
    ],
)
def test_functions_have_one_name(dialect: str, text: str, expected: Expr) -> None:
    assert lowered(text, dialect) == expected


@pytest.mark.parametrize(
    ("dialect", "text", "expected"),
    [
        ("bigquery", "x.y.z.w", Ref("w", ("x", "y", "z"))),
        ("bigquery", "a.b.c.d.e.f", Ref("f", ("a", "b", "c", "d", "e"))),
        ("spark", "a['k']", Call("field", (A,), "k")),
        ("duckdb", "a[1]", Call("index", (A, number("0")))),
        ("snowflake", "a:b.c", Call("json_path", (Ref("A"), text("b"), text("c")))),
        ("snowflake", "a:b[0].c", Call("json_path", (Ref("A"), text("b"), number("0"), text("c")))),
        ("snowflake", "a['b']['c']", Call("json_path", (Ref("A"), text("b"), text("c")))),
        ("snowflake", "get_path(a, 'b.c')", Call("json_path", (Ref("A"), text("b"), text("c")))),
        ("postgres", "a->'b'->>'c'", JSON_TEXT),
        ("postgres", "a #>> '{b,c}'", JSON_TEXT),
        ("postgres", "f(a -> 'b' ->> 'c')", Call("f", (JSON_TEXT,))),
        ("trino", "json_extract_scalar(a, '$.b.c')", JSON_TEXT),
        ("spark", "get_json_object(a, '$.b.c')", JSON_TEXT),
        ("postgres", "(a).b", Call("field", (A,), "b")),
        ("spark", "named_struct('x', a)", Call("struct", (A,), "x")),
        (
            "duckdb",
            "list_transform(a, x -> x + 1)",
            Call("transform", (A, Lambda(("x",), Call("add", (Ref("x"), number("1")))))),
        ),
        ("duckdb", "* EXCLUDE (a)", Star((), ("a",))),
        ("snowflake", "t.* RENAME (b AS c)", Star(("T",), (), (), (("B", "C"),))),
        ("tsql", "@since", Symbol("since")),
        ("bigquery", "@p", Symbol("p")),
        ("snowflake", "$1", Ref("$1")),
    ],
)
def test_structure(dialect: str, text: str, expected: Expr) -> None:
    assert lowered(text, dialect) == expected


@pytest.mark.parametrize(
    ("dialect", "text", "expected"),
    [
        ("duckdb", "count(*)", AggregateCall("count")),
        ("duckdb", "count(1)", AggregateCall("count")),
        ("duckdb", "count(DISTINCT a)", AggregateCall("count", (A,), distinct=True)),
        ("duckdb", "sum(a) FILTER (WHERE b)", AggregateCall("sum", (A,), filter=B)),
        ("bigquery", "countif(a)", AggregateCall("count_if", (A,))),
        ("spark", "max_by(a, b)", AggregateCall("max_by", (A, B))),
        ("spark", "collect_list(a)", AggregateCall("array_agg", (A,), option="ignore nulls")),
        ("spark", "first(a, true)", AggregateCall("first", (A,), option="ignore nulls")),
        ("postgres", "bool_or(a)", AggregateCall("bool_or", (A,))),
        ("clickhouse", "sumIf(a, b)", AggregateCall("sum", (A,), filter=B)),
        ("clickhouse", "argMaxIf(a, b, c)", AggregateCall("max_by", (A, B), filter=C)),
        (
            "clickhouse",
            "quantileIf(0.9)(a, b)",
            AggregateCall("quantile", (A,), filter=B, option="0.9"),
        ),
        ("clickhouse", "topK(3)(a)", AggregateCall("topk", (A,), option="3")),
    ],
)
def test_aggregates(dialect: str, text: str, expected: Expr) -> None:
    assert lowered(text, dialect) == expected


def test_a_separator_is_no_part_of_the_text() -> None:
    assert lowered("concat_ws(',', a, b)") != lowered("concat(',', a, b)")


def test_orders_and_separators_of_aggregates() -> None:
    listed = lowered("listagg(a, ',') WITHIN GROUP (ORDER BY b)", "snowflake")
    assert isinstance(listed, AggregateCall)
    assert listed.name == "string_agg"
    assert listed.order[0].expr == Ref("B")
    taken = lowered("array_agg(a IGNORE NULLS ORDER BY b DESC LIMIT 1)", "bigquery")
    assert isinstance(taken, AggregateCall)
    assert taken.order[0].descending
    assert taken.option == "ignore nulls,limit 1"


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        (
            "sum(a) OVER (PARTITION BY b)",
            "rows between unbounded preceding and unbounded following",
        ),
        ("sum(a) OVER (ORDER BY b)", "range between unbounded preceding and current row"),
        ("sum(a) OVER (ORDER BY b ROWS 3 PRECEDING)", "rows between 3 preceding and current row"),
        ("row_number() OVER (ORDER BY b)", ""),
        ("lag(a) OVER (ORDER BY b ROWS 3 PRECEDING)", ""),
    ],
)
def test_window_frames_are_written_out(text: str, frame: str) -> None:
    window = lowered(text)
    assert isinstance(window, Over)
    assert window.frame == frame


def test_nulls_are_ordered_as_the_dialect_does() -> None:
    for dialect, first in (("spark", True), ("postgres", False), ("duckdb", False), ("tsql", True)):
        window = lowered("row_number() OVER (ORDER BY b)", dialect)
        assert isinstance(window, Over)
        assert window.order[0].nulls_first is first, dialect


def test_a_frame_column_keeps_its_frame() -> None:
    node = sqlglot.exp.column("x")
    node.meta["frame"] = 7
    assert lower_expression(node, Scope(PlanBuilder(), "spark")) == FrameRef(7, "x")


def test_long_chains_need_no_recursion() -> None:
    tree = sqlglot.parse_one("SELECT " + " OR ".join(f"a = {number}" for number in range(3000)))
    found = lower_expression(tree.expressions[0], Scope(PlanBuilder(), "duckdb"))
    assert isinstance(found, Call)
    assert len(found.args) == 3000


@pytest.mark.parametrize(
    ("dialect", "text", "name"),
    [
        ("postgres", "max(a)", "max"),
        ("postgres", "1 + a", "?column?"),
        ("postgres", "a::int", "a"),
        ("trino", "max(a)", "_col0"),
        ("spark", "count(*)", "count(1)"),
        ("duckdb", "count(*)", "count_star()"),
        ("spark", "sum(a)", "sum(a)"),
        ("tsql", "max(a)", None),
        ("spark", "a.b.c", "c"),
        ("duckdb", "1 AS x", "x"),
    ],
)
def test_unnamed_columns_are_named_as_the_engine_does(
    dialect: str, text: str, name: str | None
) -> None:
    tree = sqlglot.parse_one(f"SELECT {text}", read=dialect)
    assert lower_item(tree.expressions[0], Scope(PlanBuilder(), dialect)).name == name


def test_types_have_one_spelling() -> None:
    assert normal_type("INTEGER", "duckdb") == normal_type("int", "duckdb") == "int"
    assert normal_type("TEXT", "duckdb") == normal_type("VARCHAR", "duckdb") == "varchar"
    assert normal_type("STRING", "spark") == "string"
    assert normal_type("DECIMAL(10, 2)", "spark") == "decimal(10,2)"


def test_text_is_short_and_on_one_line() -> None:
    tree = sqlglot.parse_one("SELECT " + " + ".join(["a"] * 5_000))
    text = sql_text(tree)
    assert len(text) <= 2_000
    assert "\n" not in text

"""`pyspark.sql.functions` and the methods of a column mean what the same words mean in SQL.

`spark_functions.tsv` holds a call of every function in all its lengths, and the SQL that Catalyst
makes of it (`F.f(...)._jc.node().sql()`, PySpark 4.3).
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlglot

from guardian.languages.expressions import Scope, lower_expression
from guardian.languages.python import plain_columns
from guardian.languages.python.spark_calls import build
from guardian.languages.python.spark_functions import RENAMED, is_function
from guardian.languages.python.spark_signatures import SIGNATURES
from guardian.model.plan import Aggregate, Expr, PlanBuilder, Project
from tests.casebook import difference
from tests.pyspark_code import edges, operator

TABLE = Path(__file__).with_name("spark_functions.tsv")
ROWS = [line.split("\t") for line in TABLE.read_text("utf-8").splitlines()]
# Frames, user-defined functions, sort keys: no functions of columns, or none that SELECT allows.
# Generators make rows; sqlglot does not read the others with all their arguments.
ELSEWHERE = frozenset({
    "broadcast", "udf", "udtf", "arrow_udtf", "asc", "asc_nulls_first", "asc_nulls_last", "desc",
    "desc_nulls_first", "desc_nulls_last", "explode", "explode_outer", "posexplode",
    "posexplode_outer", "inline", "inline_outer", "json_tuple", "stack", "shuffle", "time_diff",
    "time_trunc",
})  # fmt: skip


def selected(columns: list[str]) -> list[Expr]:
    """Return the expressions of a `select`, in the plan."""
    made = operator(f"df.select({', '.join(columns)})")
    assert isinstance(made, Project | Aggregate)
    return [item.expr for item in made.items]


def test_a_function_is_the_expression_that_its_sql_gives() -> None:
    called = selected([call for call, _ in ROWS])
    written = selected([f"F.expr({sql!r})" for _, sql in ROWS])
    unlike = [row for row, one, other in zip(ROWS, called, written, strict=True) if one != other]
    assert unlike == []


def test_every_function_has_such_a_row() -> None:
    names = {call.removeprefix("F.").partition("(")[0] for call, _ in ROWS}
    aliases = {"column", "negate", "power"}
    assert set(SIGNATURES) - names - ELSEWHERE == aliases


def parameters(function: ast.FunctionDef) -> Iterator[str]:
    """Yield the parameters as the table writes them."""
    arguments = function.args
    for argument in (*arguments.args, *arguments.kwonlyargs):
        kind = ast.unparse(argument.annotation) if argument.annotation else "Any"
        column = "ColumnOrName" in kind or "Callable" in kind
        column = column or kind.strip("'") in {"Column", "Optional['Column']", "Optional[Column]"}
        yield argument.arg if column else f"={argument.arg}"
    if arguments.vararg is not None:
        kind = ast.unparse(arguments.vararg.annotation) if arguments.vararg.annotation else ""
        yield f"*{'' if 'ColumnOrName' in kind else '='}{arguments.vararg.arg}"


def test_signatures_are_those_of_pyspark() -> None:
    builtin = pytest.importorskip("pyspark.sql.functions.builtin")
    declared = {}
    for node in ast.parse(Path(builtin.__file__).read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            declared[node.name] = tuple(parameters(node))
    # Its annotation says a column's name; its body makes a literal of it.
    declared["st_asbinary"] = ("geo", "=endianness")
    ours = {
        name: tuple(
            f"{'*' if signature.variadic and place == len(signature.parameters) - 1 else ''}"
            f"{'=' if place in signature.constants else ''}{parameter}"
            for place, parameter in enumerate(signature.parameters)
        )
        for name, signature in SIGNATURES.items()
        if name not in {"column", "negate", "power"}
    }
    assert ours == declared


def test_a_star_import_brings_what_pyspark_exports() -> None:
    functions = pytest.importorskip("pyspark.sql.functions")
    exported = {name for name in functions.__all__ if name.islower()}
    assert {name for name in exported if not is_function(name)} == set()
    assert not is_function("chr")
    assert set(RENAMED) - {"typedLit", "typedlit"} <= set(SIGNATURES)


@pytest.mark.parametrize(
    ("column", "sql"),
    [
        ("c.cast('int')", "CAST(a AS INT)"),
        ("c.astype(T.StringType())", "STRING(a)"),
        ("c.try_cast('int')", "TRY_CAST(a AS INT)"),
        ("c.between(1, 2)", "a >= 1 AND a <= 2"),
        ("c.isin(1, 2)", "a IN (1, 2)"),
        ("~c.isin([1, 2])", "a NOT IN (1, 2)"),
        ("c.like('x%')", "a LIKE 'x%'"),
        ("c.ilike('x%')", "a ILIKE 'x%'"),
        (r"c.rlike('\\d')", r"a RLIKE '\\\\d'"),
        ("c.startswith('x')", "startswith(a, 'x')"),
        ("c.endswith(F.col('b'))", "endswith(a, b)"),
        ("c.contains('x')", "contains(a, 'x')"),
        ("c.substr(1, 2)", "substr(a, 1, 2)"),
        ("c.getItem(0)", "a[0]"),
        ("c['k']", "a['k']"),
        ("c.getField('k')", "a.k"),
        ("c.eqNullSafe('x')", "a <=> 'x'"),
        ("c.isNull()", "a IS NULL"),
        ("c.isNotNull()", "isnotnull(a)"),
        ("c.isNaN()", "isnan(a)"),
        ("c.bitwiseAND(3)", "a & 3"),
        ("c.bitwiseOR(F.col('b'))", "a | b"),
        ("c.bitwiseXOR(1)", "a ^ 1"),
        ("-c", "negative(a)"),
        ("c % 2", "mod(a, 2)"),
        ("c ** 2", "power(a, 2)"),
        ("F.pmod('a', 'b')", "pmod(a, b)"),
        ("F.when(c > 1, 'x').when(c > 0, 'y')", "CASE WHEN a > 1 THEN 'x' WHEN a > 0 THEN 'y' END"),
        ("F.when(c.isNull(), 0).otherwise(c)", "coalesce(a, 0)"),
        ("F.first(c, True).over(w)", "first_value(a, true) OVER (PARTITION BY b ORDER BY a)"),
        ("F.sum(c).over(w)", "sum(a) OVER (PARTITION BY b ORDER BY a)"),
        ("F.lag(c).over(w)", "lag(a) OVER (PARTITION BY b ORDER BY a ASC NULLS FIRST)"),
        (
            "F.row_number().over(Window.partitionBy('b').orderBy(c.desc_nulls_first()))",
            "row_number() OVER (PARTITION BY b ORDER BY a DESC NULLS FIRST)",
        ),
    ],
)
def test_a_column_is_what_sql_says_of_it(column: str, sql: str) -> None:
    head = """
from pyspark.sql import SparkSession, Window, functions as F, types as T
spark = SparkSession.builder.getOrCreate()
c, w = F.col("a"), Window.partitionBy("b").orderBy("a")
"""
    one = f'spark.table("n").select(({column}).alias("o")).write.saveAsTable("x")\n'
    other = f'spark.sql("""SELECT {sql} AS o FROM n""").write.saveAsTable("x")\n'
    assert difference({"job.py": head + one}, {"job.py": head + other}, "spark").changes == ()


@pytest.mark.parametrize(
    ("frame", "sql"),
    [
        ("select(F.max('x').alias('o'))", "SELECT max(x) AS o FROM a"),
        ("select((F.sum('x') / F.count('*')).alias('o'))", "SELECT sum(x) / count(*) AS o FROM a"),
        ("selectExpr('mean(x) AS o')", "SELECT avg(x) AS o FROM a"),
        ("groupBy('k').agg(F.every(F.col('x') > 1).alias('o'))",
         "SELECT k, bool_and(x > 1) AS o FROM a GROUP BY k"),
        ("groupBy('k').agg(F.first('x').alias('o'))", "SELECT k, first_value(x) o FROM a GROUP BY k"),
        ("select('k', F.explode(F.split('k', ',')))",
         "SELECT k, explode(split(k, ',')) FROM a"),
        ("select(F.posexplode(F.split('k', ',')))", "SELECT posexplode(split(k, ',')) FROM a"),
        ("select(F.json_tuple('k', 'p', 'q'))", "SELECT json_tuple(k, 'p', 'q') FROM a"),
        ("select(F.json_tuple('k', 'p', 'q').alias('v', 'w'))",
         "SELECT json_tuple(k, 'p', 'q') AS (v, w) FROM a"),
        ("select(F.stack(F.lit(2), 'x', 'y'))", "SELECT stack(2, x, y) FROM a"),
        ("select(F.sequence('x', 'y').alias('o'))", "SELECT sequence(x, y) AS o FROM a"),
    ],
)  # fmt: skip
def test_a_frame_is_the_query_that_says_the_same(frame: str, sql: str) -> None:
    head = "from pyspark.sql import SparkSession, functions as F\nspark = SparkSession.builder"
    head += ".getOrCreate()\n"
    table = {"a.sql": "CREATE TABLE a (id INT, k STRING, x INT, y INT);"}
    one = {"job.py": f"{head}spark.table('a').{frame}.write.saveAsTable('x')\n", **table}
    other = {"job.py": f'{head}spark.sql("{sql}").write.saveAsTable("x")\n', **table}
    assert difference(one, other, "spark").changes == ()


def test_text_is_a_column_or_a_constant_as_the_function_takes_it() -> None:
    code = """
    spark.table("a").select(
        F.date_format("at", "y").alias("p"), F.concat_ws("k", "x", "y").alias("q"),
        F.lpad("k", 3, "x").alias("r"), F.to_char("x", "k").alias("s"),
        F.array_contains(F.array("x"), "y").alias("t"), F.not_yet_known("x", "y").alias("u"),
    ).write.saveAsTable("o")
    """
    values, _ = edges(code)
    assert values.replace("a.", "").replace(" ~ o.", "") == "atp, kr, ks, xq, xs, xt, xu, yq, yu"


def test_a_column_without_an_alias_has_sparks_name() -> None:
    made = operator(
        "df.groupBy('k').agg(F.collect_list('v'), F.mean('v'), F.approx_count_distinct('v'), "
        "F.percentile_approx('v', 0.5), F.to_date('v'), F.isnull('v'), F.split('v', ','), "
        "F.lower(F.trim('v')), F.round('v', 2))"
    )
    assert isinstance(made, Aggregate)
    assert [item.name for item in made.items] == [
        "k", "collect_list(v)", "avg(v)", "approx_count_distinct(v)",
        "percentile_approx(v, 0.5, 10000)", "to_date(v)", "(v is null)", "split(v, ,, -1)",
        "lower(trim(v))", "round(v, 2)",
    ]  # fmt: skip


# Arguments that a function's tree might look into, and constants.
ARGUMENTS = (
    "a", "t.a", "a + 1", "-a", "a / b", "a % 2", "a > 1", "a = 'x' AND b <=> 2", "NOT a", "a IS NULL",
    "a IN (1, 2)", "a BETWEEN 1 AND 2", "a LIKE 'x%'", "CASE WHEN a THEN 1 ELSE b END",
    "CAST(a AS DATE)", "CAST(a AS STRING)", "DATE '2024-01-01'", "TO_DATE(a)", "YEAR(a)", "TRIM(a)",
    "COALESCE(a, 0)", "UPPER(a)", "CONCAT(a, 'x')", "MAX(a)", "1", "-1.5", "'x'", "TRUE", "NULL",
)  # fmt: skip


def lowered(tree: sqlglot.exp.Expr) -> Expr:
    """Return a tree of Spark's dialect as an expression of the plan."""
    return lower_expression(tree, Scope(builder=PlanBuilder(), dialect="spark"))


@pytest.mark.parametrize("name", sorted(plain_columns.OF_ANYTHING))
@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_function_of_anything_is_what_its_tree_is_lowered_to(name: str, count: int) -> None:
    rest = ("b", "'y'", "1")
    for text in ARGUMENTS:
        for place in range(count):
            texts = [*rest[:place], text, *rest[place : count - 1]]
            trees = [sqlglot.parse_one(each, dialect="spark") for each in texts]
            made = plain_columns.function(name, [lowered(tree.copy()) for tree in trees])
            assert made in {None, lowered(build(name, trees))}, texts

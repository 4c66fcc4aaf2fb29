"""How PySpark becomes plans: what the interpreter follows, and what each call means."""

import textwrap
import time
from collections.abc import Mapping

import pytest

from guardian.languages.python import EXTRACTOR
from guardian.model.plan import (
    Aggregate,
    Call,
    Constant,
    Distinct,
    Drop,
    Filter,
    FrameRef,
    Generate,
    Join,
    Limit,
    Lowered,
    Opaque,
    OpaqueExpr,
    Operator,
    Over,
    Pivot,
    Project,
    Ref,
    Rename,
    Scan,
    SetOperation,
    Star,
    Symbol,
    Values,
    WithColumns,
    Write,
)
from tests.casebook import InMemory, difference, lineage_of

HEAD = """
from pyspark.sql import SparkSession, DataFrame, Window, functions as F, types as T
spark = SparkSession.builder.getOrCreate()
df = spark.table("raw.t")
"""


def lowered(code: str, others: Mapping[str, str] | None = None, path: str = "job.py") -> Lowered:
    """Return what a Python file says, with other files of the repository beside it."""
    files = {path: textwrap.dedent(code), **(others or {})}
    sources = InMemory({name: textwrap.dedent(text) for name, text in files.items()})
    file = sources.read(path)
    assert file is not None
    return EXTRACTOR.extract(file, sources)


def body(code: str, others: Mapping[str, str] | None = None) -> Lowered:
    """Return what a file says that starts with a session and a frame `df` of `raw.t`."""
    return lowered(HEAD + textwrap.dedent(code), others)


def operator(expression: str, schema: str = "") -> Operator:
    """Return the last operator of a frame expression."""
    found = body(
        f"({expression}).write.saveAsTable('out')", {"schema.sql": schema} if schema else {}
    )
    return found.nodes[found.writes[0].plan]


def column(expression: str) -> object:
    """Return a column expression of the plan."""
    made = operator(f"df.withColumn('x', {expression})")
    assert isinstance(made, WithColumns)
    return made.items[0].expr


def written(found: Lowered) -> list[str]:
    """Return the names of the datasets that are written, in order."""
    return [write.dataset for write in found.writes]


def scanned(found: Lowered) -> set[str]:
    """Return the names of the datasets that are read."""
    return {node.dataset for node in found.nodes if isinstance(node, Scan) and not node.target}


# --- columns --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("api", "sql"),
    [
        ("F.nvl('a', F.lit(0))", "NVL(a, 0)"),
        ("F.coalesce('a', 'b')", "coalesce(a, b)"),
        ("F.col('a') + 1", "a + 1"),
        ("1 - F.col('a')", "1 - a"),
        ("F.col('a') / 2", "a / 2"),
        ("(F.col('a') == 'x') & ~F.col('b').isNull()", "a = 'x' AND NOT b IS NULL"),
        ("F.col('a').isin('x', 'y')", "a IN ('x', 'y')"),
        ("F.col('a').isin(['x', 'y'])", "a IN ('x', 'y')"),
        ("F.col('a').between(1, 2)", "a BETWEEN 1 AND 2"),
        ("F.when(F.col('a') > 1, 'y').otherwise('n')", "CASE WHEN a > 1 THEN 'y' ELSE 'n' END"),
        ("F.when(F.col('a') > 1, F.col('b'))", "CASE WHEN a > 1 THEN b END"),
        ("F.col('a').cast('decimal(10,2)')", "CAST(a AS DECIMAL(10,2))"),
        ("F.col('a').cast(T.LongType())", "CAST(a AS BIGINT)"),
        ("F.col('a').eqNullSafe(F.col('b'))", "a <=> b"),
        ("F.col('a').like('x%')", "a LIKE 'x%'"),
        ("F.col('a').rlike('x.*')", "a RLIKE 'x.*'"),
        ("F.concat_ws('-', 'a', 'b')", "concat_ws('-', a, b)"),
        ("F.to_date('a', 'yyyy')", "to_date(a, 'yyyy')"),
        ("F.date_trunc('month', 'a')", "date_trunc('month', a)"),
        ("F.substring('a', 1, 2)", "substring(a, 1, 2)"),
        ("F.split('a', ',')", "split(a, ',')"),
        ("F.datediff('a', 'b')", "datediff(a, b)"),
        ("F.date_add('a', 3)", "date_add(a, 3)"),
        ("F.regexp_replace('a', 'x', 'y')", "regexp_replace(a, 'x', 'y')"),
        ("F.greatest('a', 'b')", "greatest(a, b)"),
        ("F.current_timestamp()", "current_timestamp()"),
        ("F.col('m')['k']", "m['k']"),
        ("F.transform('a', lambda x: x + 1)", "transform(a, x -> x + 1)"),
        ("F.isnull('a')", "a IS NULL"),
        ("F.round('a', 2)", "round(a, 2)"),
        ("F.lower(F.trim(F.col('a')))", "lower(trim(a))"),
    ],
)
def test_a_function_call_and_its_sql_are_one_expression(api: str, sql: str) -> None:
    assert column(api) == column(f'F.expr("{sql}")')


@pytest.mark.parametrize(
    ("api", "sql"),
    [
        ("F.sum('a')", "sum(a)"),
        ("F.count('*')", "count(*)"),
        ("F.count(F.lit(1))", "count(1)"),
        ("F.countDistinct('a', 'b')", "count(distinct a, b)"),
        ("F.approx_count_distinct('a')", "approx_count_distinct(a)"),
        ("F.collect_list('a')", "collect_list(a)"),
        ("F.first('a', ignorenulls=True)", "first(a, true)"),
        ("F.mean('a')", "avg(a)"),
    ],
)
def test_an_aggregate_and_its_sql_are_one_expression(api: str, sql: str) -> None:
    made = [
        operator(f"df.groupBy('k').agg({each}.alias('v'))") for each in (api, f'F.expr("{sql}")')
    ]
    assert all(isinstance(each, Aggregate) for each in made)
    first, second = (each.items[1].expr for each in made if isinstance(each, Aggregate))
    assert first == second


def test_windows_have_their_frame_written_out() -> None:
    over = column("F.sum('a').over(Window.partitionBy('k').orderBy(F.desc('d')))")
    assert isinstance(over, Over)
    assert over.partition == (Ref("k"),)
    assert over.order[0].descending
    assert not over.order[0].nulls_first
    assert over.frame == "range between unbounded preceding and current row"
    rows = "Window.orderBy('d').rowsBetween(Window.unboundedPreceding, Window.currentRow)"
    bounded = column(f"F.sum('a').over({rows})")
    assert isinstance(bounded, Over)
    assert bounded.frame == "rows between unbounded preceding and current row"


def test_a_column_of_a_frame_keeps_its_frame() -> None:
    joined = operator("df.join(spark.table('b').alias('b'), df.k == F.col('b.k'), 'left_outer')")
    assert isinstance(joined, Join)
    assert joined.kind == "left"
    assert joined.on == Call("eq", (FrameRef(0, "k"), Ref("k", ("b",))))


def test_a_udf_is_told_by_its_code_and_by_what_it_calls() -> None:
    code = """
        def cut(s):
            {comment}
            return s[:{length}]
        @F.udf("string")
        def clean(s):
            return cut(s)
        df.withColumn("x", clean("a")).write.saveAsTable("out")
    """
    made = []
    for comment, length in (("pass", 3), ("pass  # why", 3), ("pass", 4)):
        found = body(code.format(comment=comment, length=length))
        node = found.nodes[found.writes[0].plan]
        assert isinstance(node, WithColumns)
        assert isinstance(node.items[0].expr, OpaqueExpr)
        assert node.items[0].expr.args == (Ref("a"),)
        made.append(node.items[0].expr.fingerprint)
    assert made[0] == made[1] != made[2]


def test_a_registered_udf_is_opaque_in_sql_too() -> None:
    found = body(
        """
        spark.udf.register("clean", lambda s: s.strip())
        spark.sql("SELECT Clean(a) AS x FROM raw.t").write.saveAsTable("out")
        """
    )
    project = found.nodes[found.writes[0].plan]
    assert isinstance(project, Project)
    assert isinstance(project.items[0].expr, OpaqueExpr)
    assert project.items[0].expr.args == (Ref("a"),)


# --- frames ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("df.select('a', F.col('b').alias('c'))", Project),
        ("df.filter('a > 1')", Filter),
        ("df.where(F.col('a') > 1)", Filter),
        ("df.join(spark.table('b'), 'k')", Join),
        ("df.groupBy('k').count()", Aggregate),
        ("df.groupBy('k').pivot('p', ['x', 'y']).sum('v')", Pivot),
        ("df.rollup('a', 'b').agg(F.sum('v'))", Aggregate),
        ("df.union(df)", SetOperation),
        ("df.distinct()", Distinct),
        ("df.dropDuplicates(['k'])", Distinct),
        ("df.withColumnRenamed('a', 'b')", Rename),
        ("df.toDF('a', 'b')", Rename),
        ("df.drop('a')", Drop),
        ("df.orderBy('a').limit(3)", Limit),
        ("df.repartition(4).cache().filter('a > 1')", Filter),
        ("df.mystery()", Opaque),
        ("spark.createDataFrame([(1, 'x')], ['id', 'name'])", Values),
        ("df.mapInPandas(lambda it: it, 'a int, b string')", Opaque),
        ("df.na.drop(subset=['a'])", Filter),
        ("df.fillna({'a': 0})", WithColumns),
    ],
)
def test_a_method_becomes_its_operator(expression: str, kind: type) -> None:
    assert isinstance(operator(expression), kind)


@pytest.mark.parametrize(
    ("how", "kind"),
    [
        ("inner", "inner"), ("left_outer", "left"), ("leftouter", "left"), ("right", "right"),
        ("outer", "full"), ("full_outer", "full"), ("left_semi", "semi"), ("leftanti", "anti"),
    ],
)  # fmt: skip
def test_join_kinds_have_one_spelling(how: str, kind: str) -> None:
    joined = operator(f"df.join(spark.table('b'), ['k', 'K2'], '{how}')")
    assert isinstance(joined, Join)
    assert (joined.kind, joined.using) == (kind, ("k", "k2"))


def test_explode_is_rows_made_from_a_value() -> None:
    found = body("df.select('id', F.explode('items').alias('item')).write.saveAsTable('out')")
    generated = next(node for node in found.nodes if isinstance(node, Generate))
    project = found.nodes[found.writes[0].plan]
    assert isinstance(project, Project)
    assert [item.name for item in project.items] == ["id", "item"]
    assert project.items[1].expr == Ref(generated.columns[0])


def test_explode_may_replace_the_column_that_it_reads() -> None:
    found = body("df.withColumn('items', F.explode('items')).write.saveAsTable('out')")
    kinds = [type(node) for node in found.nodes]
    assert kinds == [Scan, Generate, WithColumns, Drop]


def test_a_list_of_all_columns_but_some_is_a_star() -> None:
    project = operator("df.select([c for c in df.columns if c not in ('a', 'b')])")
    assert isinstance(project, Project)
    assert project.items[0].expr == Star(excluded=("a", "b"))


def test_known_columns_are_looped_over_one_by_one() -> None:
    ddl = "CREATE TABLE raw.t (id INT, name STRING);"
    project = operator("df.select(*[F.upper(c).alias(c) for c in df.columns if c != 'id'])", ddl)
    assert isinstance(project, Project)
    assert [item.name for item in project.items] == ["name"]


def test_columns_computed_from_an_unknown_list_stay_connected_with_a_warning() -> None:
    found = body(
        """
        for c in df.columns:
            df = df.withColumn(c, F.trim(F.col(c)))
        df.write.saveAsTable("out")
        """
    )
    node = found.nodes[found.writes[0].plan]
    assert isinstance(node, Opaque)
    assert node.keeps
    assert [warning.line for warning in found.warnings] == [7]


def test_columns_that_spark_names_itself() -> None:
    made = operator("df.groupBy('k').agg(F.sum('v'), F.count('*'), F.col('v').cast('int'))")
    assert isinstance(made, Aggregate)
    assert [item.name for item in made.items] == ["k", "sum(v)", "count(1)", "v"]


def test_text_and_line_are_the_authors() -> None:
    found = body(
        """
        (
            df
            .filter(F.col("a")
                    > 1)
            .withColumn("b", F.col("a") * 2)
            .write.saveAsTable("out")
        )
        """
    )
    rows, columns = found.nodes[1], found.nodes[2]
    assert isinstance(rows, Filter)
    assert isinstance(columns, WithColumns)
    assert rows.text == 'F.col("a") > 1'
    assert rows.at is not None
    assert rows.at.line == 8
    assert columns.items[0].text == 'F.col("a") * 2'


# --- reading and writing --------------------------------------------------------------------------


def only_write(code: str) -> Write:
    """Return the only write of a body."""
    found = body(code)
    assert len(found.writes) == 1
    return found.writes[0]


@pytest.mark.parametrize(
    ("chain", "dataset", "mode"),
    [
        ("write.mode('overwrite').saveAsTable('Gold.T')", "gold.t", "overwrite"),
        ("write.parquet('s3://Bucket/Path/', mode='append')", "s3://Bucket/Path", "append"),
        ("write.format('delta').mode('append').save('s3a://b/p')", "s3a://b/p", "append"),
        ("write.insertInto('a.b', overwrite=True)", "a.b", "overwrite"),
        ("write.jdbc(url='u', table='dbo.T', mode='overwrite')", "dbo.t", "overwrite"),
        ("writeTo('c.d').overwritePartitions()", "c.d", "overwrite"),
        ("write.format('jdbc').option('dbtable', 'x.y').save()", "x.y", "error"),
    ],
)
def test_writers_name_their_dataset_and_mode(chain: str, dataset: str, mode: str) -> None:
    write = only_write(f"df.{chain}")
    assert (write.dataset, write.options.mode) == (dataset, mode)


def test_insert_into_is_by_position_and_save_as_table_by_name() -> None:
    assert only_write("df.write.insertInto('a.b')").positional
    assert not only_write("df.write.mode('append').saveAsTable('a.b')").positional


def test_what_alters_a_result_is_kept_of_the_options() -> None:
    write = only_write(
        "df.write.partitionBy('D').option('mergeSchema', True)"
        ".option('password', 'x').saveAsTable('a')"
    )
    assert write.options.partition_by == ("d",)
    assert write.options.options == (("mergeschema", "true"),)


def test_a_reader_tells_its_schema() -> None:
    found = body("spark.read.schema('a int, b string').json('s3://b/x').write.saveAsTable('o')")
    scan = next(node for node in found.nodes if isinstance(node, Scan) and node.columns)
    assert [(each.name, each.type) for each in scan.columns] == [("a", "int"), ("b", "string")]


def test_each_read_has_its_own_identity() -> None:
    found = body("spark.table('a').join(spark.table('a'), 'k').write.saveAsTable('o')")
    assert sum(isinstance(node, Scan) and node.dataset == "a" for node in found.nodes) == 2


def test_views_pass_between_frames_and_sql() -> None:
    found = body(
        """
        df.createOrReplaceTempView("v")
        spark.sql("SELECT a FROM v WHERE b = 1").createOrReplaceTempView("w")
        spark.sql("INSERT OVERWRITE TABLE gold.t SELECT a FROM w")
        """
    )
    assert scanned(found) == {"raw.t"}
    assert written(found) == ["gold.t"]


def test_delta_merge_has_an_arm_for_each_branch() -> None:
    found = body(
        """
        from delta.tables import DeltaTable
        (DeltaTable.forName(spark, "silver.p").alias("t").merge(df.alias("s"), "t.id = s.id")
            .whenMatchedUpdate(set={"name": "s.name"}).whenNotMatchedInsertAll().execute())
        """
    )
    assert (found.writes[0].dataset, found.writes[0].options.mode) == ("silver.p", "merge")
    union = found.nodes[found.writes[0].plan]
    assert isinstance(union, SetOperation)
    assert union.by_name
    assert len(union.inputs) == 2
    assert scanned(found) == {"raw.t"}


def test_streams_call_their_function_with_each_batch() -> None:
    found = body(
        """
        def handle(batch, number):
            batch.write.mode("append").saveAsTable("out")
        spark.readStream.table("raw.events").writeStream.foreachBatch(handle).start()
        """
    )
    assert written(found) == ["out"]
    assert "raw.events" in scanned(found)


def test_glue_reads_maps_and_writes() -> None:
    found = lowered(
        """
        import sys
        from awsglue.transforms import *
        from awsglue.utils import getResolvedOptions
        from awsglue.context import GlueContext
        from pyspark.context import SparkContext
        args = getResolvedOptions(sys.argv, ["bucket"])
        glue = GlueContext(SparkContext())
        source = glue.create_dynamic_frame.from_catalog(database="DB", table_name="t")
        mapped = ApplyMapping.apply(frame=source, mappings=[("a", "string", "b", "int")])
        glue.write_dynamic_frame.from_options(
            frame=mapped, connection_type="s3",
            connection_options={"path": f"s3://{args['bucket']}/out/"}, format="parquet")
        """
    )
    assert scanned(found) == {"db.t"}
    assert written(found) == ["s3://{bucket}/out"]
    project = found.nodes[found.writes[0].plan]
    assert isinstance(project, Project)
    assert project.items[0].name == "b"
    assert project.items[0].expr == Call("cast", (Ref("a"),), "int")


# --- Python ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "datasets"),
    [
        ("name = 'a' + '.' + 'b'", ["a.b"]),
        ("name = 'a.{}'.format('b')", ["a.b"]),
        ("name = 'a.%s' % 'b'", ["a.b"]),
        ("name = '.'.join(['a', 'b'])", ["a.b"]),
        ("name = {'x': {'y': 'a.b'}}['x']['y']", ["a.b"]),
        ("from functools import partial\nname = partial(lambda x, y: x + y, 'a')('.b')", ["a.b"]),
        ("import os\nname = os.environ['SCHEMA'] + '.b'", ["{SCHEMA}.b"]),
        ("import os\nname = os.getenv('SCHEMA', 'dev') + '.b'", ["dev.b"]),
        ("import sys\nschema = sys.argv[1]\nname = f'{schema}.b'", ["{schema}.b"]),
        ("name = unknown_call()", ["{name}"]),
        ("class C:\n    A = 'a.b'\nclass D(C): pass\nname = D().A", ["a.b"]),
        ("from enum import Enum\nclass E(Enum):\n    A = 'a.b'\nname = E.A.value", ["a.b"]),
        ("import json\nname = json.loads('{\"t\": \"a.b\"}')['t']", ["a.b"]),
        ("name = next(x for x in ['a', 'a.b'] if '.' in x)", ["a.b"]),
        ("name, _ = ('a.b', 1)", ["a.b"]),
        ("from pathlib import Path\nname = str(Path('s3://b') / 'c')", ["s3://b/c"]),
        ("def gen():\n    yield 'a.b'\nname = list(gen())[0]", ["a.b"]),
        ("match 'x':\n    case 'y': name = 'no'\n    case _: name = 'a.b'", ["a.b"]),
    ],
)
def test_names_are_followed_through_python(code: str, datasets: list[str]) -> None:
    assert written(body(f"{code}\ndf.write.saveAsTable(name)")) == datasets


def test_a_decided_branch_is_taken_alone_and_an_open_one_both_ways() -> None:
    decided = body("if 1 > 2: df.write.saveAsTable('a')\nelse: df.write.saveAsTable('b')")
    assert written(decided) == ["b"]
    undecided = body(
        """
        import argparse
        parser = argparse.ArgumentParser()
        parser.add_argument("--mode", default="full")
        mode = parser.parse_args().mode
        if mode == "full":
            df = df.withColumn("x", F.lit(1))
        if mode == "full":
            df = df.withColumn("y", F.lit(1))
        df.write.saveAsTable("out")
        """
    )
    # The two tests are one condition: both hold, or neither.
    assert len(undecided.writes) == 2
    assert sum(isinstance(node, WithColumns) for node in undecided.nodes) == 2


def test_a_guard_that_raises_opens_no_path() -> None:
    found = body(
        """
        import sys
        table = sys.argv[1]
        if table not in allowed():
            raise ValueError(table)
        try:
            df.write.saveAsTable("out")
        except Exception as error:
            print(error)
            raise
        """
    )
    assert len(found.writes) == 1


def test_classes_decorators_and_modules_are_followed() -> None:
    found = lowered(
        """
        from pkg.base import Job
        from pkg import names as n
        class Orders(Job):
            target = n.TARGET
            def transform(self):
                return super().transform().filter("a > 1")
        if __name__ == "__main__":
            Orders().run()
        """,
        {
            "pkg/__init__.py": "",
            "pkg/names.py": "SCHEMA = 'gold'\nTARGET = f'{SCHEMA}.orders'\n",
            "pkg/base.py": """
                from functools import wraps
                from pyspark.sql import SparkSession
                def logged(function):
                    @wraps(function)
                    def inner(*args, **kwargs):
                        return function(*args, **kwargs)
                    return inner
                class Job:
                    target = None
                    def __init__(self):
                        self.spark = SparkSession.builder.getOrCreate()
                    @property
                    def source(self):
                        return self.spark.table("raw.orders")
                    def transform(self):
                        return self.source
                    @logged
                    def run(self, mode="overwrite"):
                        self.transform().write.mode(mode).saveAsTable(self.target)
                """,
        },
        path="jobs/orders.py",
    )
    assert written(found) == ["gold.orders"]
    assert scanned(found) == {"raw.orders"}
    assert {path for path, _ in found.files_read} >= {"pkg/base.py", "pkg/names.py"}
    assert found.writes[0].at.file == "pkg/base.py"


def test_a_library_that_others_import_is_no_job_but_a_lone_entry_is() -> None:
    library = """
        from pyspark.sql import DataFrame
        def save(df: DataFrame, name: str):
            df.write.saveAsTable(f"gold.{name}")
    """
    assert not lowered(library).writes
    entry = """
        def main(spark, table):
            spark.table("raw.a").write.saveAsTable("gold.a")
            spark.table(table).write.saveAsTable("gold.b")
    """
    assert written(lowered(entry)) == ["gold.a"]
    assert not lowered(entry, {"other.py": "from job import main\n"}).writes


def test_configuration_files_of_the_repository_are_read() -> None:
    found = body(
        """
        import yaml
        with open("conf/job.yml") as stream:
            for target in yaml.safe_load(stream)["targets"]:
                df.write.saveAsTable(target["name"])
        """,
        {"conf/job.yml": "targets:\n- name: a.b\n- name: c.d\n"},
    )
    assert written(found) == ["a.b", "c.d"]


def test_sql_in_a_string_points_at_its_own_lines() -> None:
    found = body(
        '''
        query = """
            SELECT a,
                   b
            FROM raw.s
        """
        spark.sql(query).write.saveAsTable("out")
        '''
    )
    project = found.nodes[found.writes[0].plan]
    assert isinstance(project, Project)
    assert [item.at.line for item in project.items if item.at] == [7, 8]


def test_run_time_values_are_symbols() -> None:
    found = body(
        "import sys\nday = sys.argv[1]\ndf.filter(F.col('d') == day).write.saveAsTable('o')"
    )
    rows = found.nodes[found.writes[0].plan]
    assert isinstance(rows, Filter)
    assert rows.condition == Call("eq", (Ref("d"), Symbol("day")))
    assert column("F.lit('x')") == Constant("string", "x")


# --- bad and hostile input ------------------------------------------------------------------------


def test_a_file_that_does_not_parse_is_one_diagnostic() -> None:
    found = lowered("import pyspark\nx = (\n")
    assert found.failed
    assert [warning.line for warning in found.warnings] == [2]


def test_a_file_without_spark_says_nothing() -> None:
    assert lowered("import json\nprint(json.dumps({}))\n") == Lowered(
        path="job.py", language="pyspark"
    )


@pytest.mark.parametrize(
    "code",
    [
        "while True:\n    df = df.withColumn('x', F.lit(1))",
        "def f(n): return f(n + 1)\nf(0)",
        "x = 'a'\nfor i in range(100): x = x + x",
        "x = [1]\nfor i in range(100): x = x + x",
        "x = 2\nfor i in range(100): x = x ** 60",
        "x = 'a'.ljust(10 ** 12)",
        "x = f'{1:1000000000000}'",
        "x = '%1000000000000d' % 1",
        "x = [i for i in range(10**9) for j in range(10**9) for k in range(10**9)]",
        "x = ('a' * 1000000).replace('a', 'b' * 1000000)",
        "class A(A): pass\nA().x.y.z",
        "import job\njob.df.write",
        "c = F.col('a')\nfor i in range(5000): c = c | (F.col('a') == i)\ndf.filter(c).write.save('x')",
        "df" + ".withColumn('a', F.lit(1))" * 1500,
        "raise SystemExit",
        "df.select(F.col(None), F.lit(), F.when()).write.saveAsTable(5)",
        "spark.sql(3).write.saveAsTable(None)\nF.expr('((').alias(3)\ndf.join(1, 2, 3)",
    ],
)
def test_hostile_code_ends_in_time(code: str) -> None:
    started = time.monotonic()
    body(code)
    assert time.monotonic() - started < 10


def test_deep_nesting_is_refused() -> None:
    found = lowered("import pyspark\nx = " + "(" * 5000 + ")" * 5000)
    assert found.failed


# --- from end to end ------------------------------------------------------------------------------

JOB = """
from pyspark.sql import SparkSession, functions as F

spark = SparkSession.builder.getOrCreate()
orders = spark.table("raw.orders")
paid = orders.filter(F.col("status") == "paid")
paid.withColumn("net", F.col("amount") - F.coalesce(F.col("discount"), F.lit(0))) \\
    .select("order_id", "net").write.mode("overwrite").saveAsTable("silver.orders")
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("paid", "settled"),
        ("\nspark =", "\n# a comment\n\nspark ="),
        ('F.coalesce(F.col("discount"), F.lit(0))', 'F.expr("NVL(discount, 0)")'),
        ('orders.filter(F.col("status") == "paid")', "orders.where(\"status = 'paid'\")"),
        ("functions as F", "functions as F, Window"),
    ],
)
def test_a_rewrite_that_changes_nothing_is_no_change(before: str, after: str) -> None:
    head = JOB.replace(before, after).replace('"settled"', '"paid"')
    assert head != JOB
    assert not difference({"job.py": JOB}, {"job.py": head}, "spark").changes


def test_a_constant_in_another_module_changes_the_column_that_uses_it() -> None:
    job = JOB.replace("F.lit(0)", "F.lit(rules.FLOOR)") + "\n"
    job = "import rules\n" + job
    report = difference(
        {"job.py": job, "rules.py": "FLOOR = 0\n"},
        {"job.py": job, "rules.py": "FLOOR = 1\n"},
        "spark",
    )
    assert [(change.rule, change.column) for change in report.changes] == [
        ("column-logic-changed", "net")
    ]


def test_lineage_passes_through_a_helper() -> None:
    lineage = lineage_of(
        {
            "job.py": "from lib import io\nio.save(io.load('raw.a').select('x'), 'gold.a')\n",
            "lib/__init__.py": "",
            "lib/io.py": (
                "from pyspark.sql import SparkSession\n"
                "spark = SparkSession.builder.getOrCreate()\n"
                "def load(name): return spark.table(name)\n"
                "def save(df, name): df.write.saveAsTable(name)\n"
            ),
        },
        "spark",
    )
    assert [(job.id, job.reads, job.writes) for job in lineage.jobs] == [
        ("job.py", ("raw.a",), ("gold.a",))
    ]

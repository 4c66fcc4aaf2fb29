"""How PySpark becomes plans: what each call of its API means."""

import pytest

from guardian.model.plan import (
    Aggregate,
    Call,
    Distinct,
    Drop,
    Filter,
    FrameRef,
    Generate,
    Join,
    Limit,
    Opaque,
    OpaqueExpr,
    Over,
    Pivot,
    Project,
    Ref,
    Rename,
    Scan,
    SetOperation,
    Star,
    Values,
    WithColumns,
    Write,
)
from tests.pyspark_code import body, column, lowered, operator, scanned, written

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


def test_a_change_of_every_column_is_said_of_all_of_them() -> None:
    found = body(
        """
        for c in df.columns:
            df = df.withColumn(c, F.trim(F.col(c)))
        df.write.saveAsTable("out")
        """
    )
    node = found.nodes[found.writes[0].plan]
    assert isinstance(node, WithColumns)
    assert node.items[0].name == "{column}"
    assert node.items[0].expr == Call("trim", (Ref("{column}"),))
    # Columns that nobody ever tells are changed, too: the fingerprint holds how.
    assert isinstance(found.nodes[node.input], Opaque)
    assert not found.warnings


def test_columns_that_only_a_run_would_name_stay_connected_with_a_warning() -> None:
    found = body(
        """
        wanted = [F.upper(c) for c in df.columns if c.startswith("s_")]
        df.select(wanted).write.saveAsTable("out")
        """
    )
    node = found.nodes[found.writes[0].plan]
    assert isinstance(node, Opaque)
    assert node.keeps
    assert [warning.line for warning in found.warnings] == [7]


@pytest.mark.parametrize(
    "call",
    ["fillna(0)", "na.fill(0)", "replace('', 'x')", "na.replace({'': 'x'})"],
)
def test_a_value_for_all_columns_leaves_unknown_ones_open(call: str) -> None:
    made = operator(f"df.{call}")
    assert isinstance(made, WithColumns)
    assert [item.name for item in made.items] == ["{column}"]


@pytest.mark.parametrize("call", ["dropna()", "na.drop('all')", "dropna(thresh=2)"])
def test_rows_with_nulls_dropped_by_columns_that_are_not_known(call: str) -> None:
    made = operator(f"df.{call}")
    assert isinstance(made, Filter)
    assert isinstance(made.condition, OpaqueExpr)
    assert made.condition.args == (Star(),)


def test_a_pattern_picks_columns_that_are_known() -> None:
    ddl = "CREATE TABLE raw.t (id INT, a_1 STRING, a_2 STRING);"
    made = operator("df.select(df.colRegex('`a_.*`'))", ddl)
    assert isinstance(made, Project)
    assert made.items[0].expr == Star(excluded=("id",))


def test_a_loop_that_is_cut_off_leaves_its_frame_open() -> None:
    found = body(
        """
        for n in range(10 ** 9):
            df = df.withColumn(f"c{n}", F.lit(n))
        df.write.saveAsTable("out")
        """
    )
    node = found.nodes[found.writes[0].plan]
    assert isinstance(node, Opaque)
    assert node.keeps


def test_a_table_that_is_only_collected_is_read() -> None:
    found = body(
        """
        names = spark.table("cfg.names").filter("active").collect()
        df.printSchema()
        spark.table("raw.u").write.saveAsTable("out")
        """
    )
    assert [(edge.reads, edge.writes, edge.confidence) for edge in found.tables] == [
        (("cfg.names",), (), 1.0)
    ]


def test_a_schema_for_json_is_the_type_of_what_is_parsed() -> None:
    types = "T.StructType([T.StructField('A', T.LongType()), T.StructField('b', T.StringType())])"
    option = "struct<a: bigint,b: string>"
    for schema in (types, "'a BIGINT, b STRING'", f"'{option}'"):
        assert column(f"F.from_json('v', {schema})") == Call("from_json", (Ref("v"),), option)
    elements = column(f"F.from_json('v', T.ArrayType({types}))")
    assert elements == Call("from_json", (Ref("v"),), f"array<{option}>")


def test_overwriting_partitions_only_is_told_by_the_sessions_settings() -> None:
    setting = 'spark.conf.set("spark.sql.sources.partitionOverwriteMode", "{}")\n'
    write = "df.write.mode('overwrite').partitionBy('d').saveAsTable('o')"
    assert only_write(setting.format("DYNAMIC") + write).options.options == (
        ("partitionoverwritemode", "dynamic"),
    )
    assert only_write(setting.format("static") + write).options.options == ()


def test_an_rdd_may_be_written_as_text() -> None:
    write = only_write("df.rdd.map(lambda r: r.a).saveAsTextFile('s3://b/o')")
    assert (write.dataset, write.options.format) == ("s3://b/o", "text")


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

"""What everyday PySpark idioms do to columns, from end to end: what Catalyst would say of them."""

import pytest

from tests.pyspark_code import edges

VALUES = [
    (
        "a name asked for as it is written",
        """
        df = spark.table("a").withColumnRenamed("x", "netAmount")
        wanted = ["id", "netAmount", "taxAmount"]
        df.select([c for c in wanted if c in df.columns]).write.saveAsTable("o")
        """,
        "a.id = o.id, a.x = o.netamount",
    ),
    (
        "a name of a schema asked for as it is written",
        """
        schema = T.StructType([T.StructField("orderId", T.LongType()), T.StructField("netAmount", T.LongType())])
        df = spark.read.load("s3://lake/orders", format="csv", schema=schema, sep=";")
        if "orderId" in [field.name for field in df.schema.fields]:
            df = df.withColumn("key", F.md5("orderId"))
        df.write.saveAsTable("o")
        """,
        (
            "s3://lake/orders.netamount = o.netamount, s3://lake/orders.orderid = o.orderid, "
            "s3://lake/orders.orderid ~ o.key"
        ),
    ),
    (
        "structs gathered, and made into rows again",
        """
        g = spark.table("a").groupBy("k").agg(F.collect_list(F.struct("id", "x")).alias("rows"))
        g.select("k", F.inline("rows")).write.saveAsTable("o")
        """,
        "a.id + o.id, a.k = o.k, a.x + o.x",
    ),
    (
        "functions of Sedona, and of a library that nobody knows",
        """
        from sedona.sql import st_constructors as STC
        from geo_tools import cell
        df = spark.table("a").withColumn("point", STC.ST_Point(F.col("x"), "y"))
        df.select("point", cell(df["x"], 9).alias("cell")).write.saveAsTable("o")
        """,
        "a.x ~ o.cell, a.x ~ o.point, a.y ~ o.point",
    ),
    (
        "a report of a library, made of what it was handed",
        """
        from quality import Report, Suite
        result = Suite(spark).on(spark.table("a").select("id")).run()
        Report.as_frame(spark, result).write.saveAsTable("o")
        """,
        "a.id = o.id",
    ),
    (
        "a field of a struct by each of its spellings",
        """
        df = spark.table("n")
        df.select(
            df["s"]["Q"].alias("one"), F.col("s").getField("Q").alias("two"), df["S.Q"].alias("three"),
        ).write.saveAsTable("o")
        """,
        "n.s.q = o.one, n.s.q = o.three, n.s.q = o.two",
    ),
    (
        "joins in parentheses under one name",
        """
        spark.sql(
            "SELECT a.x, s.k, s.z, s.u FROM a CROSS JOIN "
            "((SELECT DISTINCT h.k FROM a AS h) AS o LEFT JOIN b ON o.k = b.k JOIN c ON c.w = o.k) AS s"
        ).select("x", "z", "u").write.saveAsTable("o")
        """,
        "a.x = o.x, b.z = o.z, c.u = o.u",
    ),
    (
        "what one of two unknown tables is known to have",
        """
        one, other = spark.table("c").filter("t > 0"), spark.table("d")
        one.join(other, one.id == other.cid).select("t", "id", "cid", "u").write.saveAsTable("o")
        """,
        "c.id = o.id, c.t = o.t, c.u = o.u, d.cid = o.cid, d.u = o.u",
    ),
    (
        "reduce over withColumn",
        """
        df = reduce(lambda d, c: d.withColumn(c, F.coalesce(c, F.lit(0))), ["x", "y"], spark.table("a"))
        df.select("id", "x", "y").write.saveAsTable("o")
        """,
        "a.id = o.id, a.x ~ o.x, a.y ~ o.y",
    ),
    (
        "reduce over unionByName",
        """
        frames = [spark.table(t).select("id", "k") for t in ("a", "b")]
        reduce(DataFrame.unionByName, frames).write.saveAsTable("o")
        """,
        "a.id = o.id, a.k = o.k, b.id = o.id, b.k = o.k",
    ),
    (
        "a dict of frames",
        """
        frames = {t: spark.table(t) for t in ("a", "b")}
        frames["a"].join(frames["b"].drop("k", "at"), "id").select("id", "x", "z").write.saveAsTable("o")
        """,
        "a.id = o.id, a.x = o.x, b.z = o.z",
    ),
    (
        "a loop over configured tables",
        """
        for table, keys in [("a", ["id"]), ("b", ["id", "k"])]:
            spark.table(table).select(*keys).dropDuplicates(keys).write.saveAsTable(f"o_{table}")
        """,
        "a.id = o_a.id, b.id = o_b.id, b.k = o_b.k",
    ),
    (
        "an abstract job with extract, transform and load",
        """
        from abc import ABC, abstractmethod
        class Job(ABC):
            target: str
            def __init__(self, spark): self.spark = spark
            @abstractmethod
            def extract(self): ...
            @abstractmethod
            def transform(self, df): ...
            def load(self, df): df.write.mode("overwrite").saveAsTable(self.target)
            def run(self): self.load(self.transform(self.extract()))
        class Orders(Job):
            target = "o"
            def extract(self): return self.spark.table("a")
            def transform(self, df): return df.select("id", self.net("x", "y"))
            @staticmethod
            def net(left, right): return (F.col(left) - F.col(right)).alias("net")
        Orders(spark).run()
        """,
        "a.id = o.id, a.x ~ o.net, a.y ~ o.net",
    ),
    (
        "a factory with a dict of classes",
        """
        class A:
            def run(self): spark.table("a").select("x").write.saveAsTable("o_a")
        class B:
            def run(self): spark.table("b").select("z").write.saveAsTable("o_b")
        JOBS = {"a": A, "b": B}
        def main(name): JOBS[name]().run()
        import sys
        if __name__ == "__main__":
            main(sys.argv[1])
        """,
        "a.x = o_a.x, b.z = o_b.z",
    ),
    (
        "a dataclass of settings",
        """
        from dataclasses import dataclass, field
        @dataclass(frozen=True)
        class Settings:
            source: str
            columns: list = field(default_factory=lambda: ["id", "x"])
            target: str = "o"
        settings = Settings(source="a")
        spark.table(settings.source).select(*settings.columns).write.saveAsTable(settings.target)
        """,
        "a.id = o.id, a.x = o.x",
    ),
    (
        "a decorator with arguments",
        """
        from functools import wraps
        def saved(name):
            def decorate(function):
                @wraps(function)
                def inner(*args, **kwargs):
                    df = function(*args, **kwargs)
                    df.write.saveAsTable(name)
                    return df
                return inner
            return decorate
        @saved("o")
        def build(df): return df.select("x")
        build(spark.table("a"))
        """,
        "a.x = o.x",
    ),
    (
        "partial",
        """
        def keep(df, columns): return df.select(columns)
        spark.table("a").transform(partial(keep, columns=["id", "y"])).write.saveAsTable("o")
        """,
        "a.id = o.id, a.y = o.y",
    ),
    (
        "a context manager that yields the session",
        """
        from contextlib import contextmanager
        @contextmanager
        def session():
            made = SparkSession.builder.getOrCreate()
            try:
                yield made
            finally:
                made.stop()
        with session() as s:
            s.table("a").select("x").write.saveAsTable("o")
        """,
        "a.x = o.x",
    ),
    (
        "a click command",
        """
        import click
        @click.command()
        @click.option("--target", default="o")
        def main(target):
            spark.table("a").select("x").write.saveAsTable(target)
        if __name__ == "__main__":
            main()
        """,
        "a.x = o.x",
    ),
    (
        "a fallback where the table is not there",
        """
        from pyspark.sql.utils import AnalysisException
        try:
            df = spark.table("a").select("id")
        except AnalysisException:
            df = spark.table("b").select("id")
        df.write.saveAsTable("o")
        """,
        "a.id = o.id, b.id = o.id",
    ),
    (
        "a chain of when built in a loop",
        """
        label = F
        for limit, name in [(10, "low"), (20, "mid")]:
            label = label.when(F.col("x") < limit, F.lit(name))
        spark.table("a").select("id", label.otherwise(F.col("k")).alias("label")).write.saveAsTable("o")
        """,
        "a.id = o.id, a.k ~ o.label",
    ),
    (
        "expressions as formatted text",
        """
        column = "x"
        spark.table("a").select("id", F.expr(f"{column} * 2 + y").alias("v")).write.saveAsTable("o")
        """,
        "a.id = o.id, a.x ~ o.v, a.y ~ o.v",
    ),
    (
        "selectExpr with casts",
        """
        spark.table("a").selectExpr("id as key", "cast(x as string) x", "-y").write.saveAsTable("o")
        """,
        "a.id = o.key, a.x ~ o.x, a.y ~ o.(- y)",
    ),
    (
        "withColumns of a dict",
        """
        spark.table("a").withColumns({"x": F.col("y"), "w": F.col("x") + 1}).select("x", "w").write.saveAsTable("o")
        """,
        "a.x ~ o.w, a.y = o.x",
    ),
    (
        "fillna of a dict",
        """
        spark.table("a").na.fill({"x": 0, "k": "none"}).select("x", "k", "y").write.saveAsTable("o")
        """,
        "a.k ~ o.k, a.x ~ o.x, a.y = o.y",
    ),
    (
        "fillna takes the columns of the value's type",
        """
        spark.table("a").fillna(0).select("x", "k").write.saveAsTable("o")
        """,
        "a.k = o.k, a.x ~ o.x",
    ),
    (
        "pivot with values",
        """
        spark.table("a").groupBy("id").pivot("k", ["u", "v"]).agg(F.sum("x")).write.saveAsTable("o")
        """,
        "a.id = o.id, a.x + o.u, a.x + o.v",
    ),
    (
        "rollup",
        """
        spark.table("a").rollup("k", "id").agg(F.max("x").alias("x")).write.saveAsTable("o")
        """,
        "a.id = o.id, a.k = o.k, a.x + o.x",
    ),
    (
        "a lambda of a higher-order function",
        """
        spark.table("n").select(F.transform("l", lambda v: v + F.col("id")).alias("l")).write.saveAsTable("o")
        """,
        "n.id ~ o.l, n.l ~ o.l",
    ),
    (
        "a frame's column dropped, not what equals it",
        """
        a = spark.table("a").select("id", "x")
        a.withColumn("y", F.col("x")).drop(a["x"]).write.saveAsTable("o")
        """,
        "a.id = o.id, a.x = o.y",
    ),
    (
        "the key of a full join dropped",
        """
        j = spark.table("a").select("id", "x").join(spark.table("b").select("id", "z"), "id", "full")
        j.orderBy("x").drop(j["id"]).write.saveAsTable("o")
        """,
        "a.x = o.x, b.z = o.z",
    ),
    (
        "withField and dropFields",
        """
        spark.table("n").select(F.col("s").withField("r", F.col("id")).alias("s")).write.saveAsTable("o")
        """,
        "n.id ~ o.s, n.s.p ~ o.s, n.s.q ~ o.s",
    ),
    (
        "a struct's field and all of its fields",
        """
        spark.table("n").select("s.*", F.col("s.p").alias("w"), F.col("s")["q"].alias("v")).write.saveAsTable("o")
        """,
        "n.s.p = o.p, n.s.p = o.w, n.s.q = o.q, n.s.q = o.v",
    ),
    (
        "an exploded array and a map",
        """
        df = spark.table("n").select("id", F.explode("l").alias("e"))
        df.write.saveAsTable("o")
        spark.table("n").select(F.explode("m").alias("name", "value")).write.saveAsTable("o2")
        """,
        "n.id = o.id, n.l ~ o.e, n.m ~ o2.name, n.m ~ o2.value",
    ),
    (
        "arrays zipped, exploded, taken apart",
        """
        df = spark.table("n").withColumn("e", F.explode(F.arrays_zip("l", "l")))
        df.select("id", F.col("e.l").alias("l")).write.saveAsTable("o")
        """,
        "n.id = o.id, n.l ~ o.l",
    ),
    (
        "stack turns columns into rows",
        """
        spark.table("a").selectExpr("id", "stack(2, 'x', x, 'y', y) as (name, value)").write.saveAsTable("o")
        """,
        "a.id = o.id, a.x ~ o.value, a.y ~ o.value",
    ),
    (
        "unpivot",
        """
        spark.table("a").unpivot(["id"], ["x", "y"], "name", "value").write.saveAsTable("o")
        """,
        "a.id = o.id, a.x ~ o.value, a.y ~ o.value",
    ),
    (
        "columns of a frame after a join",
        """
        a, b = spark.table("a"), spark.table("b")
        a.join(b, a["id"] == b.id, "left").select(a["id"], b["at"], a.k.alias("ak")).write.saveAsTable("o")
        """,
        "a.id = o.id, a.k = o.ak, b.at = o.at",
    ),
    (
        "one of two columns of a name dropped",
        """
        a, b = spark.table("a"), spark.table("b")
        a.join(b, a.id == b.id).drop(b["id"], b["k"], a["at"]).write.saveAsTable("o")
        """,
        "a.id = o.id, a.k = o.k, a.x = o.x, a.y = o.y, b.at = o.at, b.z = o.z",
    ),
    (
        "an aliased self join",
        """
        a = spark.table("a")
        pair = a.alias("l").join(a.alias("r"), F.col("l.id") == F.col("r.x"))
        pair.select("l.k", F.col("r.y").alias("other")).write.saveAsTable("o")
        """,
        "a.k = o.k, a.y = o.other",
    ),
    (
        "all columns of one side",
        """
        a, b = spark.table("a").alias("a"), spark.table("b").alias("b")
        a.join(b, F.col("a.id") == F.col("b.id")).select("b.*", "a.x").write.saveAsTable("o")
        """,
        "a.x = o.x, b.at = o.at, b.id = o.id, b.k = o.k, b.z = o.z",
    ),
    (
        "unionByName with missing columns",
        """
        left, right = spark.table("a").select("id", "x"), spark.table("b").select("z", "id")
        left.unionByName(right, allowMissingColumns=True).write.saveAsTable("o")
        """,
        "a.id = o.id, a.x = o.x, b.id = o.id, b.z = o.z",
    ),
    (
        "union is by position",
        """
        spark.table("a").select("id", "x").union(spark.table("b").select("z", "id")).write.saveAsTable("o")
        """,
        "a.id = o.id, a.x = o.x, b.id = o.x, b.z = o.id",
    ),
    (
        "insertInto is by position",
        """
        spark.table("a").select("k", "id", "x", "at").write.insertInto("b")
        """,
        "a.at = b.at, a.id = b.k, a.k = b.id, a.x = b.z",
    ),
    (
        "JDBC in and out",
        """
        df = spark.read.format("jdbc").option("url", "u").option("dbtable", "dbo.t").load()
        df.select("c").write.jdbc("u", "dbo.o", mode="append")
        """,
        "dbo.t.c = dbo.o.c",
    ),
    (
        "a Kafka stream with a schema",
        """
        shape = T.StructType([T.StructField("u", T.StringType()), T.StructField("v", T.LongType())])
        df = (spark.readStream.format("kafka").option("subscribe", "topic").load()
            .select(F.from_json(F.col("value").cast("string"), shape).alias("d"), "timestamp")
            .select("d.*", "timestamp"))
        df.writeStream.format("delta").option("checkpointLocation", "c").toTable("o")
        """,
        "topic.timestamp = o.timestamp, topic.value ~ o.u, topic.value ~ o.v",
    ),
    (
        "foreachBatch merges",
        """
        from delta.tables import DeltaTable
        def upsert(batch, number):
            (DeltaTable.forName(batch.sparkSession, "o").alias("t")
                .merge(batch.alias("s"), "t.id = s.id")
                .whenMatchedUpdate(set={"x": "s.x"})
                .whenNotMatchedInsert(values={"id": "s.id", "x": "s.x"}).execute())
        spark.readStream.table("a").writeStream.foreachBatch(upsert).start()
        """,
        "a.id = o.id, a.x = o.x",
    ),
    (
        "SQL with formatted names and parameters",
        """
        table, floor = "a", 3
        spark.sql(f"SELECT id, x + {floor} AS x FROM {table}").write.saveAsTable("o")
        spark.sql("SELECT k FROM {df} WHERE x > :floor", args={"floor": 3}, df=spark.table("a")).write.saveAsTable("o2")
        """,
        "a.id = o.id, a.k = o2.k, a.x ~ o.x",
    ),
    (
        "the newest row of each key, in a helper",
        """
        def newest(df, keys, order):
            w = Window.partitionBy(*keys).orderBy(F.col(order).desc())
            return df.withColumn("rn", F.row_number().over(w)).filter("rn = 1").drop("rn")
        newest(spark.table("a"), ["id"], "at").select("id", "x").write.saveAsTable("o")
        """,
        "a.id = o.id, a.x = o.x",
    ),
    (
        "a running sum over a frame of rows",
        """
        w = Window.partitionBy("k").orderBy("at").rowsBetween(-6, Window.currentRow)
        spark.table("a").select("id", F.sum("x").over(w).alias("week")).write.saveAsTable("o")
        """,
        "a.id = o.id, a.x + o.week",
    ),
    (
        "broadcast, cache, checkpoint and partitions change nothing",
        """
        small = F.broadcast(spark.table("b").select("id", "z").cache())
        df = spark.table("a").repartition(8, "id").join(small, "id").checkpoint().coalesce(1)
        df.select("x", "z").write.partitionBy("z").saveAsTable("o")
        """,
        "a.x = o.x, b.z = o.z",
    ),
    (
        "every column trimmed in a loop",
        """
        df = spark.table("b")
        for c in df.columns:
            if c != "id":
                df = df.withColumn(c, F.trim(F.col(c)))
        df.write.saveAsTable("o")
        """,
        "b.at ~ o.at, b.id = o.id, b.k ~ o.k, b.z ~ o.z",
    ),
    (
        "columns known only from another job are each changed",
        """
        spark.table("a").select("id", "k").write.saveAsTable("mid")
        df = spark.table("mid")
        df.select("id", *[F.upper(c).alias(c) for c in df.columns if c != "id"]).write.saveAsTable("o")
        """,
        "a.id = mid.id, a.k = mid.k, mid.id = o.id, mid.k ~ o.k",
    ),
    (
        "a time window as a key",
        """
        spark.table("a").groupBy(F.window("at", "5 minutes"), "k").count() \\
            .select("window.start", "k", "count").write.saveAsTable("o")
        """,
        "a.at ~ o.start, a.k = o.k",
    ),
    (
        "columns of one type, by the schema",
        """
        df = spark.table("b")
        for f in df.schema:
            if isinstance(f.dataType, T.StringType):
                df = df.withColumn(f.name, F.trim(f.name))
        df.select("id", "k").write.saveAsTable("o")
        """,
        "b.id = o.id, b.k ~ o.k",
    ),
    (
        "tables that a pipeline declares by functions",
        """
        import dlt
        @dlt.table(name="silver", partition_cols=["x"])
        @dlt.expect_or_drop("positive", "x > 0")
        def clean():
            return tidy(dlt.read("bronze")).select("x")
        @dlt.table
        def bronze():
            return spark.readStream.table("a").select("x", "y")
        def tidy(df):
            return df.filter("y > 1")
        """,
        "a.x = bronze.x, a.y = bronze.y, bronze.x = silver.x",
    ),
    (
        "all columns of one frame beside some of another, neither known",
        """
        u, v = spark.table("u"), spark.table("v")
        u.join(v, u.o == v.o, "left").select(u["*"], v["e"].alias("oe")).write.saveAsTable("o")
        """,
        "u.* = o.*, v.e = o.oe",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("code", "expected"), [entry[1:] for entry in VALUES], ids=[entry[0] for entry in VALUES])  # fmt: skip
def test_values_flow_as_spark_would_have_them(code: str, expected: str) -> None:
    assert edges(code)[0] == expected

# table v2.raw(id bigint, a int, b int, c string)
"""Views registered by functions, SQL templates with views, dictionaries of queries."""
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()


def register(df, name):
    df.createOrReplaceTempView(name)
    return df


def run(name, sql):
    return register(spark.sql(sql), name)


QUERIES = {
    "clean": "select id, a, b, trim(c) as c from raw_view where a > 0",
    "sums": "select c, sum(a) as a, sum(b) as b from clean group by c",
    "final": "select s.c, s.a, s.b, s.a / nullif(s.b, 0) as ratio, (select count(*) from clean) as total from sums s",
}
register(spark.table("v2.raw"), "raw_view")
frames = {name: run(name, sql) for name, sql in QUERIES.items()}
frames["final"].write.mode("overwrite").saveAsTable("v2_out.final")
spark.table("clean").join(frames["sums"].select("c"), "c").write.mode("overwrite").saveAsTable("v2_out.joined")

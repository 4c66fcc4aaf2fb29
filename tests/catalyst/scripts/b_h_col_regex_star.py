# table h4.metrics(id bigint, m_a double, m_b double, n_a int, label string, s struct<p:int,q:struct<r:string>>)
# table h4.labels(label string, title string)
"""Stars in all their forms."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
m = spark.table("h4.metrics")
l = spark.table("h4.labels")
m.select("id", m.colRegex("`m_.*`")).write.mode("overwrite").saveAsTable("h4_out.regex")
m.select("*", "s.*").drop("s").write.mode("overwrite").saveAsTable("h4_out.struct")
m.alias("m").join(l.alias("l"), "label").select("m.id", "l.*").write.mode("overwrite").saveAsTable("h4_out.side")
m.join(l, m.label == l.label).select(m["*"], l.title).write.mode("overwrite").saveAsTable("h4_out.frame_star")
m.selectExpr("* except (s, n_a)", "m_a + m_b as total").write.mode("overwrite").saveAsTable("h4_out.except")
m.select(F.struct("*").alias("all")).select("all.label", "all.s.q.r").write.mode("overwrite").saveAsTable("h4_out.packed")
m.groupBy("label").agg(F.count("*").alias("n"), F.countDistinct("id", "n_a").alias("d")).write.mode("overwrite").saveAsTable("h4_out.counts")

# table j1.posts(id bigint, author string, likes int, created date, body string)
"""Parameters of spark.sql, DataFrames in SQL, templates."""
from string import Template

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
recent = spark.sql("SELECT * FROM j1.posts WHERE likes > :n AND created >= :day", args={"n": 5, "day": "2024-01-01"})
top = spark.sql("SELECT author, sum(likes) AS likes FROM {posts} GROUP BY author ORDER BY likes DESC LIMIT 10", posts=recent)
top.write.mode("overwrite").saveAsTable("j1_out.top")
template = Template("SELECT $cols FROM $table p WHERE p.author <> '$me'")
sql = template.substitute(cols="p.id, p.likes * 2 AS doubled", table="j1.posts", me="x")
spark.sql(sql).write.mode("overwrite").saveAsTable("j1_out.doubled")
text = "SELECT id, %s FROM %s" % (", ".join(f"max({c}) OVER (PARTITION BY author) AS max_{c}" for c in ["likes", "created"]), "j1.posts")
spark.sql(text).write.mode("overwrite").saveAsTable("j1_out.maxes")

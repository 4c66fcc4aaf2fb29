# table raw.x(id bigint, v int)
# table raw.y(id bigint, v int, flag boolean)
from pyspark.sql import SparkSession, Window, functions as F, types as T
from pyspark.sql import DataFrame
spark = SparkSession.builder.getOrCreate()
x, y = spark.table("raw.x"), spark.table("raw.y")
x.join(y.filter("flag"), "id", "left_anti").write.insertInto("out.anti") if False else None
x.createOrReplaceTempView("x"); y.createOrReplaceTempView("y")
spark.sql("SELECT id, v, (SELECT max(v) FROM y WHERE y.id = x.id) AS m FROM x WHERE EXISTS (SELECT 1 FROM y WHERE y.id = x.id AND flag) AND v NOT IN (SELECT v FROM y WHERE v IS NOT NULL)").write.saveAsTable("out.sub")
x.subtract(y.select("id", "v")).write.saveAsTable("out.minus")
x.join(y, x.id.eqNullSafe(y.id), "full").select(F.coalesce(x.id, y.id).alias("id"), y.flag).write.saveAsTable("out.full")

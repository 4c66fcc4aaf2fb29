# table in_.people(name string, age int, city string, id bigint)
# table out_.people(id bigint, name string, city string, age int)
# table out_.archive(a string, b int, c string, d bigint)
"""insertInto goes by position."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
people = spark.table("in_.people").filter("age >= 18")
target = spark.table("out_.people")
people.select(target.columns).write.insertInto("out_.people", overwrite=True)
people.write.mode("append").insertInto("out_.archive")
spark.sql("INSERT INTO out_.people (id, name) SELECT id, upper(name) FROM in_.people WHERE city = 'Bonn'")
people.createOrReplaceTempView("p")
spark.sql("INSERT OVERWRITE TABLE out_.archive SELECT city, age, name, id FROM p")

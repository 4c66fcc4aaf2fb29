# table edu.grades(student bigint, course string, term string, points double, credits int)
# table edu.students(student bigint, name string, born date)
"""Lists of structs, sorted and reduced with lambdas."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
grades = spark.table("edu.grades")
per_student = grades.groupBy("student").agg(
    F.sort_array(F.collect_list(F.struct("term", "course", "points", "credits"))).alias("record")
)
per_student = (
    per_student.withColumn("courses", F.transform("record", lambda r: r["course"]))
    .withColumn("good", F.filter("record", lambda r: r.points >= 8))
    .withColumn("credits", F.aggregate("record", F.lit(0), lambda acc, r: acc + r["credits"]))
    .withColumn("first_term", F.col("record")[0]["term"])
    .withColumn("failed_any", F.exists("record", lambda r: r["points"] < 5))
)
result = spark.table("edu.students").join(per_student, "student", "left")
result.select("student", "name", "courses", F.size("good").alias("n_good"), "credits", "first_term", "failed_any").write.mode(
    "overwrite"
).saveAsTable("edu_mart.records")

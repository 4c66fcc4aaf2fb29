# table n1.songs(song string, artist string, genre string, plays bigint, released int)
"""Top n per group in several shapes."""
from pyspark.sql import SparkSession
from pyspark.sql.functions import col, collect_list, dense_rank, desc, expr, first, rank, slice, sort_array, struct
from pyspark.sql.window import Window

spark = SparkSession.builder.getOrCreate()
songs = spark.table("n1.songs")
w = Window.partitionBy(col("genre")).orderBy(desc("plays"), col("released").asc())
top3 = songs.select("genre", "song", "artist", rank().over(w).alias("pos")).where(col("pos") <= 3)
top3.write.mode("overwrite").saveAsTable("n1_out.top3")
lists = songs.groupBy("genre").agg(slice(sort_array(collect_list(struct("plays", "song")), asc=False), 1, 3).alias("top"))
lists.select("genre", expr("transform(top, t -> t.song)").alias("songs")).write.mode("overwrite").saveAsTable("n1_out.lists")
leader = songs.withColumn("leader", first("song").over(w)).withColumn("share", col("plays") / expr("sum(plays) over (partition by genre)"))
leader.select("genre", "leader", "share", "song").dropDuplicates(["genre", "leader"]).write.mode("overwrite").saveAsTable("n1_out.leaders")

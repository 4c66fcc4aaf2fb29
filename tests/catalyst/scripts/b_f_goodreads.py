# table lake.working_author(author_id bigint, name string, average_rating double, create_ts string)
# table lake.working_reviews(review_id bigint, book_id bigint, author_id bigint, rating int, create_ts string)
"""A transform class with a load path per entity, dispatch by name."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as fn
from pyspark.sql.types import StringType


def clean_name(text):
    return text.strip() if text else text


class Transform:
    def __init__(self, spark):
        self._spark = spark
        self._load = "lake"
        self._save = "warehouse"

    def _deduplicated(self, frame, key):
        return (
            frame.withColumn("version", fn.max("create_ts").over(self._window(key)))
            .where(fn.col("version") == fn.col("create_ts"))
            .drop("version")
        )

    def _window(self, key):
        from pyspark.sql import Window

        return Window.partitionBy(key)

    def transform_author(self):
        tidy = fn.udf(clean_name, StringType())
        frame = self._deduplicated(self._spark.table(self._load + ".working_author"), "author_id")
        frame.withColumn("name", tidy("name")).write.mode("overwrite").saveAsTable(self._save + ".author")

    def transform_reviews(self):
        frame = self._deduplicated(self._spark.table(self._load + ".working_reviews"), "review_id")
        frame = frame.withColumn("create_ts", fn.to_timestamp("create_ts"))
        frame.groupBy("book_id").agg(fn.avg("rating").alias("rating"), fn.max("create_ts").alias("latest")).write.mode(
            "overwrite"
        ).saveAsTable(self._save + ".book_ratings")


def run():
    transform = Transform(SparkSession.builder.getOrCreate())
    modules = {"author": transform.transform_author, "reviews": transform.transform_reviews}
    for name in modules:
        modules[name]()


if __name__ == "__main__":
    run()

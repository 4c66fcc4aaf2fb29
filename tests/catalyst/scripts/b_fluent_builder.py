# table y.stays(stay_id bigint, guest bigint, hotel string, arrived date, nights int, rate double)
# table y.guests(guest bigint, country string, loyalty string)
"""A fluent builder that keeps its frame, with mixins."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F


class Saver:
    def save(self, name):
        self._df.write.mode("overwrite").saveAsTable(name)
        return self


class Grouper:
    def total_by(self, *keys):
        return type(self)(self._df.groupBy(*keys).agg(*self.measures))


class Stays(Saver, Grouper):
    measures = [F.sum("cost").alias("cost"), F.sum("nights").alias("nights")]

    def __init__(self, df):
        self._df = df

    @classmethod
    def load(cls, spark):
        return cls(spark.table("y.stays"))

    def with_cost(self, tax=0.07):
        self._df = self._df.withColumn("cost", F.col("nights") * F.col("rate") * F.lit(1 + tax))
        return self

    def with_guests(self, guests):
        self._df = self._df.join(guests, on="guest", how="left")
        return self

    def only(self, **equal):
        for name, value in equal.items():
            self._df = self._df.filter(F.col(name) == value)
        return self


spark = SparkSession.builder.getOrCreate()
stays = Stays.load(spark).with_cost().with_guests(spark.table("y.guests")).only(loyalty="gold")
stays.save("y_out.gold_stays")
stays.total_by("country").save("y_out.by_country")
Stays.load(spark).with_cost(tax=0).total_by("hotel", "arrived").save("y_out.by_hotel")

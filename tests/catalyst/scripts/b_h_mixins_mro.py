# table e4.accounts(acc bigint, opened date, balance double, ccy string, branch string)
"""Mixins with super() along the method resolution order."""
from pyspark.sql import SparkSession
from pyspark.sql import functions as F


class Base:
    table = "e4.accounts"

    def frame(self, spark):
        return spark.table(self.table)


class WithYear(Base):
    def frame(self, spark):
        return super().frame(spark).withColumn("year", F.year("opened"))


class OnlyEuro(Base):
    currency = "EUR"

    def frame(self, spark):
        return super().frame(spark).filter(F.col("ccy") == self.currency).drop("ccy")


class Rounded:
    digits = 0

    def frame(self, spark):
        df = super().frame(spark)
        return df.withColumn("balance", F.round("balance", self.digits))


class Final(Rounded, WithYear, OnlyEuro):
    digits = 2

    def save(self, spark, name):
        self.frame(spark).write.mode("overwrite").saveAsTable(name)


class Plain(Rounded, Base):
    pass


spark = SparkSession.builder.getOrCreate()
Final().save(spark, "e4_out.final")
Plain().frame(spark).groupBy("branch").agg(F.sum("balance").alias("balance")).write.mode("overwrite").saveAsTable("e4_out.branches")

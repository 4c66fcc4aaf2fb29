from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StringType


def normalise(number):
    digits = "".join(c for c in number if c.isdigit())
    return "+49" + digits[1:] if digits.startswith("0") else "+" + digits


normalise_udf = F.udf(normalise, StringType())

spark = SparkSession.builder.getOrCreate()
phones = spark.table("crm.contacts").withColumn("phone", normalise_udf("raw_phone"))
phones.write.mode("overwrite").saveAsTable("crm.phones")

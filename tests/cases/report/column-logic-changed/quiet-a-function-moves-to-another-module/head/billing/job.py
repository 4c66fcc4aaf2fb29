from pyspark.sql import SparkSession

from billing import settings
from billing.transforms import with_gross


def main() -> None:
    spark = SparkSession.builder.appName("invoice-lines").getOrCreate()
    lines = spark.read.table("raw.invoice_lines").dropDuplicates(["invoice_id", "line"])
    with_gross(lines).write.mode("overwrite").partitionBy("booked_on").saveAsTable(settings.OUTPUT)


if __name__ == "__main__":
    main()

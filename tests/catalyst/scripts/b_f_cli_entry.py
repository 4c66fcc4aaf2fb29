# table s2.events(id bigint, kind string, body string, at timestamp)
# args --table events --database s2 --output s2_out.events --kind click --kind view
"""Arguments from the command line, given in the header."""
import argparse
import logging
import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

log = logging.getLogger(__name__)


class Job:
    def __init__(self, args, spark):
        self.args = args
        self.spark = spark

    def run(self):
        df = self.spark.table("s2.events")
        df = df.filter(F.col("kind").isNotNull())
        counts = df.groupBy("kind").agg(F.count("*").alias("n"), F.max("at").alias("last"))
        counts.write.mode("overwrite").saveAsTable("s2_out.kinds")
        log.info("done %s", len(self.args.kind or []))
        return 0


def main(argv=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--table", required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--output")
    parser.add_argument("--kind", action="append")
    args = parser.parse_args(argv)
    spark = SparkSession.builder.getOrCreate()
    return Job(args, spark).run()


if __name__ == "__main__":
    main(sys.argv[1:])

# table core.accounts(account_id bigint, owner bigint, kind string, opened date)
# table core.movements(account_id bigint, amount double, booked date, text string)
"""CTEs in f-strings, a helper that runs queries."""
from pyspark.sql import DataFrame, SparkSession

DB = "core"
MIN_AMOUNT = 100
COLUMNS = ["account_id", "owner", "kind"]


class Runner:
    def __init__(self, spark, db):
        self.spark = spark
        self.db = db

    def run_query(self, query: str, **params) -> DataFrame:
        return self.spark.sql(query.format(db=self.db, **params))


def query(db, columns, condition=None):
    where = f"WHERE {condition}" if condition else ""
    return f"""
    WITH acc AS (
        SELECT {', '.join(columns)} FROM {db}.accounts {where}
    ), mov AS (
        SELECT account_id, sum(amount) AS total, max(booked) AS last_booked
        FROM {db}.movements
        WHERE abs(amount) > {MIN_AMOUNT}
        GROUP BY account_id
    )
    SELECT acc.*, mov.total, mov.last_booked,
           rank() OVER (PARTITION BY acc.kind ORDER BY mov.total DESC) AS position
    FROM acc LEFT JOIN mov USING (account_id)
    """


spark = SparkSession.builder.getOrCreate()
ranked = spark.sql(query(DB, COLUMNS, condition="kind != 'closed'"))
ranked.write.mode("overwrite").saveAsTable("mart.accounts_ranked")
runner = Runner(spark, DB)
big = runner.run_query("SELECT owner, count(*) AS n FROM {db}.accounts GROUP BY owner HAVING count(*) > {n}", n=3)
big.write.mode("overwrite").saveAsTable("mart.owners")

"""SQL inside Python: what database clients, pandas and Airflow are handed as text."""

import textwrap

import pytest

from tests.casebook import lineage_of

WRITES = {
    "a cursor of a known driver": (
        """
        import psycopg2
        with psycopg2.connect(dsn) as connection, connection.cursor() as cursor:
            cursor.execute("INSERT INTO mart.daily (day, net) SELECT day, amount FROM raw.orders WHERE id > %s", (1,))
        """,
        "raw.orders.amount -> mart.daily.net",
    ),
    "a connection that somebody passes": (
        """
        import psycopg2
        def load(conn):
            conn.execute('''
                INSERT INTO mart.daily
                SELECT day AS day, amount AS net FROM raw.orders
            ''')
        """,
        "raw.orders.amount -> mart.daily.net",
    ),
    "an f-string with an unknown name": (
        """
        import snowflake.connector
        def load(schema):
            with snowflake.connector.connect().cursor() as cursor:
                cursor.execute(f"CREATE TABLE mart.daily AS SELECT amount AS net FROM {schema}.orders")
        load(input())
        """,
        "{input}.ORDERS.AMOUNT -> MART.DAILY.NET",
    ),
    "SQLAlchemy's text, the dialect from its URL": (
        """
        from sqlalchemy import create_engine, text
        engine = create_engine("snowflake://account")
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO daily (net) SELECT amount FROM orders"))
        """,
        "ORDERS.AMOUNT -> DAILY.NET",
    ),
    "a session that is made in two steps": (
        """
        from sqlalchemy import create_engine, text
        from sqlalchemy.orm import sessionmaker
        Session = sessionmaker(bind=create_engine("postgresql://host/db"))
        with Session() as session:
            session.execute(text("INSERT INTO daily (net) SELECT amount FROM orders"))
        """,
        "orders.amount -> daily.net",
    ),
    "temporary tables between two statements": (
        """
        import duckdb
        con = duckdb.connect()
        con.execute("CREATE TEMP TABLE t AS SELECT amount AS a FROM orders")
        con.execute("CREATE TABLE daily AS SELECT a AS net FROM t")
        """,
        "orders.amount -> daily.net",
    ),
    "a query of BigQuery with a destination": (
        """
        from google.cloud import bigquery
        client = bigquery.Client()
        config = bigquery.QueryJobConfig(destination="p.mart.daily", write_disposition="WRITE_TRUNCATE")
        client.query("SELECT amount AS net FROM p.raw.orders", job_config=config).result()
        """,
        "p.raw.orders.amount -> p.mart.daily.net",
    ),
    "an operator of Airflow": (
        """
        from airflow.providers.snowflake.operators.snowflake import SnowflakeOperator
        SnowflakeOperator(task_id="x", sql=["INSERT INTO daily (net) SELECT amount FROM orders"])
        """,
        "ORDERS.AMOUNT -> DAILY.NET",
    ),
    "BigQuery's operator, its destination in the configuration": (
        """
        from airflow.providers.google.cloud.operators.bigquery import BigQueryInsertJobOperator
        BigQueryInsertJobOperator(task_id="x", configuration={"query": {
            "query": "SELECT amount AS net FROM raw.orders",
            "destinationTable": {"projectId": "p", "datasetId": "mart", "tableId": "daily"},
        }})
        """,
        "raw.orders.amount -> p.mart.daily.net",
    ),
    "a function that Airflow calls, with a hook": (
        """
        from airflow.operators.python import PythonOperator
        from airflow.providers.postgres.hooks.postgres import PostgresHook
        def load(table):
            PostgresHook(postgres_conn_id="dw").run(f"INSERT INTO {table} (net) SELECT amount FROM orders")
        PythonOperator(task_id="x", python_callable=load, op_kwargs={"table": "daily"})
        """,
        "orders.amount -> daily.net",
    ),
    "Athena through boto3": (
        """
        import boto3
        athena = boto3.client("athena")
        athena.start_query_execution(QueryString="INSERT INTO mart.daily SELECT amount AS net FROM raw.orders")
        """,
        "raw.orders.amount -> mart.daily.net",
    ),
    "a DuckDB view over rows of pandas": (
        """
        import duckdb
        import pandas as pd
        frame = pd.read_sql("SELECT amount FROM orders", connection)
        con = duckdb.connect()
        con.register("rows", frame)
        con.sql("CREATE TABLE daily AS SELECT amount AS net FROM rows")
        """,
        "orders.amount -> daily.net",
    ),
}  # fmt: skip

DATASETS = {
    "pandas reads a query and writes a table": (
        """
        import pandas as pd
        from sqlalchemy import create_engine
        engine = create_engine("postgresql://host/db")
        orders = pd.read_sql_query("SELECT * FROM raw.orders", engine)
        orders["net"] = orders["amount"] - 1
        orders.to_sql("daily", engine, schema="mart", if_exists="replace")
        """,
        {"raw.orders"},
        {"mart.daily"},
    ),
    "two queries joined by pandas": (
        """
        import pandas as pd
        a = pd.read_sql("SELECT * FROM raw.orders", connection)
        b = pd.read_sql("SELECT * FROM raw.customers", connection)
        pd.merge(a, b).to_parquet("s3://lake/joined/")
        """,
        {"raw.orders", "raw.customers"},
        {"s3://lake/joined"},
    ),
    "rows that are only looked at": (
        """
        import sqlite3
        for row in sqlite3.connect("x").execute("SELECT name FROM users"):
            print(row)
        """,
        {"users"},
        set(),
    ),
    "awswrangler from Athena to a table of Glue": (
        """
        import awswrangler as wr
        df = wr.athena.read_sql_query("SELECT * FROM orders", database="raw")
        wr.s3.to_parquet(df, path="s3://lake/daily/", dataset=True, database="mart", table="daily")
        """,
        {"orders"},
        {"mart.daily"},
    ),
    "files loaded into BigQuery": (
        """
        from google.cloud import bigquery
        bigquery.Client().load_table_from_uri("gs://lake/orders.csv", "raw.orders", job_config=select)
        """,
        {"gs://lake/orders.csv"},
        {"raw.orders"},
    ),
    "Snowpark writes what a query gives": (
        """
        from snowflake.snowpark import Session
        session = Session.builder.configs(options).create()
        session.sql("SELECT * FROM raw.orders").write.mode("overwrite").save_as_table("mart.daily")
        """,
        {"RAW.ORDERS"},
        {"MART.DAILY"},
    ),
}  # fmt: skip

QUIET = {
    "text that is no SQL": """
        import sqlalchemy
        runner.execute("select-shipping")
        queue.run("update the docs, then merge the branch")
        """,
    "an ORM's query": """
        from sqlalchemy import select
        session.execute(select(User).where(User.id == 1))
        """,
    "a query method of something else": """
        import boto3
        table.query(KeyConditionExpression="select")
        frame.query("delete > 3")
        """,
}


def _found(code: str) -> tuple[set[str], set[str], set[str], list[str]]:
    document = lineage_of({"job.py": textwrap.dedent(code)}, "")
    edges = {
        f"{edge.source.dataset}.{edge.source.column} -> {edge.target.dataset}.{edge.target.column}"
        for edge in document.edges
        if edge.type == "DIRECT"
    }
    reads = {name for job in document.jobs for name in job.reads}
    writes = {name for job in document.jobs for name in job.writes}
    return edges, reads, writes, [warning.message for warning in document.warnings]


@pytest.mark.parametrize("name", WRITES)
def test_sql_that_writes_is_lineage(name: str) -> None:
    code, edge = WRITES[name]
    edges, _, _, warnings = _found(code)
    assert edge in edges
    assert warnings == []


@pytest.mark.parametrize("name", DATASETS)
def test_rows_that_leave_sql_keep_their_datasets(name: str) -> None:
    code, reads, writes = DATASETS[name]
    _, read, written, _ = _found(code)
    assert (read, written) == (reads, writes)


@pytest.mark.parametrize("name", QUIET)
def test_what_is_no_sql_says_nothing(name: str) -> None:
    edges, reads, writes, warnings = _found(QUIET[name])
    assert (edges, reads, writes, warnings) == (set(), set(), set(), [])

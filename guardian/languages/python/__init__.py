"""PySpark.

A Python file, interpreted over abstract values, as the writes and plans that it makes.
"""

import re
from functools import lru_cache

from guardian.languages import Extractor, Sources
from guardian.languages.python.module_roots import imported_names
from guardian.languages.python.modules import ModuleFinder
from guardian.languages.python.program import PLAIN, Program, lower_program
from guardian.languages.recording import Recording
from guardian.model.plan import Lowered
from guardian.model.source import SourceFile

LANGUAGE = "pyspark"
FOLLOW_LIMIT = 100
# A file without one of these does no Spark work; `spark.` also stands in notebooks that import
# nothing, `.write` without a bracket in helpers that are handed a frame.
WORK = re.compile(
    r"pyspark|awsglue|\bspark\b|\bspark_|_spark\b|SparkSession|delta\.tables|databricks|"
    r"\.write\b(?!\s*\()|glueContext|\bdlt\b"
)
# Code that hands SQL to a database.
CLIENTS = re.compile(
    r"^[ \t]*(?:import|from)[ \t]+(?:psycopg|asyncpg|pg8000|pymysql|MySQLdb|mysql\b|mariadb|pyodbc|"
    r"pymssql|snowflake|google\.cloud|pandas_gbq|duckdb|sqlite3|trino|prestodb|pyathena|awswrangler|"
    r"oracledb|cx_Oracle|redshift_connector|clickhouse|databricks|pyhive|impala|teradatasql|vertica|"
    r"sqlalchemy|sqlmodel|airflow|boto3)|\bread_sql",
    re.MULTILINE,
)
# Code that has data frames read and write; which module imports them is looked up.
FRAMES = re.compile(
    r"^[ \t]*(?:import|from)[ \t]+(?:pandas|polars|modin|cudf|dask|databricks\.koalas)\b",
    re.MULTILINE,
)
FRAME_WORDS = re.compile(
    r"\.(?:to|write|sink)_(?:csv|parquet|json|excel|feather|orc|ipc|ndjson|avro|sql|gbq|delta|"
    r"iceberg|database|table)\s*\("
)
SQL_WORDS = re.compile(
    r"\bselect\s[^;]{1,2000}?\sfrom\s|\binsert\s+(?:into|overwrite)\s|\bupdate\s+\S+\s+set\s|"
    r"\bdelete\s+from\s|\bmerge\s+into\s|\bcreate\s+(?:\w+\s+){0,3}(?:table|view)\s|\bcopy\s+\S+\s|"
    r"\bunload\s*\(|\.sql\b|_sql\b|_gbq\b|load_table_from",
    re.IGNORECASE,
)


def claims(path: str, _: Sources) -> bool:
    """Return whether `path` is a Python file."""
    return path.endswith(".py")


def extract(file: SourceFile, sources: Sources) -> Lowered:
    """Return what a Python file reads and writes; nothing where it does no Spark or SQL work."""
    if notebook_export(file.text):
        from guardian.languages.notebook import extract as extract_notebook  # noqa: PLC0415 - it imports this package

        return extract_notebook(file, sources)
    recording = Recording(sources, file.path)
    finder = ModuleFinder(recording, file.path)
    if reaches(WORK, file, finder):
        return lower_program(Program(file.path, file.text), recording, LANGUAGE)
    sql = SQL_WORDS.search(file.text) and reaches(CLIENTS, file, finder)
    frames = not sql and FRAME_WORDS.search(file.text) and reaches(FRAMES, file, finder)
    if not sql and not frames:
        return Lowered(path=file.path, language=LANGUAGE, files_read=recording.files_read)
    return lower_program(Program(file.path, file.text), recording, PLAIN)


def notebook_export(text: str) -> bool:
    """Return whether `text` is a notebook that Databricks or Fabric keeps as Python."""
    return text.lstrip("\ufeff").startswith(
        ("# Databricks notebook source", "# Fabric notebook source")
    )


@lru_cache(maxsize=8192)
def _holds(pattern: re.Pattern[str], text: str) -> bool:
    return pattern.search(text) is not None


def reaches(pattern: re.Pattern[str], file: SourceFile, finder: ModuleFinder) -> bool:
    """Return whether the file, or a module of the repository that it leads to, holds `pattern`."""
    pending, seen = [file.path], {file.path}
    while pending and len(seen) < FOLLOW_LIMIT:
        path = pending.pop(0)
        source = file if path == file.path else finder.sources.read(path)
        if source is None:
            continue
        if _holds(pattern, source.text):
            return True
        for parts, level in imported_names(source.text):
            found = finder.locate(parts, path, level)
            if found is not None and found not in seen and not found.endswith("/"):
                seen.add(found)
                pending.append(found)
    return False


EXTRACTOR = Extractor(name=LANGUAGE, version="4", rank=50, claims=claims, extract=extract)

__all__ = ["EXTRACTOR"]

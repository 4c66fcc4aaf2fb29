"""PySpark.

A Python file, interpreted over abstract values, as the writes and plans that it makes.
"""

import re

from guardian.languages import Extractor, Sources
from guardian.languages.python.program import Program, lower_program
from guardian.model.plan import Lowered
from guardian.model.source import SourceFile

LANGUAGE = "pyspark"
# A file without one of these does no Spark work; `spark.` also stands in notebooks that import
# nothing.
WORK = re.compile(
    r"pyspark|awsglue|\bspark\b|\bspark_|_spark\b|SparkSession|delta\.tables|databricks|\.write\b|read_sql|glueContext"
)


def claims(path: str, _: Sources) -> bool:
    """Return whether `path` is a Python file."""
    return path.endswith(".py")


def extract(file: SourceFile, sources: Sources) -> Lowered:
    """Return what a Python file reads and writes; nothing for a file that does no Spark work."""
    if notebook_export(file.text):
        from guardian.languages.notebook import extract as extract_notebook  # noqa: PLC0415 - it imports this package

        return extract_notebook(file, sources)
    if not may_work(file.text):
        return Lowered(path=file.path, language=LANGUAGE)
    return lower_program(Program(file.path, file.text), sources, LANGUAGE)


def notebook_export(text: str) -> bool:
    """Return whether `text` is a notebook that Databricks exported as Python."""
    return text.lstrip("\ufeff").startswith("# Databricks notebook source")


def may_work(text: str) -> bool:
    """Return whether `text` may do Spark work: it names Spark, or imports something that may."""
    return WORK.search(text) is not None or _IMPORTS.search(text) is not None


_IMPORTS = re.compile(r"^\s*(?:from\s+\S+\s+import|import)\s+\S", re.MULTILINE)

EXTRACTOR = Extractor(name=LANGUAGE, version="1", rank=50, claims=claims, extract=extract)

__all__ = ["EXTRACTOR"]

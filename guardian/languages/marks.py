"""Which SQL dialect a text or a path bears the marks of: signs that hardly any other one shares."""

import re
from collections import Counter
from functools import lru_cache

SUFFIXES = {
    ".hql": "spark", ".hive": "spark", ".tsql": "tsql", ".bq": "bigquery", ".pgsql": "postgres",
    ".psql": "postgres", ".plsql": "oracle",
}  # fmt: skip
SQL_SUFFIXES = (".sql", ".ddl", *SUFFIXES)
_WORDS = {
    "athena": "athena", "bigquery": "bigquery", "bq": "bigquery", "clickhouse": "clickhouse",
    "databricks": "databricks", "duckdb": "duckdb", "hive": "spark", "hql": "spark",
    "mariadb": "mysql", "mssql": "tsql", "mysql": "mysql", "oracle": "oracle", "plsql": "oracle",
    "postgres": "postgres", "postgresql": "postgres", "presto": "presto", "psql": "postgres",
    "redshift": "redshift", "snowflake": "snowflake", "sparksql": "spark", "sqlite": "sqlite",
    "sqlserver": "tsql", "synapse": "tsql", "teradata": "teradata", "trino": "trino",
    "tsql": "tsql",
}  # fmt: skip
_SIGNS = {
    "tsql": (
        r"^[ \t]*GO\s*;?\s*$", r"(\bdbo|\[dbo\])\.", r"\bNVARCHAR\b", r"\bDECLARE\s+@\w",
        r"\bIDENTITY\s*\(\s*\d", r"\(\s*NOLOCK\s*\)", r"\bGETDATE\s*\(\s*\)",
        r"\b(CROSS|OUTER)\s+APPLY\b", r"\bINTO\s+#\w",
        r"\bSELECT\s+TOP\s*\(?\s*\d",
        r"\bDISTRIBUTION\s*=\s*(HASH|ROUND_ROBIN|REPLICATE)\b",
    ),
    "snowflake": (
        r"\bVARIANT\b", r"\bFLATTEN\s*\(\s*(input\s*=>|\w)", r"\bCOPY\s+INTO\s+\S+\s+FROM\s+@",
        r"\bCREATE\s+(OR\s+REPLACE\s+)?(STAGE|STREAM|TASK|WAREHOUSE|FILE\s+FORMAT|DYNAMIC\s+TABLE)\b",
        r"\w:\w+(\.\w+)*::\w", r"\bNUMBER\s*\(\s*38", r"^!set\b", r"\bMETADATA\$\w",
        r"^[ \t]*(PUT|GET)\s+(file://|@)",
    ),
    "bigquery": (
        r"`[\w-]+\.[\w-]+\.[\w$*-]+`", r"\bSAFE_CAST\s*\(", r"\bSAFE\.\w+\(",
        r"#(standard|legacy)SQL", r"\b(INT64|FLOAT64|BIGNUMERIC)\b", r"\b_TABLE_SUFFIX\b",
        r"\b_PARTITION(TIME|DATE)\b", r"\bGENERATE_DATE_ARRAY\s*\(",
    ),
    "databricks": (
        r"^-- Databricks notebook source", r"\bZORDER\s+BY\b", r"\b(STREAMING|LIVE)\s+TABLE\b",
        r"\bLIVE\.\w+",
    ),
    "spark": (
        r"\bLATERAL\s+VIEW\b", r"\bUSING\s+(DELTA|PARQUET|ICEBERG|HUDI|ORC)\b",
        r"\bINSERT\s+OVERWRITE\b", r"\bSTORED\s+AS\b", r"\bTBLPROPERTIES\b",
        r"\bTEMP(ORARY)?\s+VIEW\b.*\bUSING\b", r"^[ \t]*ADD\s+JAR\b", r"\$\{hive(conf|var):",
        r"^[ \t]*SET\s+(hive|spark|mapreduce|mapred|parquet)\.",
    ),
    "redshift": (r"\b(DISTKEY|SORTKEY|DISTSTYLE)\b", r"\bUNLOAD\s*\(\s*'"),
    "postgres": (
        r"\bLANGUAGE\s+'?plpgsql\b", r"\b(BIG)?SERIAL\b", r"\bON\s+CONFLICT\b", r"\bJSONB\b",
        r"^[ \t]*\\(i|ir|include|copy|set|cd|echo|connect|pset|timing|gexec|gset|if|endif)\b",
    ),
    "duckdb": (
        r"\bread_(parquet|csv|csv_auto|json|json_auto)\s*\(",
        r"^(?!.*\bCOPY\b).*\bFROM\s+'[^'\n]+\.(parquet|csv)'",
        r"\bCOPY\b[^;]*\(\s*FORMAT\s+PARQUET",
    ),
    "athena": (r"\bexternal_location\s*=", r"\btable_type\s*=\s*'ICEBERG'"),
    "trino": (r"\bCAST\s*\(\s*ROW\s*\(", r"\bWITH\s*\(\s*(format|partitioning)\s*="),
    "mysql": (
        r"\bENGINE\s*=\s*(InnoDB|MyISAM|Aria|MEMORY)\b", r"\bAUTO_INCREMENT\b",
        r"^[ \t]*DELIMITER\s+\S+\s*$", r"\bLOAD\s+DATA\s+(LOCAL\s+)?INFILE\b.*$",
    ),
    "oracle": (
        r"\bN?VARCHAR2\b", r"\bFROM\s+DUAL\b", r"\bSYSDATE\b", r"^[ \t]*WHENEVER\s+(SQL|OS)ERROR\b",
        r"^[ \t]*SPOOL\s+\S", r"\bPACKAGE\s+BODY\b",
    ),
}  # fmt: skip
_LETTERS = re.compile(r"(\\.)|([A-Z]+)")


def _lowered(sign: str) -> str:
    """Return a sign for text in lower case, which is looked through twice as fast as any case."""
    return _LETTERS.sub(lambda found: found[1] or found[2].lower(), sign)


def _word_in(sign: str) -> str:
    """Return a word that every text with the sign holds: most texts have none of them."""
    plain = re.sub(r"\\.|\[[^\]]*\]", " ", sign)
    while "(" in plain:
        plain = re.sub(r"\([^()]*\)", " ", plain)
    return max(re.findall(r"[a-z_]+(?![a-z_]*[?*])", plain), key=len, default="")


_COMPILED = {
    dialect: tuple(
        (_word_in(sign), re.compile(sign, re.MULTILINE)) for sign in map(_lowered, signs)
    )
    for dialect, signs in _SIGNS.items()
}
_COMMENT = re.compile(r"--(?! databricks notebook)[^\n]*|/\*.*?\*/", re.DOTALL)
_SPLIT = re.compile(r"[^a-z0-9]+")


def spoken(text: str) -> str:
    """Return the dialect whose signs `text` bears; empty where it bears none, or two dialects'."""
    (first, most), (_, second) = _signs(text).most_common(2)
    return first if most > second else ""


@lru_cache(maxsize=8)  # the same text is asked about for each of its statements
def likely(text: str) -> tuple[str, ...]:
    """Return the dialects whose signs `text` bears, that of the most first."""
    return tuple(dialect for dialect, count in _signs(text).most_common() if count)


def named(part: str) -> str:
    """Return the dialect that a folder's or a file's name holds the word for; empty where two."""
    found = {_WORDS[word] for word in _SPLIT.split(part.lower()) if word in _WORDS}
    return found.pop() if len(found) == 1 else ""


def _signs(text: str) -> Counter[str]:
    code = _COMMENT.sub(" ", text.lower())
    return Counter(
        {
            dialect: sum(1 for word, sign in compiled if word in code and sign.search(code))
            for dialect, compiled in _COMPILED.items()
        }
    )


# Procedures that are called to keep a log: a call of them is no step of the data's way.
LOGGING = ("*.log", "*_log", "*_log_*", "*.log_*", "*logging*", "*writelog", "*errorlog")

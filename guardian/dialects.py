"""Which SQL dialect a repository is written in, where `guardian.yml` does not say.

Only signs that hardly any other dialect shares count; where they contradict each other or are
missing, nothing is assumed. What is found is for one whole repository or one of its top folders,
never for a single file: a changed line must not change how the file around it is read.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from guardian.config import DIALECTS, Override, Sql

MOST_FILES = 300  # looked at, spread over the repository
MOST_CHARACTERS = 60_000

Read = Callable[[str], str | None]
Found = tuple[str, str]  # a dialect, and what shows it

_SIGNS = {
    "tsql": (
        r"^\s*GO\s*;?\s*$", r"(\bdbo|\[dbo\])\.", r"\bNVARCHAR\b", r"\bDECLARE\s+@\w",
        r"\bIDENTITY\s*\(\s*\d", r"\(\s*NOLOCK\s*\)", r"\bGETDATE\s*\(\s*\)",
        r"\b(CROSS|OUTER)\s+APPLY\b", r"\bINTO\s+#\w",
        r"\bSELECT\s+TOP\s*\(?\s*\d",
        r"\bDISTRIBUTION\s*=\s*(HASH|ROUND_ROBIN|REPLICATE)\b",
    ),
    "snowflake": (
        r"\bVARIANT\b", r"\bFLATTEN\s*\(\s*(input\s*=>|\w)", r"\bCOPY\s+INTO\s+\S+\s+FROM\s+@",
        r"\bCREATE\s+(OR\s+REPLACE\s+)?(STAGE|STREAM|TASK|WAREHOUSE|FILE\s+FORMAT|DYNAMIC\s+TABLE)\b",
        r"\w:\w+(\.\w+)*::\w", r"\bNUMBER\s*\(\s*38",
    ),
    "bigquery": (
        r"`[\w-]+\.[\w-]+\.[\w$*-]+`", r"\bSAFE_CAST\s*\(", r"\bSAFE\.\w+\(", r"#standardSQL",
        r"\b(INT64|FLOAT64|BIGNUMERIC)\b", r"\b_TABLE_SUFFIX\b", r"\bGENERATE_DATE_ARRAY\s*\(",
    ),
    "databricks": (
        r"^-- Databricks notebook source", r"\bZORDER\s+BY\b", r"\b(STREAMING|LIVE)\s+TABLE\b",
        r"\bLIVE\.\w+",
    ),
    "spark": (
        r"\bLATERAL\s+VIEW\b", r"\bUSING\s+(DELTA|PARQUET|ICEBERG|HUDI|ORC)\b",
        r"\bINSERT\s+OVERWRITE\b", r"\bSTORED\s+AS\b", r"\bTBLPROPERTIES\b",
        r"\bTEMP(ORARY)?\s+VIEW\b.*\bUSING\b",
    ),
    "redshift": (r"\b(DISTKEY|SORTKEY|DISTSTYLE)\b", r"\bUNLOAD\s*\(\s*'"),
    "postgres": (
        r"\bLANGUAGE\s+'?plpgsql\b", r"\b(BIG)?SERIAL\b", r"\bON\s+CONFLICT\b", r"\bJSONB\b",
        r"^\\(i|copy|set)\b",
    ),
    "duckdb": (
        r"\bread_(parquet|csv|csv_auto|json|json_auto)\s*\(", r"\bFROM\s+'[^'\n]+\.(parquet|csv)'",
        r"\bCOPY\b[^;]*\(\s*FORMAT\s+PARQUET",
    ),
    "athena": (r"\bexternal_location\s*=", r"\btable_type\s*=\s*'ICEBERG'"),
    "trino": (r"\bCAST\s*\(\s*ROW\s*\(", r"\bWITH\s*\(\s*(format|partitioning)\s*="),
    "mysql": (r"\bENGINE\s*=\s*InnoDB\b", r"\bAUTO_INCREMENT\b"),
    "oracle": (r"\bVARCHAR2\b", r"\bFROM\s+DUAL\b", r"\bSYSDATE\b"),
}  # fmt: skip
_COMPILED = {
    dialect: tuple(re.compile(sign, re.IGNORECASE | re.MULTILINE) for sign in signs)
    for dialect, signs in _SIGNS.items()
}
_COMMENT = re.compile(r"--(?! Databricks notebook)[^\n]*|/\*.*?\*/", re.DOTALL)
_ADAPTERS = {
    "fabricspark": "spark", "glue": "spark", "postgresql": "postgres", "sqlserver": "tsql",
    "synapse": "tsql",
}  # fmt: skip
_PROJECT = re.compile(r"(^|/)dbt_project\.yml$")
_PROFILE_TYPE = re.compile(r"^\s+type:\s*['\"]?([a-z]+)", re.MULTILINE)
_REQUIRED_ADAPTER = re.compile(r"\bdbt[-_]([a-z]+)\b", re.IGNORECASE)
_REQUIRED_SPARK = re.compile(r"\b(pyspark|databricks-connect|aws-?glue\w*)\b", re.IGNORECASE)
_IMPORTED_SPARK = re.compile(r"^\s*(from|import)\s+(pyspark|awsglue)\b", re.MULTILINE)
_REQUIREMENTS = re.compile(
    r"(^|/)(requirements[\w.-]*\.(txt|in)|pyproject\.toml|setup\.(py|cfg)|Pipfile|"
    r"environment\.ya?ml|dependencies\.ya?ml)$"
)


class Guess(msgspec.Struct, frozen=True):
    """What was found, as the configuration would say it, and one reason for each dialect."""

    sql: Sql = Sql()
    reasons: tuple[str, ...] = ()


def guess(paths: Sequence[str], read: Read) -> Guess:
    """Return the dialects that the files at `paths` speak; an empty guess where nothing tells."""
    required = tuple(_texts((path for path in paths if _REQUIREMENTS.search(path)), read))
    projects = dbt_folders(paths)
    folders: dict[str, Found | None] = {**_adapters(paths, projects, required, read)}
    votes = _votes(paths, projects, read)
    found = (_winner(sum(votes.values(), Counter())), _spark(paths, required, read))
    default, why = folders.pop("", None) or next(filter(None, found), ("", ""))
    folders |= {folder: _winner(counted) for folder, counted in votes.items() if folder}
    other = {
        name: found for name, found in sorted(folders.items()) if found and found[0] != default
    }
    reasons = [f"{default} ({why})"] if default else []
    reasons += [f"{dialect} in `{folder}/` ({why})" for folder, (dialect, why) in other.items()]
    overrides = (Override((f"/{folder}/**",), dialect) for folder, (dialect, _) in other.items())
    return Guess(Sql(default, tuple(overrides)), tuple(reasons))


def dbt_folders(paths: Sequence[str]) -> tuple[str, ...]:
    """Return the folders of the repository's own dbt projects, sorted; `""` is its root."""
    found = (path.removesuffix("dbt_project.yml") for path in paths if _PROJECT.search(path))
    return tuple(
        sorted(
            folder.rstrip("/")
            for folder in found
            if not {"dbt_packages", "dbt_modules", "site-packages"} & set(folder.split("/"))
        )
    )


def uses_spark(paths: Sequence[str], read: Read) -> str:
    """Return the file that shows that the repository has PySpark jobs; empty where none does."""
    python = [path for path in paths if path.endswith((".py", ".ipynb"))]
    for path in _spread(python):
        if _IMPORTED_SPARK.search((read(path) or "")[:MOST_CHARACTERS]):
            return path
    return ""


def _adapters(
    paths: Sequence[str], projects: Sequence[str], required: Sequence[str], read: Read
) -> dict[str, Found]:
    """Return the dialect of each dbt project: its own profile, any profile, a required adapter."""
    profiles = [path for path in paths if path.rpartition("/")[2] == "profiles.yml"]
    needed = {name.lower() for text in required for name in _REQUIRED_ADAPTER.findall(text)}
    found: dict[str, Found] = {}
    for folder in projects:
        near = [path for path in profiles if path.startswith(folder)] or profiles
        named = {
            name for text in _texts(near, read) for name in _PROFILE_TYPE.findall(text)
        } or needed
        dialects = {_ADAPTERS.get(name, name) for name in named} & set(DIALECTS)
        if len(dialects) == 1:
            found[folder] = (dialects.pop(), f"the dbt adapter {' or '.join(sorted(named))}")
    return found


def _votes(paths: Sequence[str], projects: Sequence[str], read: Read) -> dict[str, Counter[str]]:
    """Return how many SQL files of each top folder bear the signs of each dialect."""
    below = tuple(f"{folder}/" if folder else "" for folder in projects)
    plain = [
        path for path in paths if path.endswith((".sql", ".ddl")) and not path.startswith(below)
    ]
    votes: dict[str, Counter[str]] = {}
    for path in _spread(plain):
        folder = path.partition("/")[0] if "/" in path else ""
        counted = votes.setdefault(folder, Counter())
        dialect = _spoken((read(path) or "")[:MOST_CHARACTERS])
        if dialect:
            counted[dialect] += 1
    return votes


def _spoken(text: str) -> str:
    """Return the dialect whose signs `text` bears; empty where it bears none, or two dialects'."""
    code = _COMMENT.sub(" ", text)
    signs = Counter(
        {
            dialect: sum(1 for sign in compiled if sign.search(code))
            for dialect, compiled in _COMPILED.items()
        }
    )
    (first, most), (_, second) = signs.most_common(2)
    return first if most > second else ""


def _winner(votes: Counter[str]) -> Found | None:
    """Return the dialect that nearly all of the files which tell anything speak."""
    if not votes:
        return None
    dialect, count = votes.most_common(1)[0]
    total = votes.total()
    if count < 0.8 * total:
        return None
    return dialect, f"the signs of {count} SQL file{'s' if count > 1 else ''}"


def _spark(paths: Sequence[str], required: Sequence[str], read: Read) -> Found | None:
    for text in required:
        named = _REQUIRED_SPARK.search(text)
        if named:
            return "spark", f"{named[0]} is required"
    path = uses_spark(paths, read)
    return ("spark", f"`{path}` imports it") if path else None


def _texts(paths: Iterable[str], read: Read) -> Iterator[str]:
    for path in paths:
        yield read(path) or ""


def _spread(paths: Sequence[str]) -> Sequence[str]:
    """Return at most `MOST_FILES` of `paths`, evenly spread."""
    return paths[:: len(paths) // MOST_FILES + 1]

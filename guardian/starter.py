"""The first `guardian.yml` of a repository: what was found in it, and what else one may say."""

import json
from collections.abc import Sequence

from guardian.config import INCLUDE, Sql
from guardian.dialects import Read, dbt_folders, guess, uses_spark
from guardian.languages.marks import SQL_SUFFIXES

_TEMPLATE = """\
# Change Guardian: what a change to ETL code breaks, before it merges.
# Every key is optional; docs/configuration.md explains each of them.
{found}version: 1

sql:
{dialect}{overrides}
# What is analysed, and what is not; patterns as in .gitignore.
# include: [{include}]
# exclude: ["tests/**"]

# What the other repositories know of this one's data, and this one of theirs:
# a file, or a folder that several repositories share.
# snapshot: .guardian/snapshot.json

# Who reads the data outside the code: files of JSON or YAML, or the entries themselves.
# dashboards: dashboards.yml
# kpis: kpis.yml

# The severity at which `report`, `check` and the Action fail: low, medium, high, critical, never.
fail_on: high
"""


def starter(paths: Sequence[str], read: Read) -> str:
    """Return the text of a commented configuration for a repository with these files."""
    guessed = guess(paths, read)
    remarks = [*_found(paths, read), *(f"SQL is read as {reason}" for reason in guessed.reasons)]
    found = "".join(f"#   {remark}\n" for remark in remarks)
    return _TEMPLATE.format(
        found=f"#\n# Found here:\n{found}\n" if found else "\n",
        dialect=_dialect(guessed.sql),
        overrides=_overrides(guessed.sql),
        include=", ".join(f'"{pattern}"' for pattern in INCLUDE),
    )


def _found(paths: Sequence[str], read: Read) -> list[str]:
    found = []
    sql = sum(path.endswith(SQL_SUFFIXES) for path in paths)
    if sql:
        found.append(f"{sql:,} SQL file{'s' if sql > 1 else ''}")
    found += [f"a dbt project in `{folder or '.'}`" for folder in dbt_folders(paths)]
    spark = uses_spark(paths, read)
    if spark:
        found.append(f"PySpark jobs (`{spark}`)")
    notebooks = sum(path.endswith(".ipynb") for path in paths)
    if notebooks:
        found.append(f"{notebooks:,} notebook{'s' if notebooks > 1 else ''}")
    return found


def _dialect(sql: Sql) -> str:
    if sql.dialect:
        return f"  dialect: {sql.dialect}\n"
    if sql.overrides:
        return "  # dialect: spark  # of all other SQL\n"
    return "  dialect: ''  # not recognised: write snowflake, bigquery, spark, tsql, postgres, …\n"


def _overrides(sql: Sql) -> str:
    if not sql.overrides:
        return ""
    entries = "".join(
        f"    - paths: {json.dumps(override.paths, ensure_ascii=False)}\n"
        f"      dialect: {override.dialect}\n"
        for override in sql.overrides
    )
    return f"  overrides:\n{entries}"

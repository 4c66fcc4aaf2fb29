"""`guardian.yml`: what is read from it, and what a wrong one is told."""

import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from sqlglot.dialects.dialect import Dialects

from guardian.config import (
    DIALECTS,
    SYNONYMS,
    Aliases,
    Config,
    Contracts,
    FailOn,
    Llm,
    Override,
    Sql,
    WitnessSearch,
    blocks,
    parse,
)
from guardian.errors import ConfigError
from guardian.model.changes import SEVERITIES, Severity
from guardian.starter import starter

DOCS = Path(__file__).parents[1] / "docs"


def test_nothing_said_is_the_defaults() -> None:
    assert parse("") == parse("# nothing yet\n") == Config()


def test_all_that_the_interface_names() -> None:
    config = parse("""
version: 1
sql:
  dialect: spark
  overrides:
    - paths: ["warehouse/**"]
      dialect: tsql
include: ["**/*.sql"]
exclude: ["tests/**"]
snapshot: s3://lake/lineage
repository: team/orders
fail_on: medium
dashboards:
  - dashboard_name: Daily Revenue
    tables_used: [mart.kpi]
  - more.yml
kpis: kpis.json
""")
    assert config.sql == Sql("spark", (Override(("warehouse/**",), "tsql"),))
    assert (config.include, config.exclude) == (("**/*.sql",), ("tests/**",))
    assert (config.snapshot, config.repository) == ("s3://lake/lineage", "team/orders")
    assert (config.fail_on, config.kpis) == ("medium", "kpis.json")
    assert config.dashboards == (
        {"dashboard_name": "Daily Revenue", "tables_used": ["mart.kpi"]},
        "more.yml",
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("fail_onn: high", r"guardian\.yml:1: unknown key `fail_onn` \(did you mean `fail_on`\?\)"),
        ("sql:\n  dialekt: x", r":2: unknown key `dialekt` \(did you mean `dialect`\?\)"),
        ("sql:\n  overrides:\n  - path: x\n    dialect: y", r":3: unknown key `path` .*`paths`"),
        ("\nsql:\n  dialect: sql-server", r":3: unknown SQL dialect `sql-server` .*`tsql`"),
        ("sql:\n  overrides:\n  - paths: [x]\n    dialect: sprak", r":4: .*`sprak` .*`spark`"),
        ("fail_on: no", r":1: .*bare `no` or `off` as false.*`never`"),
        ("fail_on: severe", r":1: `fail_on` cannot have this value \(write one of `low`"),
        ("version: 2", r":1: `version`.*version: 1"),
        ("# a list\n- a", r":1: expected keys with values"),
        ("sql: spark", r":1: `sql`: expected keys with values, got text"),
        ("include: '*.sql'", r":1: `include`: expected a list, got text"),
        ("exclude: [1]", r":1: `exclude\[0\]`: expected text, got a number"),
        ("max_file_size: big", r":1: `max_file_size`: expected a number, got text"),
        ("a: [", r"guardian\.yml:\d: "),
        ("fail_on: low\nfail_on: high", r":2: `fail_on` is given twice"),
        ("fail_on: !!python/object:os.system x", r"guardian\.yml:1: "),
        ("a: " + "[" * 5000, r"guardian\.yml:1: nested"),
        (
            "accepted:\n- reason: x",
            r":2: `accepted\[0\]`: neither `fingerprint` nor `rule`.*16 digits",
        ),
        ("accepted:\n\n- rule: a", r":3: `accepted\[0\]` has no `reason` \(say why"),
        ("accepted:\n- rule: a\n  reason: ' '", r":3: `accepted\[0\]`: `reason` is empty"),
        ("accepted:\n- rule: a\n  reson: b", r":3: unknown key `reson` \(did you mean `reason`"),
        ("accepted:\n- rule: a\n  reason: b\n  until: 2027-02-31", r":4: .*no date \(.*2027-01-31"),
        (
            "accepted:\n- rule: a\n  reason: b\n  until: soon",
            r":4: `accepted\[0\]\.until` is no date",
        ),
        ("accepted:\n- fingerprint: 1234567890123456\n  reason: b", r":2: .*put it in quotes"),
        ("accepted:\n- fingerprint: xyz\n  reason: b", r":2: .*`xyz` is no fingerprint"),
        (
            "accepted:\n- {rule: a, reason: b, (at): {file: x, line: 1}}",
            r":2: .*unknown key `\(at\)`",
        ),
        (
            "contracts:\n  compatibility: consumer",
            r":2: `contracts\.compatibility` cannot .*one of `CONSUMER`",
        ),
        ("contracts:\n  path: [x]", r":2: unknown key `path` \(did you mean `paths`"),
        ("witness: {second: 1}", r":1: unknown key `second` \(did you mean `seconds`"),
    ],
)
def test_a_wrong_one_names_the_line_and_the_remedy(text: str, told: str) -> None:
    with pytest.raises(ConfigError) as raised:
        parse(text)
    assert re.search(told, str(raised.value)), raised.value


def test_every_dialect_of_sqlglot_is_known() -> None:
    assert set(DIALECTS) == {dialect.value for dialect in Dialects} - {""}
    assert set(SYNONYMS.values()) <= set(DIALECTS)


@pytest.mark.parametrize("fail_on", get_args(FailOn))
@pytest.mark.parametrize("severity", SEVERITIES)
def test_what_fails_the_run(fail_on: FailOn, severity: Severity) -> None:
    order = ["none", "low", "medium", "high", "critical", "never"]
    expected = severity != "none" and order.index(severity) >= order.index(fail_on)
    assert blocks(Config(fail_on=fail_on), severity) == expected


def test_every_key_is_documented() -> None:
    page = (DOCS / "configuration.md").read_text(encoding="utf-8")
    for field in msgspec.structs.fields(Config):
        keys = [field.name]
        if field.type in {Aliases, Contracts, Llm, Sql, WitnessSearch}:
            keys = [f"{field.name}.{inner.name}" for inner in msgspec.structs.fields(field.type)]
        for key in keys:
            assert f"| `{key}` |" in page, f"docs/configuration.md says nothing of `{key}`"


def test_the_examples_of_the_page_hold() -> None:
    page = (DOCS / "configuration.md").read_text(encoding="utf-8")
    examples = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert len(examples) == 4
    for example in examples:
        parse(example)


@pytest.mark.parametrize(
    ("files", "sql", "told"),
    [
        ({}, Sql(), "not recognised"),
        (
            {"a.sql": "SELECT 1", "job.py": "import pyspark"},
            Sql("spark"),
            "PySpark jobs (`job.py`)",
        ),
        (
            {"t/dbt_project.yml": "", "t/profiles.yml": "  type: sqlserver", "t/models/a.sql": ""},
            Sql("", (Override(("/t/**",), "tsql"),)),
            "a dbt project in `t`",
        ),
        ({"a.ipynb": "{}", "b.sql": "SELECT TOP 3 FROM dbo.x"}, Sql("tsql"), "1 notebook"),
    ],
)
def test_the_first_configuration(files: dict[str, str], sql: Sql, told: str) -> None:
    text = starter(tuple(sorted(files)), files.get)
    assert told in text
    assert parse(text) == Config(sql=sql)

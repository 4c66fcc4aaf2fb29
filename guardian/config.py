"""`guardian.yml`: every key, its default, and what a wrong one is told.

Reading the file is the shell's business; here its text becomes a `Config`.
"""

import difflib
import re
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal, get_args

import msgspec

from guardian.errors import ConfigError
from guardian.languages import layouts, safe_yaml
from guardian.languages.marks import LOGGING, SQL_SUFFIXES
from guardian.model.acceptance import Acceptance
from guardian.model.changes import SEVERITIES, Severity
from guardian.model.contract import SENSITIVE, Compatibility
from guardian.model.lineage import Location

FILE = "guardian.yml"
FILES = (FILE, "guardian.yaml")
FailOn = Literal["low", "medium", "high", "critical", "never"]

INCLUDE = (
    *(f"**/*{ending}" for ending in SQL_SUFFIXES), "**/*.py", "**/*.ipynb",
    "**/notebook/*.json", "**/contracts/**/*.json", "**/*.scala",
    "**/*.yml", "**/*.yaml", "**/*.csv",
)  # fmt: skip
# What no one wants analysed; a pattern of the user's own may take one back with `!`.
EXCLUDE = (
    ".git/", ".guardian/", ".venv/", "venv/", ".tox/", ".nox/", "site-packages/", "node_modules/",
    "__pycache__/", ".ipynb_checkpoints/", ".mypy_cache/", ".ruff_cache/", ".pytest_cache/",
    ".eggs/", "target/", "dbt_packages/", "dbt_modules/", "/guardian.yml", "/guardian.yaml",
)  # fmt: skip

# sqlglot's own list, written out because importing sqlglot costs more than the hook may take.
DIALECTS = (
    "athena", "bigquery", "clickhouse", "databricks", "dax", "doris", "dremio", "drill", "druid",
    "duckdb", "dune", "exasol", "fabric", "hive", "materialize", "mysql", "oracle", "postgres",
    "presto", "prql", "redshift", "risingwave", "snowflake", "solr", "spark", "spark2", "sqlite",
    "starrocks", "tableau", "teradata", "trino", "tsql",
)  # fmt: skip
SYNONYMS = {
    "azuresql": "tsql", "glue": "spark", "mariadb": "mysql", "mssql": "tsql",
    "postgresql": "postgres", "pyspark": "spark", "sparksql": "spark", "sqlserver": "tsql",
    "synapse": "tsql",
}  # fmt: skip


class Override(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Paths, in gitignore's syntax, whose SQL is in another dialect."""

    paths: tuple[str, ...]
    dialect: str


class Layout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A path with named parts, whose files each fill the table that is called `name`."""

    path: str
    name: str = ""


class Sql(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The dialect of the SQL; the first of `overrides` and of `tables` that matches a path wins.

    A call of a procedure that one of `ignore_calls` matches is left out of a job's `calls`.
    """

    dialect: str = ""
    overrides: tuple[Override, ...] = ()
    tables: tuple[Layout, ...] = ()
    ignore_calls: tuple[str, ...] = LOGGING


class WitnessSearch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long a report may look for input rows on which the revisions differ; 0: not at all."""

    seconds: Annotated[float, msgspec.Meta(ge=0, le=600)] = 2.0


class Llm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which model words the summary: none, unless one is chosen. `docs/narrative.md` tells more.

    `model`, `region` and `endpoint` default to the provider's. `api_key_env` names the environment
    variable that holds the key; the key itself never stands here. `deadline` is in seconds.
    """

    provider: str = "none"
    model: str = ""
    region: str = ""
    endpoint: str = ""
    api_key_env: Annotated[str, msgspec.Meta(pattern=r"^([A-Z][A-Z0-9_]*_API_KEY)?$")] = ""
    deadline: Annotated[float, msgspec.Meta(ge=1, le=60)] = 20.0


class Contracts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which files are data contracts, and which way their changes have to be compatible.

    `paths` are patterns in gitignore's syntax; without any, files named `*.odcs.yaml` and those in
    folders `contracts/` are. A contract may state a `compatibility` of its own.
    A classification or a tag that is one of the words in `sensitive` follows the column.
    """

    paths: tuple[str, ...] = ()
    compatibility: Compatibility = "CONSUMER"
    sensitive: tuple[str, ...] = SENSITIVE


class CatalogEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A catalog that tells the columns of tables: its `type`, and where it is.

    `path` is a file or folder, from the root of the repository or absolute. `database` narrows it
    to one schema or several; a single one is where names without a schema are. `prefix` stands
    before each name that it tells. What a service tells is kept for `max_age` seconds.
    """

    type: str
    path: str = ""
    database: str | tuple[str, ...] = ()
    region: str = ""
    prefix: str = ""
    dialect: str = ""
    max_age: Annotated[float, msgspec.Meta(ge=0)] = 900.0

    def databases(self) -> tuple[str, ...]:
        """Return the schemas that are meant; all of them where empty."""
        if isinstance(self.database, str):
            return (self.database,) if self.database else ()
        return self.database


class Aliases(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Names of other repositories that mean a dataset of ours, under another name.

    `datasets` are pairs of names for one dataset; `*` stands for the last part of a table's name or
    path. `prefixes` tell environments apart (`dev_`, `prod_`) and are left out of the comparison.
    """

    datasets: dict[str, str] = {}
    prefixes: tuple[str, ...] = ()


class AcceptedRisk(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changes that are known and wanted, by fingerprint or by rule; why, by whom, until when.

    `until` is the last day. `dataset` and `column` are patterns, in which `*` and `?` stand for
    anything; a column's pattern leaves out what changes about a dataset as a whole.
    """

    fingerprint: str = ""
    rule: str = ""
    dataset: str = "*"
    column: str = "*"
    reason: str
    owner: str = ""
    until: date | None = None
    at: Location | None = msgspec.field(default=None, name="(at)")  # filled in when it is read


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `guardian.yml` says; a key that it leaves out has the default that stands here.

    `dashboards` and `kpis` are documents (`dashboard_name`, `tables_used`; `kpi_name`, `sql`,
    `depends_on_tables`), or paths of JSON or YAML files that hold them.
    """

    version: Literal[1] = 1
    sql: Sql = Sql()
    include: tuple[str, ...] = INCLUDE
    exclude: tuple[str, ...] = ()
    max_file_size: int = 2_000_000
    snapshot: str = ".guardian/snapshot.json"
    repository: str | None = None
    aliases: Aliases = Aliases()
    dashboards: str | tuple[str | dict[str, Any], ...] = ()
    kpis: str | tuple[str | dict[str, Any], ...] = ()
    rules: tuple[str, ...] = ()
    accepted: tuple[AcceptedRisk, ...] = ()
    contracts: Contracts = Contracts()
    catalogs: tuple[CatalogEntry, ...] = ()
    fail_on: FailOn = "high"
    witness: WitnessSearch = WitnessSearch()
    llm: Llm = Llm()


def parse(text: str, name: str = FILE) -> Config:
    """Return what the configuration file `name` says, with defaults for what it leaves out.

    Raises:
        ConfigError: it is not YAML, has an unknown key, or a value of the wrong kind.
    """
    try:
        document = safe_yaml.load(text)
    except ValueError as error:
        line, _, problem = str(error).removeprefix("line ").partition(": ")
        raise ConfigError(problem, where=f"{name}:{line}") from error
    if document is None:
        return Config()
    try:
        config = msgspec.convert(document, Config)
    except msgspec.ValidationError as error:
        raise _explained(str(error), document, name) from error
    _check_dialects(config, document, name)
    _check_layouts(config.sql, document, name)
    return msgspec.structs.replace(config, accepted=_placed(config.accepted, document, name))


def accepted_risks(config: Config) -> tuple[Acceptance, ...]:
    """Return the risks that a configuration accepts."""
    return tuple(
        Acceptance(
            rules=(risk.rule,) if risk.rule else (), fingerprint=risk.fingerprint,
            dataset=risk.dataset, column=risk.column, reason=risk.reason.strip(),
            owner=risk.owner, until=risk.until, at=risk.at or Location(FILE, 1),
        )
        for risk in config.accepted
    )  # fmt: skip


def _placed(risks: Sequence[AcceptedRisk], document: object, name: str) -> tuple[AcceptedRisk, ...]:
    """Return accepted risks with the lines that they stand on.

    Raises:
        ConfigError: one means no change, or gives no reason.
    """
    placed = []
    for index, risk in enumerate(risks):
        key = f"accepted[{index}]"
        _check_risk(risk, document, name, key)
        placed.append(msgspec.structs.replace(risk, at=Location(name, _line(document, key))))
    return tuple(placed)


def _check_risk(risk: AcceptedRisk, document: object, name: str, key: str) -> None:
    problems = {
        "": "neither `fingerprint` nor `rule` says what is accepted"
        if not risk.fingerprint and not risk.rule else "",
        "fingerprint": f"`{risk.fingerprint}` is no fingerprint"
        if risk.fingerprint and not re.fullmatch("[0-9a-f]{16}", risk.fingerprint) else "",
        "reason": "`reason` is empty" if not risk.reason.strip() else "",
        "(at)": "unknown key `(at)`" if risk.at else "",
    }  # fmt: skip
    for part, problem in problems.items():
        if problem:
            raise ConfigError(
                f"`{key}`: {problem}",
                where=f"{name}:{_line(document, f'{key}.{part}')}",
                fix=_RISK_REMEDIES.get(part),
            )


_RISK_REMEDIES = {
    "": "write `rule: column-removed`, or copy the 16 digits from the report",
    "fingerprint": "copy the 16 digits from the report",
    "reason": "say why the risk is accepted; whoever reads the report wants to know",
}


def blocks(config: Config, severity: Severity) -> bool:
    """Return whether a report of this severity fails the run."""
    if config.fail_on == "never" or severity == "none":
        return False
    return SEVERITIES.index(severity) >= SEVERITIES.index(config.fail_on)


def _check_dialects(config: Config, document: object, name: str) -> None:
    sql = config.sql
    named = [("sql.dialect", sql.dialect)]
    named += [(f"sql.overrides[{i}].dialect", one.dialect) for i, one in enumerate(sql.overrides)]
    named += [(f"catalogs[{i}].dialect", one.dialect) for i, one in enumerate(config.catalogs)]
    for key, dialect in named:
        if dialect and dialect not in DIALECTS:
            plain = re.sub(r"[^a-z0-9]", "", dialect.lower())
            raise ConfigError(
                f"unknown SQL dialect `{dialect}`",
                where=f"{name}:{_line(document, key)}",
                fix=_meant(SYNONYMS.get(plain, plain), DIALECTS),
            )


def _check_layouts(sql: Sql, document: object, name: str) -> None:
    for index, layout in enumerate(sql.tables):
        wrong = layouts.problem(layout.path, layout.name)
        if wrong:
            raise ConfigError(
                f"`sql.tables`: {wrong}",
                where=f"{name}:{_line(document, f'sql.tables[{index}].path')}",
                fix='write `path: sql/{dataset}/{table}/query.sql`, `name: "{dataset}.{table}"`',
            )


def _explained(message: str, document: object, name: str) -> ConfigError:
    """Return what msgspec found wrong, with the line of the key and what to write instead."""
    what, _, path = message.partition(" - at `$")
    path = path.removesuffix("`").removeprefix(".")
    unknown = re.fullmatch(r"Object contains unknown field `(.*)`", what)
    if unknown:
        key = f"{path}.{unknown[1]}".removeprefix(".")
        return ConfigError(
            f"unknown key `{unknown[1]}`",
            where=f"{name}:{_line(document, key)}",
            fix=_meant(unknown[1], _keys(path)),
        )
    where = f"{name}:{_line(document, path)}"
    if not path:
        return ConfigError(
            "expected keys with values", where=where, fix="see docs/configuration.md"
        )
    risk = re.fullmatch(r"accepted\[\d+\]\.?(\w*)", path)
    missing = re.fullmatch(r"Object missing required field `(.*)`", what)
    if risk and missing:
        fix = _RISK_REMEDIES[missing[1]]
        return ConfigError(f"`{path}` has no `{missing[1]}`", where=where, fix=fix)
    if risk and risk[1] == "until":
        fix = "write the last day as `until: 2027-01-31`"
        return ConfigError(f"`{path}` is no date", where=where, fix=fix)
    if risk and risk[1] == "fingerprint":
        fix = "put it in quotes, so that YAML takes it for text"
        return ConfigError(f"`{path}` is a number", where=where, fix=fix)
    if path in _REMEDIES:
        trap = ": YAML reads a bare `no` or `off` as false" if "got `bool`" in what else ""
        return ConfigError(
            f"`{path}` cannot have this value{trap}", where=where, fix=_REMEDIES[path]
        )
    kinds = re.sub(r"`([a-z |]+)`", lambda found: _plainly(found[1]), what)
    return ConfigError(f"`{path}`: {kinds[0].lower()}{kinds[1:]}", where=where)


_REMEDIES = {
    "fail_on": "write one of " + ", ".join(f"`{choice}`" for choice in get_args(FailOn)),
    "version": "write `version: 1`",
    "contracts.compatibility": "write one of "
    + ", ".join(f"`{choice}`" for choice in get_args(Compatibility)),
    "llm.api_key_env": "name the variable that holds the key, `MY_API_KEY`; never write the key",
}
_PLAIN = {"str": "text", "int": "a number", "bool": "true or false", "array": "a list",
          "object": "keys with values", "null": "nothing"}  # fmt: skip


def _plainly(kinds: str) -> str:
    return " or ".join(_PLAIN.get(kind, kind) for kind in kinds.split(" | "))


def _keys(path: str) -> tuple[str, ...]:
    """Return the keys that may stand in the section at `path`."""
    inner: dict[str, type[msgspec.Struct]] = {
        "accepted": AcceptedRisk, "sql": Sql, "sql.overrides": Override, "sql.tables": Layout,
        "llm": Llm, "witness": WitnessSearch, "contracts": Contracts, "catalogs": CatalogEntry,
        "aliases": Aliases,
    }  # fmt: skip
    section = inner.get(path.partition("[")[0], Config)
    return tuple(name for name in section.__struct_encode_fields__ if name.isidentifier())


def _meant(word: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f"did you mean `{close[0]}`?" if close else "known: " + ", ".join(known)


def _line(document: object, path: str) -> int:
    """Return the line of the key at `path` (`sql.overrides[0].dialect`), or of what holds it."""
    node, line = document, 1
    for step in re.findall(r"[^.\[\]]+", path):
        if isinstance(node, safe_yaml.LinedDict):
            line = node.lines.get(step, line)
            node = node.get(step)
        elif isinstance(node, list) and int(step) < len(node):
            node = node[int(step)]
            line = node.line if isinstance(node, safe_yaml.LinedDict) else line
    return line

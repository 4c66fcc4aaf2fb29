"""The Open Data Contract Standard (Bitol, v3): a YAML document → the contracts of its tables.

What a clause says counts, not how it is said: `nullValues: mustBe 0` is `required`, a list of
`validValues` that nothing may leave is the same as an `enum`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from guardian.languages.contracts import names, quality, service
from guardian.languages.contracts.properties import Properties, references, tags
from guardian.languages.contracts.scalars import line, mappings, text
from guardian.languages.safe_yaml import LinedDict
from guardian.model.contract import Clause, Compatibility, Contract
from guardian.model.lineage import Location
from guardian.model.names import fold

KIND = "DataContract"
_MODES: Mapping[str, Compatibility] = {
    mode: mode for mode in ("CONSUMER", "PRODUCER", "FULL", "NONE")
}
COMPATIBILITY = "guardian.compatibility"


def is_contract(document: object) -> bool:
    """Return whether a document says that it is a contract of this standard."""
    return isinstance(document, Mapping) and document.get("kind") == KIND


def contracts(document: LinedDict, file: str, dialect: str) -> tuple[Contract, ...]:
    """Return the contract of each table in `document`; what has no name is left out."""
    servers = mappings(document.get("servers"))
    tables = mappings(document.get("schema"))
    dialect = dialect or names.dialect_of(servers)
    whole = (*service.access(document), *service.places(document))
    spellings = [_spellings(table) for table in tables]
    found = []
    for table, spelled in zip(tables, spellings, strict=True):
        named = text(table.get("physicalName") or table.get("name"))
        called = names.names(named, servers, dialect, file, alone=len(tables) == 1)
        if not called:
            continue
        others = {name for other in spellings for name in other} - spelled
        sla = service.levels(document, spelled, others)
        clauses = _clauses(table, dialect, positional=service.is_positional(document))
        found.append(
            Contract(
                names=called,
                format="odcs",
                at=Location(file, table.line),
                id=text(document.get("id")),
                version=text(document.get("version")),
                status=text(document.get("status")).lower(),
                owner=_owner(document),
                compatibility=_mode(table) or _mode(document),
                clauses=(*clauses, *sla, *whole),
            )
        )
    return tuple(found)


def _spellings(table: LinedDict) -> frozenset[str]:
    named = (text(table.get(key)) for key in ("name", "physicalName"))
    return frozenset(name for name in named if name)


def _clauses(table: LinedDict, dialect: str, *, positional: bool) -> Iterator[Clause]:
    """Yield what is promised of one table and of its columns."""

    def folded(name: str) -> str:
        return fold(name, dialect)

    spelled = text(table.get("physicalName") or table.get("name"))
    yield Clause(kind="dataset", value=spelled, line=table.line)
    if table.get("deprecated") is True:
        yield Clause(kind="deprecated", line=line(table, "deprecated"))
    yield from tags(table, None)
    properties = Properties(table, dialect)
    columns = tuple(properties.clauses())
    yield from columns
    if positional and columns:
        order = tuple(
            clause.column
            for clause in columns
            if clause.kind == "column" and clause.column and "." not in clause.column
        )
        yield Clause(kind="order", value=order, line=line(table, "properties"))
    yield from references(table, None, folded)
    yield from quality.clauses(table, None, properties.names)


def _owner(document: Mapping[Any, Any]) -> str:
    team = document.get("team")
    if isinstance(team, Mapping):
        named = text(team.get("name"))
        if named:
            return named
        team = team.get("members")
    members = mappings(team)
    owners = [one for one in members if "owner" in text(one.get("role")).lower()]
    for member in (*owners, *members):
        if named := text(member.get("name") or member.get("username")):
            return named
    return ""


def _mode(entry: Mapping[Any, Any]) -> Compatibility | None:
    for item in mappings(entry.get("customProperties")):
        if text(item.get("property")) == COMPATIBILITY:
            return _MODES.get(text(item.get("value")).upper())
    return None

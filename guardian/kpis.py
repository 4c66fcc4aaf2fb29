"""KPIs given as SQL → the columns that they are computed from, read like any other query."""

from collections.abc import Iterable

import msgspec

from guardian.languages.sql import Script, run_script
from guardian.lineage.define import define
from guardian.lineage.inputs import scans
from guardian.lineage.link import World
from guardian.lineage.schemas import UNKNOWN, Schema
from guardian.model.lineage import Diagnostic, Location
from guardian.model.plan import Exposure, Lowered, PlanBuilder, Write


def resolved(
    queries: Iterable[tuple[Exposure, str]], world: World, dialect: str
) -> tuple[tuple[Exposure, ...], tuple[Diagnostic, ...]]:
    """Return each KPI with the columns that its SQL reads, and what was not understood.

    A KPI whose SQL cannot be read keeps the tables that it names itself.
    """
    made: list[Exposure] = []
    warnings: list[Diagnostic] = []
    for exposure, sql in queries:
        found, said = _resolved(exposure, sql, world, dialect)
        made.append(found)
        warnings += said
    return tuple(made), tuple(warnings)


def _resolved(
    exposure: Exposure, sql: str, world: World, dialect: str
) -> tuple[Exposure, list[Diagnostic]]:
    at = exposure.at or Location("guardian.yml", 1)
    script = Script(PlanBuilder(), dialect, at.file, exposure.name, first_line=at.line)
    rows = run_script(sql, script)
    if rows is None:
        message = f"the SQL of KPI `{exposure.name}` has no query that could be read"
        return exposure, [*script.warnings, Diagnostic(at.file, at.line, message)]
    write = Write(job=exposure.name, dataset=f"kpi:{exposure.name}", plan=rows, at=at)
    file = Lowered(path=at.file, language="sql", nodes=tuple(script.builder.nodes), writes=(write,))
    warnings = list(script.warnings)

    def known(dataset: str) -> Schema:
        return world.schemas.get(dataset, UNKNOWN)

    def warn(place: Location | None, message: str) -> None:
        where = place or at
        warnings.append(Diagnostic(where.file, where.line, f"KPI `{exposure.name}`: {message}"))

    reads = {node.dataset for node in scans(file, rows)}
    definition = define(file, write, known, str, reads, warn)
    columns = {(edge.source.dataset, str(edge.source.column)) for edge in definition.edges}
    read = {*exposure.datasets, *definition.reads}
    named = msgspec.structs.replace(
        exposure, columns=tuple(sorted({*exposure.columns, *columns})), datasets=tuple(sorted(read))
    )
    return named, warnings

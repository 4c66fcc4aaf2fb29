"""Reads exports of a warehouse's system views and makes lineage of them: `guardian ingest`."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path

import msgspec
from msgspec.structs import replace

from guardian import pipeline
from guardian.catalogs import Outside
from guardian.catalogs._dmv import DIALECT, warehouse
from guardian.engines.deep import deep
from guardian.engines.tables import TableFiles
from guardian.errors import ConfigError
from guardian.ingest import evidence, nodes, requests
from guardian.languages.sql import EXTRACTOR
from guardian.lineage.document import both, document
from guardian.lineage.link import link
from guardian.lineage.schemas import Schema
from guardian.model.catalog import CatalogText, Holdings
from guardian.model.lineage import Coverage, Diagnostic, Lineage
from guardian.model.nodes import NodeEdge, Nodes, Parsed
from guardian.model.plan import Lowered
from guardian.model.warehouse import Warehouse, WarehouseObject
from guardian.outside import Texts
from guardian.stores import ingested
from guardian.stores.lowered import cache_path


class Ingested(msgspec.Struct, frozen=True):
    """What a run makes of a warehouse: the lineage document and the nodes document."""

    lineage: Lineage
    nodes: Nodes


def ingest(
    directory: Path, *, cached: bool = True, bar: float = evidence.BAR, ddl: bool = False
) -> Ingested:
    """Return the lineage of the warehouse whose system views were exported to a folder.

    Texts that have not changed since the last run are not read again, unless an edge of theirs is
    less sure than `bar`. Without `cached`, all are.

    Raises:
        ConfigError: there is no such folder.
        ServiceError: it does not hold what is needed.
    """
    if not directory.is_dir():
        raise ConfigError("no such folder", where=str(directory))
    with TableFiles() as tables:
        found = warehouse(Outside(lambda _: directory, tables, DIALECT), directory)
    return deep(lambda: _Ingesting(directory, found, bar).run(cached=cached, ddl=ddl))


class _Ingesting:
    """One run over one warehouse."""

    def __init__(self, directory: Path, found: Warehouse, bar: float) -> None:
        self.label = directory.name or str(directory)
        self.found = found
        self.bar = bar
        self.texts = {one.name: one for one in found.objects if one.definition}
        self.schemas = {
            one.name: Schema(one.columns, complete=True) for one in found.objects if one.columns
        }
        place = blake2b(str(directory.resolve()).encode(), digest_size=8).hexdigest()
        self.state_file = cache_path().parent / "ingest" / f"{place}.msgpack"

    def run(self, *, cached: bool, ddl: bool) -> Ingested:
        """Return both documents, and keep what the next run need not make again."""
        state = ingested.read(self.state_file, EXTRACTOR.version) if cached else ingested.State()
        known, parsed = self._known(state)
        fresh = [one for name, one in self.texts.items() if name not in known]
        lowered = {**known, **_lowered(fresh)}
        world = link([lowered[name] for name in sorted(lowered)], catalog=self.schemas)
        log = self._log()
        edges = evidence.edges(self.found, world, log)
        made = document(world, _coverage(lowered.values()))
        warnings = [*made.warnings, *self._notes()]
        run = nodes.Run(
            source=self.label,
            fresh={one.name for one in fresh},
            ran=log.ran,
            calls={job.id: job.calls for job in made.jobs if job.calls},
            parsed=parsed,
            warnings=warnings,
        )
        shown = nodes.document(self.found, edges, run, ddl=ddl)
        lineage = replace(_confirmed(made, log), warnings=tuple(sorted(warnings)))
        self._keep(lowered, shown)
        return Ingested(lineage, shown)

    def _known(self, state: ingested.State) -> tuple[dict[str, Lowered], Parsed]:
        """Return the texts that need not be read again, and why the others are."""
        known: dict[str, Lowered] = {}
        new = changed = unsure = 0
        for name, one in self.texts.items():
            kept = state.texts.get(name)
            if kept is None:
                new += 1
            elif (kept.modified, kept.digest) != (one.modified, _digest(one)):
                changed += 1
            elif kept.confidence < self.bar or (lowered := kept.lowered()) is None:
                unsure += 1
            else:
                known[name] = lowered
        return known, Parsed(len(self.texts), new, changed, unsure)

    def _keep(self, lowered: Mapping[str, Lowered], shown: Nodes) -> None:
        own: dict[str, list[NodeEdge]] = {}
        for edge in shown.edges:
            own.setdefault(edge.source, []).append(edge)
            own.setdefault(edge.target, []).append(edge)
        texts = {}
        for name, one in self.texts.items():
            made = lowered[name]
            sure = evidence.least_sure(made, own.get(name, ()))
            texts[name] = ingested.kept(one.modified, _digest(one), sure, made)
        ingested.write(self.state_file, EXTRACTOR.version, texts)

    def _log(self) -> evidence.Log:
        """Return what the query log shows."""
        statements = [
            WarehouseObject(name=f"request {number}", kind="", definition=text)
            for number, text in enumerate(requests.shapes(self.found.requests), start=1)
        ]
        world = link(tuple(_lowered(statements).values()), catalog=self.schemas)
        return evidence.Log(requests.runs(self.found.requests), frozenset(evidence.pairs_of(world)))

    def _notes(self) -> list[Diagnostic]:
        return [Diagnostic(self.label, 1, note) for note in self.found.notes]


def _lowered(objects: Sequence[WarehouseObject]) -> dict[str, Lowered]:
    """Return the texts of objects, lowered, by name."""
    texts = tuple(
        CatalogText(name=one.name, sql=one.definition, dialect=DIALECT) for one in objects
    )
    sources = Texts(Holdings(label="", texts=texts))
    made, _ = pipeline.lower(sources, sources.paths(), language=EXTRACTOR.name)
    return {one.path: one for one in made}


def _digest(one: WarehouseObject) -> str:
    return blake2b(one.definition.encode(errors="replace"), digest_size=8).hexdigest()


def _coverage(lowered: Iterable[Lowered]) -> Coverage:
    files = list(lowered)
    failed = tuple(sorted(one.path for one in files if one.failed))
    return Coverage(files=len(files), understood=len(files) - len(failed), failed=failed)


def _confirmed(made: Lineage, log: evidence.Log) -> Lineage:
    """Return a document in which an edge is surer where the log shows that these rows moved."""
    edges = tuple(
        replace(edge, confidence=both(edge.confidence, evidence.QUERY_LOG))
        if 0 < edge.confidence < 1 and (edge.source.dataset, edge.target.dataset) in log.pairs
        else edge
        for edge in made.edges
    )
    return replace(made, edges=edges)

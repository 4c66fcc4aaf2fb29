"""The code as it stands, held against every contract: all that it breaks, new or not."""

from collections.abc import Collection, Iterator, Sequence

import msgspec

from guardian import acceptances, contracts, impact, narrative, pipeline, rules
from guardian.contracts import naming
from guardian.diff.fingerprints import of_texts
from guardian.lineage.graph import Graph
from guardian.lineage.growing import GrowingGraph
from guardian.lineage.link import Memory, World, link
from guardian.model.changes import Change, Report, Revision, worst
from guardian.model.lineage import Coverage, Diagnostic
from guardian.model.plan import Lowered
from guardian.rules import RulePack

_SURE = 0.9


def report(
    lowered: Sequence[Lowered],
    coverage: Coverage,
    revision: Revision,
    known: pipeline.Known,
    pack: RulePack,
) -> Report:
    """Return what the code of a revision breaks of its contracts, as a report on nothing else."""
    known = pipeline.joined(known, [lowered])
    world = linked(lowered, known)
    parts = known.snapshot.parts
    graph = GrowingGraph(world, under=Graph(part.lineage for part in parts))
    exposures = [item for file in world.lowered for item in file.exposures]
    exposures += [item for part in parts for item in part.exposures]
    changes = impact.measure(
        list(_broken(world, known.sensitive)),
        head=graph,
        base=graph,
        exposures=(*known.exposures, *exposures),
        repositories=known.repositories,
    )
    stated = acceptances.Stated(known.accepted, world.lowered, world.lowered)
    changes, _ = acceptances.decided(changes, stated, known.today)
    contracted = set(contracts.by_dataset(world.lowered))
    judged = [rules.judge(change, pack, contracted=contracted) for change in changes]
    counting = acceptances.open_changes(judged)
    warnings = {
        warning
        for file in world.lowered
        if file.contracts or file.language == "contract"
        for warning in file.warnings
    }
    made = Report(
        base=revision,
        head=revision,
        severity=worst([change.severity for change in counting]),
        changes=tuple(sorted(judged, key=pipeline.importance)),
        impact=impact.overall(counting),
        warnings=tuple(sorted(warnings)),
        coverage=coverage,
    )
    return msgspec.structs.replace(made, narrative=narrative.write(made))


def linked(lowered: Sequence[Lowered], known: pipeline.Known) -> World:
    """Return a revision linked, its contracts under the names of their datasets."""
    memory = Memory()
    (files,) = naming.resolved([lowered], pipeline.catalog_names(known.snapshot), memory)
    return link(files, catalog=pipeline.catalog_of(known.snapshot), memory=memory)


def _broken(world: World, sensitive: Collection[str]) -> Iterator[Change]:
    """Yield each breach once, however many contracts of a dataset promise the same.

    Where tests are all that there is, only what they are sure to find: whether a doubt is one, they
    tell by themselves.
    """
    seen: set[tuple[str, str, str | None, str]] = set()
    for (dataset, _), contract in sorted(contracts.held(world.lowered).items()):
        for breach in contracts.breaches(contract, world):
            subject = (dataset, *breach.subject)
            sure = contract.enforced or breach.confidence >= _SURE
            if sure and subject not in seen:
                seen.add(subject)
                found = contracts.told(contract, breach)
                yield msgspec.structs.replace(found, fingerprint=of_texts(found))
    for found in contracts.unclassified(world, sensitive):
        yield msgspec.structs.replace(found, fingerprint=of_texts(found))


def untold(lowered: Sequence[Lowered], known: pipeline.Known) -> list[Diagnostic]:
    """Return the clauses of contracts of which the code tells nothing, each at its line."""
    world = linked(lowered, pipeline.joined(known, [lowered]))
    return sorted(
        Diagnostic(
            contract.at.file, item.clause.line if item.clause else contract.at.line, item.text
        )
        for contract in contracts.held(world.lowered).values()
        for item in contracts.unknown(contract, world)
    )

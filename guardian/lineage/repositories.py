"""Lineage of several repositories put side by side: one name for one dataset, one id for one job.

Each repository names a dataset as its code does. What another one calls otherwise is given our
name, so that a column written here meets its readers elsewhere: paths by OpenLineage's schemes,
tables in any case, environments by the prefixes and aliases that the configuration tells.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

import msgspec
from msgspec.structs import replace

from guardian.config import Aliases
from guardian.model.contract import Contract
from guardian.model.lineage import ColumnRef, Dataset, Edge, Job, Lineage, RowFlow
from guardian.model.names import PATH_MARK, SYMBOL_OPEN, is_path, path_name
from guardian.model.plan import Exposure, Lowered, Scan
from guardian.model.snapshot import SnapshotPart

# Hadoop's names of the same storage; OpenLineage writes the first.
_SCHEMES = {"s3a": "s3", "s3n": "s3", "abfs": "abfss", "wasb": "wasbs"}
# What engines call their own catalog; without it the name means the same.
_CATALOGS = frozenset({"spark_catalog", "hive_metastore", "awsdatacatalog", "glue_catalog"})


class Own(msgspec.Struct, frozen=True):
    """What this repository names: its datasets, and its jobs by id."""

    datasets: frozenset[str]
    jobs: frozenset[str]


class Beside(msgspec.Struct, frozen=True):
    """The parts of other repositories in our names, and the repository of each of their jobs.

    A job whose id is taken already is called `repository:id`.
    """

    parts: tuple[SnapshotPart, ...] = ()
    repositories: Mapping[str, str] = {}


def own_names(revisions: Iterable[Iterable[Lowered]]) -> Own:
    """Return what the files of these revisions name; linear in what they write and read."""
    datasets: set[str] = set()
    jobs: set[str] = set()
    for file in (file for revision in revisions for file in revision):
        for write in file.writes:
            datasets.add(write.dataset)
            jobs.add(write.job)
        for inputs in file.inputs:
            datasets.update(node.dataset for node in inputs.nodes if isinstance(node, Scan))
        for hint in file.tables:
            datasets.update(hint.reads, hint.writes)
            jobs.add(hint.job)
        datasets.update(declared.dataset for declared in file.declarations)
    return Own(frozenset(datasets), frozenset(jobs))


def own_names_of(lineage: Lineage) -> Own:
    """Return what a lineage document names."""
    return Own(_named([lineage]), frozenset(job.id for job in lineage.jobs))


def beside(parts: Sequence[SnapshotPart], own: Own, aliases: Aliases | None = None) -> Beside:
    """Return the parts of other repositories as they stand beside our own.

    A name that we have stays. Where several of ours could be meant, none is. What we do not name
    is joined among the others.
    """
    names = _Names(own.datasets, aliases or Aliases())
    names.others(_named(part.lineage for part in parts))
    taken, repositories, made = set(own.jobs), dict[str, str](), []
    for part in parts:
        jobs = {
            job.id: f"{part.repository}:{job.id}" if job.id in taken else job.id
            for job in part.lineage.jobs
        }
        taken.update(jobs.values())
        repositories.update(dict.fromkeys(jobs.values(), part.repository))
        made.append(_renamed(part, names.of, jobs))
    return Beside(tuple(made), repositories)


def _named(documents: Iterable[Lineage]) -> frozenset[str]:
    found: set[str] = set()
    for document in documents:
        found.update(dataset.name for dataset in document.datasets)
        for job in document.jobs:
            found.update(job.reads, job.writes)
    return frozenset(found)


class _Names:
    """Finds the name under which we know what others call otherwise."""

    def __init__(self, own: frozenset[str], aliases: Aliases) -> None:
        self._own = own
        self._key = cache(_keys(aliases))
        self._by_key: dict[str, list[str]] = {}
        for name in sorted(own):
            self._by_key.setdefault(self._key(name), []).append(name)
        self._chosen: dict[str, str] = {}

    def others(self, names: Iterable[str]) -> None:
        """Choose one name for each of those that only others name: a table's before a path's."""
        for name in sorted(names, key=lambda name: (is_path(name), name)):
            self._chosen.setdefault(self._key(name), name)

    def of(self, name: str) -> str:
        if name in self._own:
            return name
        key = self._key(name)
        ours = self._by_key.get(key, [])
        alike = [one for one in ours if is_path(one) == is_path(name)] or ours
        if ours:
            return alike[0] if len(alike) == 1 else name
        return self._chosen.get(key, name)


def _keys(aliases: Aliases) -> Callable[[str], str]:
    """Return what gives names that mean one dataset the same key."""

    def plain(name: str) -> str:
        return _plain(name, aliases.prefixes)

    same = [(plain(one), plain(other)) for one, other in aliases.datasets.items()]

    def key(name: str) -> str:
        known = plain(name)
        return next((put for one, other in same if (put := _put(known, one, other))), known)

    return key


def _put(name: str, pattern: str, target: str) -> str | None:
    """Return `target` with what `name` has for the `*` of `pattern`; None where it differs."""
    before, star, after = pattern.partition("*")
    if not star:
        return target if name == pattern else None
    held = len(name) > len(before) + len(after)
    if not held or not name.startswith(before) or not name.endswith(after):
        return None
    middle = name[len(before) : len(name) - len(after)]
    # a folder below the table's is a part of it, and no table of its own
    if "/" in middle or "." in middle:
        return None
    return target.replace("*", middle if is_path(target) else middle.lower(), 1)


def _plain(name: str, prefixes: Sequence[str]) -> str:
    if SYMBOL_OPEN in name:
        return name
    if is_path(name):
        scheme, mark, rest = path_name(name).partition(PATH_MARK)
        if not mark:
            return scheme
        segments = "/".join(_without(prefixes, segment) for segment in rest.split("/"))
        return f"{_SCHEMES.get(scheme.lower(), scheme.lower())}{mark}{segments}"
    parts = name.lower().split(".")
    if len(parts) > 2 and parts[0] in _CATALOGS:
        parts = parts[1:]
    return ".".join(_without(prefixes, part) for part in parts)


def _without(prefixes: Sequence[str], word: str) -> str:
    lowered = word.lower()
    found = (one for one in prefixes if one and lowered.startswith(one.lower()))
    prefix = max((one for one in found if len(one) < len(word)), key=len, default="")
    return word[len(prefix) :]


# --- a part under other names ---------------------------------------------------------------------


def _renamed(
    part: SnapshotPart, name: Callable[[str], str], jobs: Mapping[str, str]
) -> SnapshotPart:
    lineage = part.lineage
    named = _named([lineage])
    named |= {name for one in part.exposures for name in one.datasets}
    named |= {name for one in part.contracts for name in one.names}
    changed = {one: new for one in named if (new := name(one)) != one}
    if not changed and all(one == new for one, new in jobs.items()):
        return part
    renaming = _Renaming(changed, jobs)
    return replace(
        part,
        lineage=replace(
            lineage,
            datasets=tuple(map(renaming.dataset, lineage.datasets)),
            jobs=tuple(map(renaming.job, lineage.jobs)),
            edges=tuple(map(renaming.edge, lineage.edges)),
            rows=tuple(map(renaming.flow, lineage.rows)),
        ),
        exposures=tuple(map(renaming.exposure, part.exposures)),
        contracts=tuple(map(renaming.contract, part.contracts)),
    )


class _Renaming:
    def __init__(self, datasets: Mapping[str, str], jobs: Mapping[str, str]) -> None:
        self._datasets = datasets
        self._jobs = jobs

    def _name(self, dataset: str) -> str:
        return self._datasets.get(dataset, dataset)

    def _column(self, dataset: str, column: str) -> str:
        """Return a column in the case that goes with the new name of its dataset."""
        new = self._name(dataset)
        if is_path(dataset) or is_path(new):
            return column
        if dataset.isupper() and new.islower() and column.isupper():
            return column.lower()
        return column.upper() if dataset.islower() and new.isupper() else column

    def _ref(self, ref: ColumnRef) -> ColumnRef:
        if ref.dataset not in self._datasets:
            return ref
        column = self._column(ref.dataset, ref.column) if ref.column else ref.column
        return ColumnRef(self._name(ref.dataset), column)

    def _job(self, job: str) -> str:
        return self._jobs.get(job, job)

    def dataset(self, dataset: Dataset) -> Dataset:
        if dataset.name not in self._datasets:
            return dataset
        columns = tuple(
            replace(one, name=self._column(dataset.name, one.name)) for one in dataset.columns
        )
        return replace(dataset, name=self._name(dataset.name), columns=columns)

    def job(self, job: Job) -> Job:
        return replace(
            job,
            id=self._job(job.id),
            reads=tuple(map(self._name, job.reads)),
            writes=tuple(map(self._name, job.writes)),
            calls=tuple(map(self._job, job.calls)),
        )

    def edge(self, edge: Edge) -> Edge:
        job = self._job(edge.job)
        renamed = edge.source.dataset in self._datasets or edge.target.dataset in self._datasets
        if job == edge.job and not renamed:
            return edge
        return Edge(
            source=self._ref(edge.source),
            target=self._ref(edge.target),
            type=edge.type,
            subtype=edge.subtype,
            job=job,
            location=edge.location,
            confidence=edge.confidence,
            decides_rows=edge.decides_rows,
        )

    def flow(self, flow: RowFlow) -> RowFlow:
        return replace(
            flow,
            source=self._name(flow.source),
            target=self._name(flow.target),
            column=self._column(flow.target, flow.column) if flow.column else "",
            job=self._job(flow.job),
        )

    def contract(self, contract: Contract) -> Contract:
        return replace(contract, names=tuple(map(self._name, contract.names)))

    def exposure(self, exposure: Exposure) -> Exposure:
        return replace(
            exposure,
            datasets=tuple(map(self._name, exposure.datasets)),
            columns=tuple(
                (self._name(dataset), self._column(dataset, column))
                for dataset, column in exposure.columns
            ),
        )

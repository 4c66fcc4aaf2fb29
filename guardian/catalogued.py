"""What catalogs tell of the datasets that code uses: columns, other names, views, known lineage.

A catalog may list a hundred thousand tables. Of these count the ones that the code names, the views
that read them, and what those views need. The code has the last word: a table that it declares or
writes is what it says, and a view that it makes is not taken from a catalog.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

import msgspec
from msgspec.structs import replace

from guardian.config import Aliases
from guardian.lineage.schemas import Schema, declared
from guardian.model.catalog import Holdings
from guardian.model.lineage import ColumnRef, Dataset, Edge, Lineage, Location, RowFlow
from guardian.model.names import SYMBOL_OPEN, is_path, path_name
from guardian.model.plan import Declaration, Lowered, Scan

CATALOG = "catalog"
_SCHEMES = re.compile(r"^s3[an]://", re.IGNORECASE)
_BELOW_TABLE = re.compile(
    r"(?:/[\w%.-]+=[^/]+|/[^/]*\*[^/]*)+$"
)  # partitions, or a pattern of files


class Held(msgspec.Struct, frozen=True):
    """What one catalog holds, with its texts lowered, one `Lowered` for each."""

    holdings: Holdings
    lowered: tuple[Lowered, ...] = ()


class Catalogued(msgspec.Struct, frozen=True, kw_only=True):
    """What counts of all catalogs, by the names that the code uses.

    `lowered` stands beside the code's own files: the views, and the other names of datasets.
    `lineage` is what platforms have recorded, `places` are the locations of tables in use.
    """

    schemas: Mapping[str, Schema] = {}
    lowered: tuple[Lowered, ...] = ()
    lineage: Lineage = Lineage()
    places: Mapping[str, str] = {}

    def named(self, datasets: Iterable[str]) -> frozenset[str]:
        """Return datasets under the names that count."""
        called = {name: chosen for file in self.lowered for name, chosen in file.aliases}
        return frozenset(called.get(name, name) for name in datasets)

    def aliases(self, said: Aliases) -> Aliases:
        """Return what is said of other names, and that a location means the table there."""
        if not self.places:
            return said
        return replace(said, datasets={**self.places, **said.datasets})

    def confirmed(self, document: Lineage) -> Lineage:
        """Return a document in which an edge that a platform has recorded, too, is certain."""
        known = {(edge.source, edge.target) for edge in self.lineage.edges}
        if not known:
            return document
        edges = tuple(
            replace(edge, confidence=1.0) if (edge.source, edge.target) in known else edge
            for edge in document.edges
        )
        return replace(document, edges=edges)


NOTHING = Catalogued()


def catalogued(held: Sequence[Held], sides: Sequence[Sequence[Lowered]]) -> Catalogued:
    """Return what catalogs tell of the datasets that any of `sides` uses; the first has priority.

    The same for all sides, so that nothing that a catalog tells is a change.
    """
    if not held:
        return NOTHING
    code = _Code(chain.from_iterable(sides))
    parts = [_joined(one, code) for one in held]
    schemas: dict[str, Schema] = {}
    for part in reversed(parts):
        schemas.update(part.schemas)
    lineage = Lineage(
        datasets=tuple(item for part in parts for item in part.lineage.datasets),
        edges=tuple(edge for part in parts for edge in part.lineage.edges),
        rows=tuple(flow for part in parts for flow in part.lineage.rows),
    )
    lowered = tuple(item for part in parts for item in part.lowered)
    places = {place: name for part in reversed(parts) for place, name in part.places.items()}
    return Catalogued(schemas=schemas, lowered=lowered, lineage=lineage, places=places)


class _Code:
    """The datasets that the code names, that it writes, and that it declares."""

    def __init__(self, files: Iterable[Lowered]) -> None:
        self.used: set[str] = set()
        self.written: set[str] = set()
        self.declared: set[str] = set()
        for file in {id(file): file for file in files}.values():
            self.written.update(write.dataset for write in file.writes)
            self.declared.update(item.dataset for item in file.declarations)
            self.used.update(_read(file))
            for hint in file.tables:
                self.used.update((*hint.reads, *hint.writes))
        self.used |= self.written | self.declared


def _read(file: Lowered) -> Iterator[str]:
    """Yield the datasets that the plans of a file scan."""
    for inputs in file.inputs:
        for node in inputs.nodes:
            if isinstance(node, Scan):
                yield node.dataset


def _named(file: Lowered) -> Iterator[str]:
    yield from _read(file)
    yield from (write.dataset for write in file.writes)


def _joined(held: Held, code: _Code) -> Catalogued:
    """Return what one catalog tells of the datasets of the code."""
    tables, locations = _tables(held)
    texts = [file for file in held.lowered if file.writes]
    names = {
        *tables,
        *(_in_schema(one.dataset, held.holdings.schema) for file in texts for one in file.writes),
    }
    names.update(ref.dataset for one in held.holdings.edges for ref in (one.source, one.target))
    names.update(name for one in held.holdings.flows for name in (one.source, one.target))
    schema = held.holdings.schema
    called = _called(_Index(schema, names, locations), code)
    used = set(called.values()) | code.used
    for name in sorted({name for file in texts for name in _named(file)} - code.used):
        whole = _in_schema(name, schema)
        called.setdefault(name, called.get(whole, whole))
    views = _views(texts, called, used, {called.get(name, name) for name in code.written})
    counting = used | {called.get(name, name) for file in views for name in _read(file)}
    schemas = {
        called.get(name, name): schema
        for name, schema in tables.items()
        if called.get(name, name) in counting
    }
    others = tuple(sorted((name, chosen) for name, chosen in called.items() if name != chosen))
    made = {called.get(write.dataset, write.dataset) for file in views for write in file.writes}
    beside = Lowered(
        path=held.holdings.label,
        language=CATALOG,
        aliases=others,
        declarations=tuple(_declarations(schemas, made - code.declared, held.holdings.label)),
    )
    return Catalogued(
        schemas=schemas,
        lowered=(beside, *views) if others or views else (),
        lineage=_recorded(held.holdings, called),
        places={place: called[name] for place, name in locations.items() if name in called},
    )


def _declarations(
    schemas: Mapping[str, Schema], made: set[str], label: str
) -> Iterator[Declaration]:
    """Yield the columns of what only the catalog's own texts make: it knows them best."""
    for name in sorted(made & schemas.keys()):
        if schemas[name].complete:
            yield Declaration(
                dataset=name, columns=schemas[name].columns, origin=CATALOG, job=label,
                at=Location(label, 1),
            )  # fmt: skip


def _tables(held: Held) -> tuple[dict[str, Schema], dict[str, str]]:
    """Return the schemas of a catalog's tables, and the one table that lies at each location."""
    found = declared(
        replace(item, dataset=_in_schema(item.dataset, held.holdings.schema))
        for file in held.lowered
        for item in file.declarations
    )
    places = [
        (item.options.location, _in_schema(item.dataset, held.holdings.schema))
        for file in held.lowered
        for item in file.declarations
    ]
    for table in held.holdings.tables:
        if table.columns:
            found[table.name] = Schema(table.columns, table.complete)
        else:
            found.setdefault(table.name, Schema())
        places.append((table.location, table.name))
    at: dict[str, set[str]] = {}
    for location, name in places:
        if is_path(location):
            at.setdefault(_place(location), set()).add(name)
    return found, {place: names.pop() for place, names in at.items() if len(names) == 1}


def _in_schema(name: str, schema: str) -> str:
    return f"{schema}.{name}" if schema and "." not in name and not is_path(name) else name


def _place(location: str) -> str:
    return _SCHEMES.sub("s3://", path_name(location))


class _Index:
    """Finds what a catalog calls a dataset that the code names."""

    def __init__(self, schema: str, names: Iterable[str], locations: Mapping[str, str]) -> None:
        self._schema = schema
        self._locations = locations
        self._exact = {name.lower(): name for name in sorted(names)}
        self._within = self._behind_database()

    def _behind_database(self) -> dict[str, str]:
        """Return names by what stands behind the database, where all tables are in one."""
        long = [key for key in self._exact if key.count(".") >= 2 and not is_path(key)]
        if len({key.partition(".")[0] for key in long}) != 1:
            return {}
        return {key.partition(".")[2]: self._exact[key] for key in long}

    def find(self, name: str) -> str | None:
        """Return the catalog's name of a dataset, None where it has none, or may have several."""
        if is_path(name):
            place = _place(name)
            held = self._locations.get(place)
            return held or self._locations.get(_BELOW_TABLE.sub("", place))
        if SYMBOL_OPEN in name:
            return None
        key = name.lower()
        if "." not in key and self._schema:
            return self._exact.get(f"{self._schema.lower()}.{key}") or self._exact.get(key)
        return self._exact.get(key) or self._within.get(key)


def _called(index: _Index, code: _Code) -> dict[str, str]:
    """Return, for each name of a dataset that code and catalog share, the one that counts.

    The catalog's own where the code says it, too, or knows only a location; else the code's.
    """
    by_table: dict[str, list[str]] = {}
    for name in sorted(code.used):
        table = index.find(name)
        if table is not None:
            by_table.setdefault(table, []).append(name)
    called: dict[str, str] = {}
    for table, names in by_table.items():
        stated = [name for name in names if name in code.declared]
        tables = [name for name in names if not is_path(name)]
        if len(stated) > 1:
            continue
        if stated:
            chosen = stated[0]
        elif table in names or not tables:
            chosen = table
        else:
            chosen = max(tables, key=len)
        called.update(dict.fromkeys((table, *names), chosen))
    return called


def _views(
    texts: Sequence[Lowered], called: Mapping[str, str], used: set[str], written: set[str]
) -> list[Lowered]:
    """Return the views that read what the code uses, and those that it needs; in their order."""
    reads = [{called.get(name, name) for name in _read(file)} for file in texts]
    makes = [{called.get(one.dataset, one.dataset) for one in file.writes} for file in texts]
    open_ = {index for index, made in enumerate(makes) if not made & written}
    chosen = _reached(open_, used, reads, makes) | _reached(open_, used, makes, reads)
    return [
        replace(texts[index], declarations=(), acceptances=(), exposures=(), contracts=())
        for index in sorted(chosen)
    ]


def _reached(
    open_: set[int], start: set[str], enters: Sequence[set[str]], leaves: Sequence[set[str]]
) -> set[int]:
    """Return the texts that are reached from some datasets, through any number of texts."""
    by_dataset: dict[str, list[int]] = {}
    for index in open_:
        for name in enters[index]:
            by_dataset.setdefault(name, []).append(index)
    found: set[int] = set()
    waiting = list(start)
    seen = set(start)
    while waiting:
        for index in by_dataset.get(waiting.pop(), ()):
            if index not in found:
                found.add(index)
                new = leaves[index] - seen
                seen |= new
                waiting += new
    return found


def _recorded(holdings: Holdings, called: Mapping[str, str]) -> Lineage:
    """Return the lineage that a platform has recorded, by the names that count."""

    def end(ref: ColumnRef) -> ColumnRef:
        return ColumnRef(called.get(ref.dataset, ref.dataset), ref.column)

    def edge(one: Edge) -> Edge:
        return replace(one, source=end(one.source), target=end(one.target))

    def flow(one: RowFlow) -> RowFlow:
        return replace(
            one,
            source=called.get(one.source, one.source),
            target=called.get(one.target, one.target),
        )

    edges, rows = tuple(map(edge, holdings.edges)), tuple(map(flow, holdings.flows))
    names = {ref.dataset for one in edges for ref in (one.source, one.target)}
    names |= {name for one in rows for name in (one.source, one.target)}
    datasets = tuple(Dataset(name, (), complete=False) for name in sorted(names))
    return Lineage(datasets=datasets, edges=edges, rows=rows)

"""Jobs stitched together: which column flows where, in both directions, across repositories."""

from collections.abc import Iterable, Iterator, Sequence

from guardian.model.lineage import ColumnRef, Dataset, Edge, Lineage, RowFlow, edge_order

ANY = "*"


class _Side:
    """Edges filed by the dataset at one of their ends; by column once a dataset is asked for."""

    def __init__(self) -> None:
        self._by_dataset: dict[str, list[Edge]] = {}
        self._by_column: dict[str, dict[str | None, list[Edge]]] = {}

    def add(self, dataset: str, edge: Edge) -> None:
        known = self._by_dataset.get(dataset)
        if known is None:
            self._by_dataset[dataset] = [edge]
        else:
            known.append(edge)

    def sort(self, dataset: str) -> None:
        if dataset in self._by_dataset:
            self._by_dataset[dataset].sort(key=edge_order)

    def of_dataset(self, dataset: str) -> Sequence[Edge]:
        return self._by_dataset.get(dataset, ())

    def of_column(self, ref: ColumnRef, *, at_source: bool) -> Sequence[Edge]:
        columns = self._by_column.get(ref.dataset)
        if columns is None:
            columns = {}
            for edge in self.of_dataset(ref.dataset):
                end = edge.source if at_source else edge.target
                columns.setdefault(_outermost(end.column), []).append(edge)
            self._by_column[ref.dataset] = columns
        family = columns.get(_outermost(ref.column), ())
        if ref.column is None or "." not in ref.column:
            return family
        ends = ((edge.source if at_source else edge.target, edge) for edge in family)
        return [edge for end, edge in ends if _overlap(end.column or "", ref.column)]


def _outermost(column: str | None) -> str | None:
    return column.partition(".")[0] if column is not None else None


def _overlap(one: str, other: str) -> bool:
    """Return whether one of two fields is the other, or holds it: `address` and `address.city`."""
    return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")


class Graph:
    """The edges of several lineage documents, ready to be walked, cycles and all.

    Building is one pass that files each edge under its two datasets; a dataset's columns are told
    apart when they are first asked for, so what a walk never reaches costs nothing more.
    """

    def __init__(self, documents: Iterable[Lineage], *, under: "Graph | None" = None) -> None:
        """File the edges of `documents` above those of `under`, which is shared, not copied."""
        self._under = under
        self._outgoing, self._incoming = _Side(), _Side()
        self._flows: dict[str, list[RowFlow]] = {}
        self._flows_into: dict[str, list[RowFlow]] = {}
        self._column_flows: dict[str, list[RowFlow]] = {}
        self._column_flows_into: dict[str, list[RowFlow]] = {}
        self._flowing: set[tuple[str, str, str]] = set()
        self._reads: dict[str, set[str]] = {}
        self._columns: dict[str, set[str]] = {}
        self._written: set[str] = set()
        self._incomplete: set[str] = set()
        self._side_keys: set[str] = set()
        for document in documents:
            self._add(document)

    def _add(self, document: Lineage) -> None:
        self._file_edges(document.edges)
        self._file_rows(document.rows)
        for job in document.jobs:
            self._reads.setdefault(job.id, set()).update(job.reads)
            self._written.update(job.writes)
        for dataset in document.datasets:
            self._file_dataset(dataset)

    def _file_edges(self, edges: Iterable[Edge]) -> None:
        for edge in edges:
            self._outgoing.add(edge.source.dataset, edge)
            self._incoming.add(edge.target.dataset, edge)
            if not edge.decides_rows:
                self._side_keys.add(edge.source.dataset)

    def _file_rows(self, rows: Iterable[RowFlow]) -> None:
        for flow in rows:
            if flow.column:
                self._column_flows.setdefault(flow.source, []).append(flow)
                self._column_flows_into.setdefault(flow.target, []).append(flow)
                continue
            self._flows.setdefault(flow.source, []).append(flow)
            self._flows_into.setdefault(flow.target, []).append(flow)
            self._flowing.add((flow.source, flow.target, flow.job))

    def _file_dataset(self, dataset: Dataset) -> None:
        names = self._columns.setdefault(dataset.name, set())
        names.update(column.name for column in dataset.columns)
        if not dataset.complete:
            self._incomplete.add(dataset.name)

    def _sort_leaving(self, dataset: str) -> None:
        """Put what leaves a dataset in the order of a document, before it is first walked over."""
        self._outgoing.sort(dataset)
        for flows in (self._flows, self._column_flows):
            flows.get(dataset, []).sort()

    def leaving_dataset(self, dataset: str) -> Iterator[Edge]:
        """Yield every edge whose source is a column of `dataset`."""
        yield from self._outgoing.of_dataset(dataset)
        if self._under is not None:
            yield from self._under.leaving_dataset(dataset)

    def leaving(self, ref: ColumnRef) -> Iterator[Edge]:
        """Yield every edge that starts at this column, a field of it, or a struct that holds it.

        `*` is a column of its own here.
        """
        yield from self._outgoing.of_column(ref, at_source=True)
        if self._under is not None:
            yield from self._under.leaving(ref)

    def arriving(self, ref: ColumnRef) -> Iterator[Edge]:
        """Yield every edge that ends at this column, likewise; None gives those on all its rows."""
        yield from self._incoming.of_column(ref, at_source=False)
        if self._under is not None:
            yield from self._under.arriving(ref)

    def arriving_in_dataset(self, dataset: str) -> Iterator[Edge]:
        """Yield every edge whose target is `dataset`, one of its columns or its rows."""
        yield from self._incoming.of_dataset(dataset)
        if self._under is not None:
            yield from self._under.arriving_in_dataset(dataset)

    def row_flows(self, dataset: str) -> Iterator[RowFlow]:
        """Yield whose rows depend on the rows of `dataset`, and the job that makes it so."""
        yield from self._flows.get(dataset, ())
        if self._under is not None:
            yield from self._under.row_flows(dataset)

    def row_flows_into(self, dataset: str) -> Iterator[RowFlow]:
        """Yield on whose rows the rows of `dataset` depend, and the job that makes it so."""
        yield from self._flows_into.get(dataset, ())
        if self._under is not None:
            yield from self._under.row_flows_into(dataset)

    def column_flows(self, dataset: str) -> Iterator[RowFlow]:
        """Yield which columns depend on the rows of `dataset`, while the rows around them do not.

        COUNT(*) over a side input is one: no column of the side is its source.
        """
        yield from self._column_flows.get(dataset, ())
        if self._under is not None:
            yield from self._under.column_flows(dataset)

    def column_flows_into(self, dataset: str) -> Iterator[RowFlow]:
        """Yield the same for the columns of `dataset`."""
        yield from self._column_flows_into.get(dataset, ())
        if self._under is not None:
            yield from self._under.column_flows_into(dataset)

    def rows_flow(self, source: str, target: str, job: str) -> bool:
        """Return whether in this job the rows of `target` depend on the rows of `source`."""
        if (source, target, job) in self._flowing:
            return True
        return self._under is not None and self._under.rows_flow(source, target, job)

    def reads(self, job: str, dataset: str) -> bool:
        """Return whether `job` is known and reads `dataset`."""
        if dataset in self._reads.get(job, ()):
            return True
        return self._under is not None and self._under.reads(job, dataset)

    def columns(self, dataset: str) -> frozenset[str]:
        """Return the columns that `dataset` is known to have; empty where none is known."""
        under = self._under.columns(dataset) if self._under is not None else frozenset()
        return under.union(self._columns.get(dataset, ()))

    def has_side_keys(self, dataset: str) -> bool:
        """Return whether a column of `dataset` decides on rows of a side input only."""
        if dataset in self._side_keys:
            return True
        return self._under is not None and self._under.has_side_keys(dataset)

    def is_complete(self, dataset: str) -> bool:
        """Return whether all columns of `dataset` are known."""
        if dataset in self._columns:
            return dataset not in self._incomplete
        return self._under is not None and self._under.is_complete(dataset)

    def has_column(self, ref: ColumnRef) -> bool:
        """Return whether the dataset is known to have this column."""
        if ref.column in self._columns.get(ref.dataset, ()):
            return True
        return self._under is not None and self._under.has_column(ref)

    def datasets(self) -> frozenset[str]:
        """Return the name of every dataset read, written or declared; linear in the graph."""
        names = set(self._columns) | self._written
        for read in self._reads.values():
            names |= read
        return frozenset(names) | (
            self._under.datasets() if self._under is not None else frozenset()
        )

"""The graph of a linked revision, which takes in a dataset's edges when a walk first meets it."""

from collections.abc import Iterator

from guardian.lineage.document import Parts, dataset_of
from guardian.lineage.graph import Graph
from guardian.lineage.link import World
from guardian.model.lineage import ColumnRef, Edge, RowFlow
from guardian.model.overriding import override


class GrowingGraph(Graph):
    """Answers as the graph of the revision's whole document does; links only what is walked over.

    What leaves a dataset is made by those that read it, what arrives in it by its own jobs.
    """

    def __init__(self, world: World, *, under: Graph | None = None) -> None:
        """Take in nothing yet but what hints tell."""
        super().__init__((), under=under)
        self._world = world
        self._parts = Parts(world)
        self._targets = self._parts.targets()
        self._arrived: set[str] = set()
        self._left: set[str] = set()
        self._known: set[str] = set()
        self._hinted: set[str] = set()
        for file in world.lowered:
            for hint in file.tables:
                self._reads.setdefault(hint.job, set()).update(hint.reads)
                self._hinted.update(hint.reads, hint.writes)

    def _take_arriving(self, dataset: str) -> None:
        if dataset in self._arrived or dataset not in self._targets:
            return
        self._arrived.add(dataset)
        self._file_edges(self._parts.edges(dataset))
        self._file_rows(self._parts.rows(dataset))
        for item in self._world.definitions.get(dataset, ()):
            self._reads.setdefault(item.job, set()).update(item.reads)

    def _take_leaving(self, dataset: str) -> None:
        """Take in all that reads `dataset`, and file it in the order of a document."""
        if dataset in self._left:
            return
        self._left.add(dataset)
        readers = self._world.readers(dataset) | self._parts.hinted(dataset)
        for reader in (*readers, dataset):
            self._take_arriving(reader)
        self._sort_leaving(dataset)

    def _know(self, dataset: str) -> None:
        """Take in the columns of `dataset`, where the document of the revision names it."""
        if dataset in self._known:
            return
        self._known.add(dataset)
        self._take_leaving(dataset)
        taken = {edge.source.column for edge in self._outgoing.of_dataset(dataset)}
        read = {column for column in taken if column is not None and column != "*"}
        if read or self._is_named(dataset):
            self._file_dataset(dataset_of(self._world, dataset, read))

    def _is_named(self, dataset: str) -> bool:
        world = self._world
        return (
            dataset in self._hinted
            or dataset in world.schemas
            or any(
                dataset in item.reads
                for reader in world.readers(dataset)
                for item in world.definitions[reader]
            )
        )

    # --- what a graph is asked -------------------------------------------------------------------

    @override
    def leaving_dataset(self, dataset: str) -> Iterator[Edge]:
        """Yield every edge whose source is a column of `dataset`."""
        self._take_leaving(dataset)
        return super().leaving_dataset(dataset)

    @override
    def leaving(self, ref: ColumnRef) -> Iterator[Edge]:
        """Yield every edge that starts at this column."""
        self._take_leaving(ref.dataset)
        return super().leaving(ref)

    @override
    def arriving(self, ref: ColumnRef) -> Iterator[Edge]:
        """Yield every edge that ends at this column."""
        self._take_arriving(ref.dataset)
        return super().arriving(ref)

    @override
    def arriving_in_dataset(self, dataset: str) -> Iterator[Edge]:
        """Yield every edge whose target is `dataset`."""
        self._take_arriving(dataset)
        return super().arriving_in_dataset(dataset)

    @override
    def row_flows(self, dataset: str) -> Iterator[RowFlow]:
        """Yield whose rows depend on the rows of `dataset`."""
        self._take_leaving(dataset)
        return super().row_flows(dataset)

    @override
    def column_flows(self, dataset: str) -> Iterator[RowFlow]:
        """Yield which columns depend on the rows of `dataset`."""
        self._take_leaving(dataset)
        return super().column_flows(dataset)

    @override
    def row_flows_into(self, dataset: str) -> Iterator[RowFlow]:
        """Yield on whose rows the rows of `dataset` depend, and the job that makes it so."""
        self._take_arriving(dataset)
        return super().row_flows_into(dataset)

    @override
    def column_flows_into(self, dataset: str) -> Iterator[RowFlow]:
        """Yield the same for the columns of `dataset`."""
        self._take_arriving(dataset)
        return super().column_flows_into(dataset)

    @override
    def rows_flow(self, source: str, target: str, job: str) -> bool:
        """Return whether in this job the rows of `target` depend on the rows of `source`."""
        self._take_arriving(target)
        return super().rows_flow(source, target, job)

    @override
    def reads(self, job: str, dataset: str) -> bool:
        """Return whether `job` is known and reads `dataset`."""
        self._take_leaving(dataset)
        return super().reads(job, dataset)

    @override
    def columns(self, dataset: str) -> frozenset[str]:
        """Return the columns that `dataset` is known to have."""
        self._know(dataset)
        return super().columns(dataset)

    @override
    def has_side_keys(self, dataset: str) -> bool:
        """Return whether a column of `dataset` decides on rows of a side input only."""
        self._take_leaving(dataset)
        return super().has_side_keys(dataset)

    @override
    def is_complete(self, dataset: str) -> bool:
        """Return whether all columns of `dataset` are known."""
        self._know(dataset)
        return super().is_complete(dataset)

    @override
    def has_column(self, ref: ColumnRef) -> bool:
        """Return whether the dataset is known to have this column."""
        self._know(ref.dataset)
        return super().has_column(ref)

    @override
    def datasets(self) -> frozenset[str]:
        """Return the name of every dataset read, written or declared; links nothing."""
        world = self._world
        own = {*world.definitions, *world.schemas, *world.inputs(), *self._hinted}
        return frozenset(own) | (self._under.datasets() if self._under else frozenset())

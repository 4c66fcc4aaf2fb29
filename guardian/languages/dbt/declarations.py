"""What schema files declare: columns and keys of datasets, dashboards that read them."""

from collections.abc import Iterator, Mapping
from typing import Any

from guardian.languages.dbt.lowering import _REF, _SOURCE
from guardian.languages.dbt.metrics import columns_in, measured
from guardian.languages.dbt.project import ModelFile, Project
from guardian.languages.dbt.promises import folded
from guardian.languages.dbt.relations import Relation
from guardian.languages.dbt.rendering import Renderer
from guardian.languages.dbt.schema_files import ExposureProperties, Properties, SchemaFile
from guardian.model.contract import Clause, Contract
from guardian.model.lineage import Column, Location
from guardian.model.names import fold
from guardian.model.plan import Declaration, Exposure


class SchemaLowering:
    """Lowers one schema file; `files` are those whose configuration decided a dataset's name."""

    def __init__(
        self, file: SchemaFile, project: Project, renderer: Renderer, dialect: str
    ) -> None:
        """Prepare to lower `file`."""
        self.files: set[str] = set()
        self._file, self._project, self._renderer, self._dialect = file, project, renderer, dialect

    def declarations(self) -> Iterator[Declaration]:
        """Yield a declaration for each source, then for each model, with columns or keys."""
        for table in self._file.sources:
            relation = self._renderer.source_relation(table.source, table.properties.name)
            if table.properties.columns or table.properties.keys:
                yield self._declaration(table.properties, relation)
        for properties in self._file.properties:
            for model in self._models(properties):
                self.files.add(model.path)
                relation = self._renderer.relation_of(model)
                if not relation.is_cte and (properties.columns or properties.keys):
                    yield self._declaration(properties, relation)

    def contracts(self) -> Iterator[Contract]:
        """Yield what the file promises of each model, or what it expects of a source."""
        for table in self._file.sources:
            if table.properties.tested:
                relation = self._renderer.source_relation(table.source, table.properties.name)
                tested = table.properties.tested
                yield self._contract(table.properties, relation.dataset, tested, enforced=False)
        for properties in self._file.properties:
            for model in self._models(properties):
                config = self._renderer.naming(model)
                relation = self._renderer.relation_of(model)
                enforced = _enforced(config.get("contract"))
                clauses = (*(properties.promised if enforced else ()), *properties.tested)
                if not relation.is_cte and (clauses or enforced):
                    self.files.add(model.path)
                    yield self._contract(properties, relation.dataset, clauses, enforced=enforced)

    def _contract(
        self, properties: Properties, dataset: str, clauses: tuple[Clause, ...], *, enforced: bool
    ) -> Contract:
        named = {
            column.name: fold(column.name, self._dialect, quoted=column.quoted)
            for column in properties.columns
        }
        at = Location(self._file.path, properties.line)
        told = (Clause(kind="dataset", value=properties.name, line=at.line),) if enforced else ()
        return Contract(
            names=(dataset,), format="dbt", at=at, enforced=enforced,
            version=properties.latest if enforced else "", owner=_owner(properties.config),
            clauses=(*told, *(folded(clause, named, self._dialect) for clause in clauses)),
        )  # fmt: skip

    def _models(self, properties: Properties) -> Iterator[ModelFile]:
        names = [defined for _, defined, _ in properties.versions] or [properties.name]
        for name in names:
            found = self._project.models.get(name, ())
            yield from (m for m in found if m.kind == properties.kind)

    def _declaration(self, properties: Properties, relation: Relation) -> Declaration:
        """Return the columns that a schema file documents, which need not be all there are."""
        quoted = {c.name: c.quoted for c in properties.columns}
        named = {name: fold(name, self._dialect, quoted=q) for name, q in quoted.items()}
        columns = tuple(
            Column(
                name=named[c.name],
                type=c.data_type.lower() or None,
                nullable=False if c.not_null else None,
            )
            for c in properties.columns
        )
        keys = tuple(
            tuple(named.get(n) or fold(n, self._dialect) for n in key) for key in properties.keys
        )
        return Declaration(
            dataset=relation.dataset, columns=columns, keys=keys, origin="dbt", complete=False,
            job=self._file.path, at=Location(self._file.path, properties.line),
        )  # fmt: skip

    def exposures(self) -> Iterator[Exposure]:
        """Yield the dashboards, notebooks and applications that the file names."""
        for exposure in self._file.exposures:
            datasets = sorted(
                {dataset for text in exposure.depends_on for dataset in self._datasets(text)}
            )
            yield Exposure(
                name=exposure.name, kind="dashboard", datasets=tuple(datasets),
                owner=exposure.owner,
                at=Location(self._file.path, exposure.line),
            )  # fmt: skip

    def metrics(self) -> Iterator[Exposure]:
        """Yield the KPIs that the file defines, each with the columns that it is computed from."""
        known = self._project
        if self._file.metrics:
            self.files |= known.measured_in
        for metric in self._file.metrics:
            columns: dict[tuple[str, str], None] = {}
            datasets: dict[str, None] = {}
            for measure in measured(metric, known.measures, known.metrics):
                names = columns_in(measure.expression, self._dialect)
                for dataset in self._datasets(measure.model):
                    columns |= {(dataset, name): None for name in names}
                    datasets |= {} if names else {dataset: None}
            yield Exposure(
                name=metric.label, kind="kpi", datasets=tuple(datasets), columns=tuple(columns),
                owner=metric.owner, at=Location(self._file.path, metric.line),
            )  # fmt: skip

    def _datasets(self, text: str) -> Iterator[str]:
        for found in _REF.finditer(text):
            name = found[4] or found[2]
            model = self._project.model(name)
            if model is not None:
                self.files.add(model.path)
                yield self._renderer.relation_of(model).dataset
            else:
                yield Relation(name, "", self._dialect).dataset
        for found in _SOURCE.finditer(text):
            yield self._renderer.source_relation(found[2], found[4]).dataset


def _enforced(config: object) -> bool:
    stated = config.get("enforced") if isinstance(config, Mapping) else None
    return stated is True or str(stated).strip().lower() == "true"


def _owner(config: Mapping[str, Any]) -> str:
    meta = config.get("meta")
    named = (meta.get("owner") if isinstance(meta, Mapping) else None) or config.get("group")
    return named.strip() if isinstance(named, str) else ""


__all__ = ["ExposureProperties", "SchemaLowering"]

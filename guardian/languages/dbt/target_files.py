"""`target/manifest.json` and `catalog.json` → compiled models, and columns that are facts."""

from collections.abc import Iterator

from guardian.languages import Sources
from guardian.languages.dbt.artifacts import (
    ArtifactError,
    CatalogTable,
    Manifest,
    matches,
    read_catalog,
    read_manifest,
    renamed,
    unique_ids,
)
from guardian.languages.dbt.project import ModelFile, Project
from guardian.languages.dbt.relations import Relation
from guardian.languages.dbt.rendering import Renderer
from guardian.languages.dbt.roots import inside
from guardian.model.lineage import Column, Diagnostic, Location
from guardian.model.names import fold
from guardian.model.plan import Declaration, Lowered
from guardian.model.source import SourceFile

MANIFEST, CATALOG = "manifest.json", "catalog.json"


class Compiled:
    """The compiled models of a project's manifest, where there is one that can be used."""

    def __init__(self, project: Project, renderer: Renderer) -> None:
        """Prepare to look into the manifest of `project`."""
        self.path = inside(project.settings.target, MANIFEST)
        self._project, self._renderer = project, renderer

    def of(self, model: ModelFile, text: str) -> str | None:
        """Return the SQL that dbt compiled from this `text`, under our names; None without it."""
        manifest = self._loaded()
        wanted = f"{model.kind.removesuffix('s')}.{model.settings.name}.{model.name}"
        node = manifest.nodes.get(wanted) if manifest is not None else None
        if manifest is None or node is None or not node.compiled_code or not matches(node, text):
            return None
        names = {}
        for unique_id in (*node.depends_on.nodes, wanted):
            other = manifest.node(unique_id)
            relation = self.relation(unique_id)
            if other is not None and other.relation_name and relation is not None:
                names[other.relation_name] = str(relation)
        return renamed(node.compiled_code, names)

    def relation(self, unique_id: str) -> Relation | None:
        """Return what the project calls the table of a unique id."""
        kind, package, *rest = unique_id.split(".")
        if kind == "source" and len(rest) == 2:
            declared = self._project.sources.get((rest[0], rest[1]))
            return self._renderer.source_relation(*rest) if declared is not None else None
        version = rest[1].removeprefix("v") if len(rest) > 1 else None
        model = self._project.model(rest[0], package, version) if rest else None
        return self._renderer.relation_of(model) if model is not None else None

    def stale(self) -> list[str]:
        """Return the models whose files are not those that the manifest was made from, sorted."""
        manifest, found = self._loaded(), []
        for node in manifest.nodes.values() if manifest is not None else ():
            path = inside(self._project.root, node.original_file_path)
            file = self._renderer.read(path) if node.resource_type == "model" else None
            own = node.package_name == self._project.settings.name
            if own and file is not None and not matches(node, file.text):
                found.append(path)
        return sorted(found)

    def _loaded(self) -> Manifest | None:
        file = self._renderer.read(self.path)
        try:
            return read_manifest(file.text) if file is not None else None
        except ArtifactError:
            return None  # said where the manifest itself is lowered


def lower_target(
    file: SourceFile, project: Project, renderer: Renderer, sources: Sources
) -> Lowered:
    """Return the columns that a catalog tells, and what is wrong with a manifest."""
    name = file.path.rpartition("/")[2]
    dialect = sources.dialect(file.path) or project.dialect
    compiled = Compiled(project, renderer)
    try:
        if name == CATALOG:
            declared = tuple(_declarations(file, compiled, dialect))
            return Lowered(path=file.path, language="dbt", declarations=declared)
        read_manifest(file.text)
    except ArtifactError as error:
        warning = Diagnostic(file.path, 1, str(error))
        return Lowered(path=file.path, language="dbt", warnings=(warning,))
    stale = compiled.stale()
    if not stale:
        return Lowered(path=file.path, language="dbt")
    count = f"{len(stale)} model" + ("s" if len(stale) > 1 else "")
    message = (
        f"the manifest is older than {count} (`{stale[0]}` first), which are read from their "
        "sources; `dbt compile` makes it anew"
    )
    return Lowered(
        path=file.path, language="dbt", warnings=(Diagnostic(file.path, 1, message),)
    )  # fmt: skip


def _declarations(file: SourceFile, compiled: Compiled, dialect: str) -> Iterator[Declaration]:
    """Yield all columns of each source, and of models, whose code has the last word, the types."""
    catalog = read_catalog(file.text)
    for table, whole in ((catalog.sources, True), (catalog.nodes, False)):
        for parts, found in unique_ids(table):
            relation = compiled.relation(".".join(parts)) if len(parts) > 2 else None
            if relation is not None and not relation.is_cte and found.columns:
                yield Declaration(
                    dataset=relation.dataset, columns=_columns(found, dialect), origin="catalog",
                    complete=whole, job=file.path, at=Location(file.path, 1),
                )  # fmt: skip


def _columns(table: CatalogTable, dialect: str) -> tuple[Column, ...]:
    """Return the columns; the database tells names as it keeps them, folded already."""
    listed = table.listed()
    return tuple(
        Column(name=_kept(c.name, dialect), type=c.type.lower() or None) for c in listed
    )  # fmt: skip


def _kept(name: str, dialect: str) -> str:
    """Return a name that the database keeps: plain ones as code writes them, others as quoted."""
    plain = name.isidentifier() and name in {name.upper(), name.lower()}
    return fold(name, dialect, quoted=not plain)

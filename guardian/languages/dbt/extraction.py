"""One file of a dbt project → what it says: writes of models, columns of seeds, declarations."""

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable

from guardian.languages import Sources
from guardian.languages.dbt.declarations import SchemaLowering
from guardian.languages.dbt.lowering import ModelLowering
from guardian.languages.dbt.project import Project, project_at
from guardian.languages.dbt.rendering import Renderer
from guardian.languages.dbt.roots import PROJECT_FILE, inside, project_root, settings_of
from guardian.languages.dbt.schema_files import Properties
from guardian.languages.dbt.seeds import lower_seed
from guardian.model.lineage import Diagnostic
from guardian.model.plan import Lowered
from guardian.model.source import SourceFile

LANGUAGE = "dbt"
MOST_RENDERERS = 6

_renderers: OrderedDict[int, Renderer] = OrderedDict()


def lowered(file: SourceFile, sources: Sources) -> Lowered:
    """Return what `file` says; what is not understood is among its warnings."""
    root = project_root(file.path, sources)
    settings = settings_of(root or "", sources)
    if file.path == inside(root or "", PROJECT_FILE):
        problem = Diagnostic(file.path, settings.problem_line, settings.problem)
        return Lowered(
            path=file.path, language=LANGUAGE, warnings=(problem,) if settings.problem else ()
        )
    place = settings.folder_of(file.path)
    if root is None or place is None or place[0] not in {"models", "snapshots", "seeds"}:
        return Lowered(path=file.path, language=LANGUAGE)
    making = _maker(file.path)
    project = project_at(root, sources)
    result, files = making(file, project, sources)
    # each read is a note of what the result depends on
    for path in sorted({*files, *project.base}):
        sources.read(path)
    return result


Maker = Callable[[SourceFile, Project, Sources], tuple[Lowered, Iterable[str]]]


def _maker(path: str) -> Maker:
    if path.endswith((".yml", ".yaml")):
        return _schema_file
    if path.endswith(".csv"):
        return _seed
    return _python_model if path.endswith(".py") else _model


def _renderer(project: Project, sources: Sources) -> Renderer:
    known = _renderers.get(id(project))
    if known is None or known.project is not project:
        known = _renderers[id(project)] = Renderer(project)
        while len(_renderers) > MOST_RENDERERS:
            _renderers.popitem(last=False)
    known.read = getattr(sources, "unrecorded", sources).read
    return known


def _model(file: SourceFile, project: Project, sources: Sources) -> tuple[Lowered, Iterable[str]]:
    with project.lock:
        lowering = ModelLowering(file, project, _renderer(project, sources), sources)
        models = project.by_path.get(file.path, [])
        for model in models:
            job = file.path if len(models) == 1 else f"{file.path}#{model.name}"
            lowering.lower(model, job, file.text)
    for path in sorted(lowering.absent):
        sources.read(path)
    return Lowered(
        path=file.path, language=LANGUAGE, nodes=tuple(lowering.builder.nodes),
        writes=tuple(lowering.writes),
        tables=tuple(lowering.tables), warnings=tuple(lowering.warnings), failed=lowering.failed,
    ), lowering.files - {file.path}  # fmt: skip


def _schema_file(
    file: SourceFile, project: Project, sources: Sources
) -> tuple[Lowered, Iterable[str]]:
    known = project.schema_files.get(file.path)
    if known is None:
        return Lowered(path=file.path, language=LANGUAGE), ()
    if known.problem:
        problem = Diagnostic(file.path, known.problem_line, known.problem)
        return Lowered(path=file.path, language=LANGUAGE, warnings=(problem,), failed=True), ()
    dialect = sources.dialect(file.path) or project.dialect
    with project.lock:
        renderer = _renderer(project, sources)
        schema = SchemaLowering(known, project, renderer, dialect)
        declarations, exposures = tuple(schema.declarations()), tuple(schema.exposures())
        models = ModelLowering(file, project, renderer, sources)
        for snapshot in (p for p in known.properties if p.relation):
            _snapshot(snapshot, models, project)
    return Lowered(
        path=file.path, language=LANGUAGE, declarations=declarations, exposures=exposures,
        nodes=tuple(models.builder.nodes), writes=tuple(models.writes),
        warnings=tuple(models.warnings),
    ), (schema.files | models.files) - {file.path}  # fmt: skip


def _snapshot(properties: Properties, models: ModelLowering, project: Project) -> None:
    """Add the write of a snapshot that a schema file defines: all of a relation."""
    found = project.models.get(properties.name, ())
    model = next((m for m in found if m.path == properties.file), None)
    if model is not None:
        query = " ".join(("select * from {{", properties.relation, "}}"))
        models.lower(model, f"{model.path}#{model.name}", "\n" * (properties.line - 1) + query)


def _seed(file: SourceFile, project: Project, sources: Sources) -> tuple[Lowered, Iterable[str]]:
    model = next(iter(project.by_path.get(file.path, ())), None)
    if model is None:
        return Lowered(path=file.path, language=LANGUAGE), ()
    dialect = sources.dialect(file.path) or project.dialect
    with project.lock:
        found = lower_seed(model, file, _renderer(project, sources), dialect)
        properties = project.properties_of(model)
    return found, [properties.file] if properties else []


def _python_model(
    file: SourceFile, _project: Project, _sources: Sources
) -> tuple[Lowered, Iterable[str]]:
    found = re.search(r"^def\s+model\s*\(", file.text, re.MULTILINE)
    if found is None:
        return Lowered(path=file.path, language=LANGUAGE), ()
    line = file.text.count("\n", 0, found.start()) + 1
    message = "dbt models in Python are not read yet: its lineage is missing"
    warning = Diagnostic(file.path, line, message)
    return Lowered(path=file.path, language=LANGUAGE, warnings=(warning,), failed=True), ()

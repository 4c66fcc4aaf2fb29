"""One file of a dbt project → what it says: writes of models, columns of seeds, declarations."""

from collections import OrderedDict
from collections.abc import Callable, Iterable

from msgspec.structs import replace

from guardian.languages import Sources
from guardian.languages.dbt.declarations import SchemaLowering
from guardian.languages.dbt.hooks import hook_writes
from guardian.languages.dbt.lowering import ModelLowering
from guardian.languages.dbt.project import Project, project_at
from guardian.languages.dbt.rendering import Renderer
from guardian.languages.dbt.roots import PROJECT_FILE, inside, project_root, settings_of
from guardian.languages.dbt.run import Run
from guardian.languages.dbt.schema_files import Properties
from guardian.languages.dbt.seeds import lower_seed
from guardian.languages.dbt.settings import Settings
from guardian.languages.dbt.target_files import CATALOG, MANIFEST, lower_target
from guardian.languages.recording import Recording
from guardian.model.lineage import Diagnostic, Location
from guardian.model.plan import Lowered, PlanBuilder
from guardian.model.source import SourceFile

LANGUAGE = "dbt"
MOST_RENDERERS = 6

_renderers: OrderedDict[int, Renderer] = OrderedDict()


def lowered(file: SourceFile, sources: Sources) -> Lowered:
    """Return what `file` says; what is not understood is among its warnings."""
    root = project_root(file.path, sources)
    settings = settings_of(root or "", sources)
    if file.path == inside(root or "", PROJECT_FILE):
        return _project_file(file, settings, sources)
    if file.path in {inside(settings.target, name) for name in (MANIFEST, CATALOG)}:
        return _target_file(file, project_at(root or "", sources), sources)
    place = settings.folder_of(file.path)
    if root is None or place is None or place[0] not in {"models", "snapshots", "seeds"}:
        return Lowered(path=file.path, language=LANGUAGE)
    making = _maker(file.path)
    project = project_at(root, sources)
    result, files = making(file, project, sources)
    # each read is a note of what the result depends on
    for path in sorted({*files, *project.base}):
        if "*" not in path:
            sources.read(path)
    if isinstance(sources, Recording):
        for pattern in sorted({*project.patterns(file.path), *(p for p in files if "*" in p)}):
            sources.note_listing(pattern)
    return result


Maker = Callable[[SourceFile, Project, Sources], tuple[Lowered, Iterable[str]]]


def _maker(path: str) -> Maker:
    if path.endswith((".yml", ".yaml")):
        return _schema_file
    if path.endswith(".csv"):
        return _seed
    return _python_model if path.endswith(".py") else _model


def _target_file(file: SourceFile, project: Project, sources: Sources) -> Lowered:
    with project.lock:
        result = lower_target(file, project, _renderer(project, sources), sources)
    read = {path for path, models in project.by_path.items() if models[0].kind == "models"}
    for path in sorted({*project.base, *project.schema_files, *read}):
        sources.read(path)
    return result


def _project_file(file: SourceFile, settings: Settings, sources: Sources) -> Lowered:
    """Return what a project says by itself: the writes of the hooks around its runs."""
    problem = Diagnostic(file.path, settings.problem_line, settings.problem)
    warnings = (problem,) if settings.problem else ()
    lowered = Lowered(path=file.path, language=LANGUAGE, warnings=warnings)
    if not settings.run_hooks:
        return lowered
    project, builder = project_at(settings.root, sources), PlanBuilder()
    dialect, files, writes = sources.dialect(file.path) or project.dialect, set(project.base), []
    with project.lock:
        renderer = _renderer(project, sources)
        for name, line, hook in settings.run_hooks:
            run = Run(path=file.path, name=name, package=settings.name)
            text, followed = renderer.hook(hook, run)
            files |= followed
            writes += hook_writes(
                text, builder, dialect=dialect, job=f"{file.path}#{name}",
                at=Location(file.path, line),
            )  # fmt: skip
    for path in sorted(path for path in files if "*" not in path):
        sources.read(path)
    return replace(lowered, nodes=tuple(builder.nodes), writes=tuple(writes))


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
        declarations = tuple(schema.declarations())
        contracts = tuple(schema.contracts())
        exposures = (*schema.exposures(), *schema.metrics())
        models = ModelLowering(file, project, renderer, sources)
        for snapshot in (p for p in known.properties if p.relation):
            _snapshot(snapshot, models, project)
    return Lowered(
        path=file.path, language=LANGUAGE, declarations=declarations, exposures=exposures,
        contracts=contracts, nodes=tuple(models.builder.nodes), writes=tuple(models.writes),
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
    file: SourceFile, project: Project, sources: Sources
) -> tuple[Lowered, Iterable[str]]:
    # few projects have models in Python: the others start without their interpreter
    from guardian.languages.dbt.python_models import PythonLowering, python_model  # noqa: PLC0415

    found = python_model(file.path, file.text)
    models = project.by_path.get(file.path, ())
    if isinstance(found, Diagnostic):
        return Lowered(path=file.path, language=LANGUAGE, warnings=(found,), failed=True), ()
    if found is None or not models:
        return Lowered(path=file.path, language=LANGUAGE), ()
    with project.lock:
        lowering = PythonLowering(found, models[0], project, _renderer(project, sources))
        return lowering.lowered(sources), lowering.files - {file.path}

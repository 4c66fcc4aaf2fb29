"""A dbt project of one revision: its models by name, its packages, its schema files, its macros."""

import re
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from threading import Lock, RLock
from typing import Any
from weakref import ref

import msgspec

from guardian.languages import Sources
from guardian.languages.dbt.adapters import (
    adapter_of,
    dialect_of,
    guessed_adapter,
    spoken_adapter,
)
from guardian.languages.dbt.macros import Library, MacroFile, macro_file
from guardian.languages.dbt.metrics import Measure, Metric
from guardian.languages.dbt.roots import PROJECT_FILE, inside
from guardian.languages.dbt.schema_files import (
    Properties,
    SchemaFile,
    SourceTable,
    read_schema_file,
)
from guardian.languages.dbt.settings import Settings, configured, read_settings
from guardian.languages.safe_yaml import load
from guardian.model.source import SourceFile

MOST_PROJECTS = 6
MODEL_KINDS = ("models", "snapshots", "seeds")

NAMING = frozenset({"generate_schema_name", "generate_alias_name"})
_MADE = (".sql", ".py", ".csv", ".yml")
_SNAPSHOT = re.compile(r"\{%[-+]?\s*snapshot\s+(\w+)")
_VERSION = re.compile(r"(.+)_v([0-9.]+)\Z")


class ModelFile(msgspec.Struct, frozen=True):
    """A model, snapshot or seed: the name that `ref` finds it by, and the file that it is in."""

    name: str
    path: str
    kind: str
    settings: Settings


class Project:
    """What all models of one project share; renderings take turns under `lock`."""

    def __init__(self, root: str, sources: Sources) -> None:
        """Read the project in the folder `root`."""
        self.root = root
        self.lock = RLock()
        self.blobs: dict[str, str] = {}
        self._sources = sources
        self._paths = sources.paths()
        self.settings = self._settings(root)
        roots = tuple(dict.fromkeys(self._package_roots()))
        self.packages = (self.settings, *(self._settings(package) for package in roots))
        self.dialect, self.adapter = self._engine(sources)
        self.base = frozenset(self.blobs)
        self.models: dict[str, list[ModelFile]] = {}
        self.by_path: dict[str, list[ModelFile]] = {}
        self.schema_files: dict[str, SchemaFile] = {}
        self.sources: dict[tuple[str, str], SourceTable] = {}
        self.properties: dict[tuple[str, str], Properties] = {}
        self.measures: dict[str, Measure] = {}
        self.metrics: dict[str, Metric] = {}
        self.measured_in: set[str] = set()
        self._versions: dict[str, tuple[str, str]] = {}
        macros: list[MacroFile] = []
        for settings in self.packages:
            macros += self._index(settings)
        if not self.dialect:
            names = (name for file in macros for name in file.names)
            self.adapter = spoken_adapter(names)
            self.dialect = dialect_of(self.adapter)
        self.library = Library(macros, self.settings.name, self.adapter)
        self.base |= {file.path for file in macros if not NAMING.isdisjoint(file.names)}
        del self._sources

    def _read(self, path: str) -> SourceFile | None:
        file = self._sources.read(path)
        self.blobs[path] = file.blob if file else ""
        return file

    def _settings(self, root: str) -> Settings:
        file = self._read(inside(root, PROJECT_FILE))
        return read_settings(root, file.text if file else "")

    def _engine(self, sources: Sources) -> tuple[str, str]:
        """Return the dialect and adapter; what the configuration says comes before the profile."""
        sample = next(iter(self._below(self.settings.models)), inside(self.root, "models/x.sql"))
        dialect = sources.dialect(sample)
        guessed = "" if dialect else guessed_adapter(self.settings, self._read, self._exists)
        return (dialect, adapter_of(dialect)) if dialect else (dialect_of(guessed), guessed)

    def _exists(self, path: str) -> bool:
        index = bisect_left(self._paths, path)
        return index < len(self._paths) and self._paths[index] == path

    def _below(self, folders: Sequence[str]) -> Iterator[str]:
        for folder in dict.fromkeys(folders):
            prefix = f"{folder}/" if folder else ""
            index = bisect_left(self._paths, prefix)
            while index < len(self._paths) and self._paths[index].startswith(prefix):
                yield self._paths[index]
                index += 1

    def _package_roots(self) -> Iterator[str]:
        """Yield the folders of installed packages, and of local ones."""
        for path in self._below(self.settings.installed):
            folder, _, name = path.rpartition("/")
            if name == PROJECT_FILE and folder.rpartition("/")[0] in self.settings.installed:
                yield folder
        for name in ("packages.yml", "dependencies.yml"):
            path = inside(self.root, name)
            file = self._read(path) if self._exists(path) else None
            for local in _local_packages(file.text) if file else ():
                folder = inside(self.root, local)
                if self._exists(inside(folder, PROJECT_FILE)):
                    yield folder

    def _index(self, settings: Settings) -> Iterator[MacroFile]:
        """Enter what one package has: models and schema files here, its macros returned."""
        for path in self._below((*settings.models, *settings.snapshots, *settings.seeds)):
            place = settings.folder_of(path)
            if place is None or place[0] not in MODEL_KINDS:
                continue
            if path.endswith((".yml", ".yaml")):
                self._index_schema_file(path, settings)
            else:
                self._index_models(path, place[0], settings)
        for path in self._below(settings.macros):
            if path.endswith(".sql") and (file := self._read(path)):
                yield macro_file(path, settings.name, file.text)

    def _index_models(self, path: str, kind: str, settings: Settings) -> None:
        name, _, ending = path.rpartition("/")[2].rpartition(".")
        if ending not in {"models": ("sql", "py"), "snapshots": ("sql",), "seeds": ("csv",)}[kind]:
            return
        names = [name]
        if kind == "snapshots" and (file := self._read(path)):
            names = _SNAPSHOT.findall(file.text) or names
        for each in names:
            model = ModelFile(each, path, kind, settings)
            self.models.setdefault(each, []).append(model)
            self.by_path.setdefault(path, []).append(model)

    def _index_schema_file(self, path: str, settings: Settings) -> None:
        file = self._read(path)
        if file is None:
            return
        known = self.schema_files[path] = _schema_file(path, file.blob, file.text)
        for table in known.sources:
            self.sources.setdefault((table.source, table.properties.name), table)
        if known.measures or known.metrics:
            self.measured_in.add(path)
        for measure in known.measures:
            self.measures.setdefault(measure.name, measure)
        for metric in known.metrics:
            self.metrics.setdefault(metric.name, metric)
        for properties in known.properties:
            self.properties.setdefault((properties.kind, properties.name), properties)
            if properties.relation:
                snapshot = ModelFile(properties.name, path, properties.kind, settings)
                self.models.setdefault(properties.name, []).append(snapshot)
            for version, defined, _ in properties.versions:
                self._versions.setdefault(defined, (properties.name, version))

    def model(
        self, name: str, package: str | None = None, version: str | None = None
    ) -> ModelFile | None:
        """Return the model that `ref` means, the project's own before those of packages."""
        properties = self.properties.get(("models", name))
        if properties and properties.versions:
            wanted = (
                version
                or properties.latest
                or max((v for v, _, _ in properties.versions), key=_version_order)
            )
            defined = next((d for v, d, _ in properties.versions if v == wanted), name)
            name = defined if defined in self.models else name
        elif version and f"{name}_v{version}" in self.models:
            name = f"{name}_v{version}"
        found = self.models.get(name, ())
        return next(
            (m for m in found if package in (None, m.settings.name)), found[0] if found else None
        )

    def properties_of(self, model: ModelFile) -> Properties | None:
        """Return what schema files say of a model; of a version, what they say of all."""
        stem = self._versions.get(model.name, (model.name, ""))[0]
        return self.properties.get((model.kind, model.name)) or self.properties.get(
            (model.kind, stem)
        )

    def outer_config(self, model: ModelFile) -> dict[str, Any]:
        """Return the configuration of a model from around its file: folders, then schema files."""
        config = model.settings.config_for(model.kind, model.path, model.name)
        if model.settings.root != self.root:
            place = model.settings.folder_of(model.path)
            inner = model.path[len(place[1]) :].strip("/").split("/")[:-1] if place else []
            tree = self.settings.configuration.get(model.kind, {})
            config |= configured(tree, (model.settings.name, *inner, model.name))
        properties = self.properties_of(model)
        if properties:
            config |= properties.config
            config |= next((c for _, d, c in properties.versions if d == model.name), {})
        return config

    def version_of(self, model: ModelFile) -> tuple[str, str]:
        """Return a model's name without its version, and the version, empty where it has none."""
        return self._versions.get(model.name, (model.name, ""))

    def default_alias(self, model: ModelFile) -> str:
        """Return the name of the table where no alias is given: a version is part of it."""
        stem, version = self.version_of(model)
        return f"{stem}_v{version}" if version else model.name

    def patterns(self, path: str) -> Iterator[str]:
        """Yield which files, if added, could alter what `path` says: macros, properties around it.

        dbt reads properties from anywhere; they stand in the model's own folder or one around it.
        """
        for folder in self.settings.macros:
            yield f"{folder}/**.sql"
        yield from self.property_patterns(path)

    def property_patterns(self, path: str) -> Iterator[str]:
        """Yield the schema files that could, if added, tell of what `path` makes."""
        folder = path.rpartition("/")[0]
        while folder and folder != self.root:
            yield f"{folder}/*.yml"
            folder = folder.rpartition("/")[0]

    def missed_patterns(self) -> Iterator[str]:
        """Yield the files that could, if added, be or declare what a model did not find."""
        for package in self.packages:
            for folder in (*package.models, *package.snapshots, *package.seeds):
                yield from (f"{folder}/**{ending}" for ending in _MADE)
        yield from (f"{folder}/**.sql" for folder in self.settings.installed)

    def variable(self, name: str, package: str) -> tuple[bool, Any]:
        """Return whether the project gives a variable, and its value, as it is written."""
        for settings, scope in ((self.settings, package), *((s, s.name) for s in self.packages)):
            scoped = settings.variables.get(scope)
            for place in (scoped, settings.variables):
                if isinstance(place, Mapping) and name in place:
                    return True, place[name]
        return False, None


def _version_order(version: str) -> tuple[int, float, str]:
    plain = re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", version)
    return (1, float(version), "") if plain else (0, 0.0, version)


def _local_packages(text: str) -> list[str]:
    try:
        document = load(text, last_wins=True)
    except ValueError:
        return []  # dbt itself will refuse it; the models are read without its packages
    listed = document.get("packages") if isinstance(document, Mapping) else None
    entries = listed if isinstance(listed, list) else []
    return [
        str(e["local"])
        for e in entries
        if isinstance(e, Mapping) and isinstance(e.get("local"), str)
    ]


@lru_cache(maxsize=1024)
def _schema_file(path: str, blob: str, text: str) -> SchemaFile:
    return read_schema_file(path, blob, text)


class _Known(msgspec.Struct, frozen=True):
    """A project, and the revision that it was read from, as long as anybody works on that."""

    revision: "ref[Sources]"
    project: Project


_projects: OrderedDict[tuple[int, str], _Known] = OrderedDict()
_lock = Lock()


def project_at(root: str, sources: Sources) -> Project:
    """Return the project in `root`, shared by all files of one revision.

    A revision is the object that offers its files. Where `sources` offers `unrecorded`, that is
    meant, so that the file which happens to come first does not seem to depend on every schema
    file.
    """
    revision: Sources = getattr(sources, "unrecorded", sources)
    key = (id(revision), root)
    with _lock:
        known = _projects.get(key)
        # an id is given again once its object is gone
        if known is not None and known.revision() is revision:
            _projects.move_to_end(key)
            return known.project
    project = Project(root, revision)
    with _lock:
        _projects[key] = _Known(ref(revision), project)
        for old in [each for each, one in _projects.items() if one.revision() is None]:
            del _projects[old]
        while len(_projects) > MOST_PROJECTS:
            _projects.popitem(last=False)
    return project

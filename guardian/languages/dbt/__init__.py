"""dbt projects, read without running dbt: models, snapshots, seeds and schema files."""

from guardian.languages import Extractor, Sources
from guardian.languages.dbt.roots import PROJECT_FILE, project_root, settings_of
from guardian.model.plan import Lowered
from guardian.model.source import SourceFile

_CLAIMED = {
    "models": (".sql", ".py", ".yml", ".yaml"),
    "snapshots": (".sql", ".yml", ".yaml"),
    "seeds": (".csv", ".yml", ".yaml"),
    "macros": (".sql", ".yml", ".yaml"),
    "ignored": (".sql", ".yml", ".yaml"),
    "installed": (".sql", ".py", ".yml", ".yaml", ".csv", ".json"),
}


def claims(path: str, sources: Sources) -> bool:
    """Return whether `path` is part of a dbt project, if only a macro, a test or a package."""
    if not path.endswith((".sql", ".py", ".yml", ".yaml", ".csv", ".json")):
        return False
    root = project_root(path, sources)
    if root is None:
        return False
    if path.rpartition("/")[2] == PROJECT_FILE:
        return True
    place = settings_of(root, sources).folder_of(path)
    return place is not None and path.endswith(_CLAIMED[place[0]])


def extract(file: SourceFile, sources: Sources) -> Lowered:
    """Return what one file of a dbt project says."""
    # claiming a file loads neither Jinja nor sqlglot
    from guardian.languages.dbt.extraction import lowered  # noqa: PLC0415

    return lowered(file, sources)


EXTRACTOR = Extractor(
    name="dbt", version="6", rank=10, claims=claims, extract=extract, contained=True
)

"""What dbt has built or installed beside a project, which repositories seldom keep.

`target/manifest.json` and `target/catalog.json` are facts about the project, `dbt_packages/` the
macros that its models call. They lie on disk only, ignored by git, and stand beside every revision
alike, so that no change is seen in them. A project that is looked at alone may keep models and
macros in folders around it (`../../macros`); these are read as far as the repository goes.
"""

import os
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path

from msgspec.structs import replace

from guardian.languages.dbt.settings import read_settings
from guardian.sources.files import Entry
from guardian.sources.folder import entry

ANALYSED = ("target/manifest.json", "target/catalog.json")
PACKAGES = ("dbt_packages", "dbt_modules")
MOST_FILES = 20_000
LIMIT = 100_000_000  # a manifest holds the SQL of all models
_WANTED = (".sql", ".yml", ".yaml", ".csv", ".py")


def built(root: Path, projects: Iterable[str]) -> Iterator[tuple[Entry, bool]]:
    """Yield what lies beside the dbt `projects` below `root`, and whether it is to be analysed."""
    for project in projects:
        folder = f"{project}/" if project else ""
        for name in ANALYSED:
            found = entry(root, f"{folder}{name}")
            if isinstance(found, Entry):
                yield replace(found, load=partial(_generously, found)), True
        for name in PACKAGES:
            for path in islice(_below(root / folder / name, f"{folder}{name}"), MOST_FILES):
                found = entry(root, path)
                if isinstance(found, Entry):
                    yield found, False


def around(root: Path, projects: Iterable[str]) -> Iterator[tuple[Entry, bool]]:
    """Yield what the dbt `projects` keep outside of `root`, inside the repository that holds it."""
    whole = next((one for one in root.resolve().parents if (one / ".git").exists()), None)
    if whole is None or (root / ".git").exists():
        return
    for project in projects:
        try:
            text = (root / project / "dbt_project.yml").read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        settings = read_settings(project, text)
        folders = (*settings.models, *settings.macros, *settings.seeds, *settings.snapshots)
        for folder in dict.fromkeys(each for each in folders if each.startswith("../")):
            place = root / folder
            if place.resolve().is_relative_to(whole):
                for path in islice(_below(place, folder), MOST_FILES):
                    found = entry(root, path)
                    if isinstance(found, Entry):
                        yield found, False


def _generously(found: Entry, limit: int) -> bytes:
    return found.load(max(limit, LIMIT))


def _below(folder: Path, called: str) -> Iterator[str]:
    """Yield the files below `folder`, which paths of the revision call `called`."""
    if folder.is_symlink() or not folder.is_dir():
        return
    for above, folders, names in os.walk(folder):
        folders.sort()
        inside = Path(above).relative_to(folder).as_posix()
        before = called if inside == "." else f"{called}/{inside}"
        yield from (f"{before}/{name}" for name in sorted(names) if name.endswith(_WANTED))

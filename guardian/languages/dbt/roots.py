"""Which dbt project a file belongs to, told from paths and `dbt_project.yml` alone."""

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

import msgspec

from guardian.languages import Sources
from guardian.languages.dbt.settings import Settings, read_settings

PROJECT_FILE = "dbt_project.yml"
MOST_REVISIONS = 6


class Roots(msgspec.Struct):
    """The folders with a `dbt_project.yml`; `paths` is kept so that its identity stays taken."""

    paths: Sequence[str]
    folders: frozenset[str]


_roots: OrderedDict[int, Roots] = OrderedDict()
_lock = Lock()


def project_root(path: str, sources: Sources) -> str | None:
    """Return the folder of the project that `path` is part of, None where it is part of none."""
    folders = _folders(sources.paths())
    if not folders:
        return None
    parts = path.split("/")[:-1]
    found = None
    for length in range(len(parts), -1, -1):
        folder = "/".join(parts[:length])
        if folder not in folders:
            continue
        if found is None or any(
            f"{found}/".startswith(f"{place}/") for place in settings_of(folder, sources).installed
        ):
            found = folder
    return found


def _folders(paths: Sequence[str]) -> frozenset[str]:
    with _lock:
        known = _roots.get(id(paths))
        if known is None or known.paths is not paths:
            ends = (p for p in paths if p == PROJECT_FILE or p.endswith(f"/{PROJECT_FILE}"))
            folders = frozenset(p.removesuffix(PROJECT_FILE).rstrip("/") for p in ends)
            known = _roots[id(paths)] = Roots(paths, folders)
            while len(_roots) > MOST_REVISIONS:
                _roots.popitem(last=False)
        return known.folders


def settings_of(root: str, sources: Sources) -> Settings:
    """Return the settings of the project in the folder `root`."""
    file = sources.read(inside(root, PROJECT_FILE))
    return read_settings(root, file.text if file else "")


def inside(root: str, path: str) -> str:
    """Return `path` of the folder `root`, from the repository's root."""
    parts: list[str] = []
    for part in f"{root}/{path}".split("/"):
        if part == "..":
            parts[-1:] = []
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)

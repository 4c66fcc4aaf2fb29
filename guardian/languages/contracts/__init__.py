"""Data contracts: from a YAML or JSON file to what its tables promise. A file for each form."""

import re
from functools import lru_cache

import pathspec

from guardian.languages import Extractor, Sources, dbt
from guardian.model.plan import Lowered
from guardian.model.source import SourceFile

_NAMED = (".odcs.yaml", ".odcs.yml")
_FOLDER = re.compile(r"(?:^|/)(?:data[_-]?)?contracts?/.*\.(?:ya?ml|json)$", re.IGNORECASE)


def claims(path: str, sources: Sources) -> bool:
    """Return whether the file at `path` is a contract by its name, its folder, or configuration.

    A dbt project may have a folder `contracts/` of its own, which is about something else.
    """
    patterns = sources.settings().get("contracts", ())
    if patterns:
        return _matches(tuple(patterns), path)
    if path.lower().endswith(_NAMED):
        return True
    return _FOLDER.search(path) is not None and not dbt.claims(path, sources)


def extract(file: SourceFile, sources: Sources) -> Lowered:
    """Return what the tables of one contract file promise."""
    # claiming a file loads no YAML
    from guardian.languages.contracts.extraction import lowered  # noqa: PLC0415

    return lowered(file, sources)


@lru_cache(maxsize=20_000)
def _matches(patterns: tuple[str, ...], path: str) -> bool:
    return _compiled(patterns).match_file(path)


@lru_cache(maxsize=8)
def _compiled(patterns: tuple[str, ...]) -> pathspec.GitIgnoreSpec:
    return pathspec.GitIgnoreSpec.from_lines(patterns)


EXTRACTOR = Extractor(name="contract", version="2", rank=5, claims=claims, extract=extract)

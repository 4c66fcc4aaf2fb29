"""dbt extraction as a pure function of JSON values, for a process kept apart."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from typing import Any

import msgspec

from guardian.languages import Sources
from guardian.languages.dbt import claims, extract
from guardian.languages.recording import Recording
from guardian.model.plan import Lowered
from guardian.model.source import SourceFile

OPEN = "guardian.languages.dbt.worker:opened"

_READ_BESIDE = (
    ".yml",
    ".yaml",
    "requirements.txt",
    "requirements.in",
    "pyproject.toml",
    "Pipfile",
    "setup.py",
)


class Given:
    """The files of a revision, as they were handed over."""

    def __init__(self, opening: Mapping[str, Any]) -> None:
        """Take the files, all paths, and the dialects out of `opening`."""
        self._files = {
            path: SourceFile(path, text, blob) for path, (text, blob) in opening["files"].items()
        }
        self._paths = tuple(opening["paths"])
        self._dialects: Mapping[str, str] = opening["dialects"]

    def beside(self, texts: Mapping[str, str]) -> "Given":
        """Return the same files with other texts in some of them."""
        other = copy(self)
        other.replace(texts)
        return other

    def replace(self, texts: Mapping[str, str]) -> None:
        """Take other texts for some files."""
        changed = {path: SourceFile(path, text, "") for path, text in texts.items()}
        self._files = {**self._files, **changed}

    def read(self, path: str) -> SourceFile | None:
        """Return the file at `path`, None where there is none."""
        return self._files.get(path)

    def paths(self) -> Sequence[str]:
        """Return the paths of all files of the revision, sorted."""
        return self._paths

    def dialect(self, path: str) -> str:
        """Return the dialect that the configuration gives `path`."""
        return self._dialects.get(path, self._dialects.get("", ""))

    def settings(self) -> Mapping[str, Any]:
        """Return nothing: dbt needs no other settings."""
        return {}


def opening(sources: Sources) -> dict[str, Any]:
    """Return all that this revision's dbt files may read, as JSON values for `opened`."""
    wanted = sorted(set(_wanted(sources)))
    found = {path: file for path in wanted if (file := sources.read(path)) is not None}
    default = sources.dialect("models/x.sql")
    dialects = {path: dialect for path in found if (dialect := sources.dialect(path)) != default}
    return {
        "files": {path: [file.text, file.blob] for path, file in found.items()},
        "paths": list(sources.paths()),
        "dialects": {"": default, **dialects},
    }


def _wanted(sources: Sources) -> Iterator[str]:
    for path in sources.paths():
        if claims(path, sources) or path.endswith(_READ_BESIDE):
            yield path


def opened(payload: Mapping[str, Any]) -> Callable[[str | list[Any]], Any]:
    """Return the function that lowers one path of the revision in `payload`.

    Or a path and texts by path, which stand in place of those of the revision.
    """
    # what every question needs is loaded here, so that the first is not charged for it
    import guardian.languages.dbt.extraction  # noqa: F401, PLC0415

    whole = Given(payload)

    def answer(question: str | list[Any]) -> Any:
        path, texts = (question, {}) if isinstance(question, str) else question
        # The project is read once: what a file says of itself bears on no other.
        sources = whole.beside(texts) if texts.keys() - {path} else whole
        file = SourceFile(path, texts[path], "") if path in texts else sources.read(path)
        if file is None:
            return msgspec.to_builtins(Lowered(path=path, language="dbt", failed=True))
        recording = Recording(sources, path)
        lowered = extract(file, recording)
        return msgspec.to_builtins(
            msgspec.structs.replace(lowered, files_read=recording.files_read)
        )

    return answer


def answered(answer: object) -> Lowered:
    """Return the plan that an answer carries.

    Raises:
        msgspec.ValidationError: it is none.
    """
    return msgspec.convert(answer, Lowered)

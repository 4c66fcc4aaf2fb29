"""Runs the real pipeline over the folder of a case."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from guardian import exposures, pipeline
from guardian.causes import Causes
from guardian.config import accepted_risks
from guardian.engines.deep import deep
from guardian.languages import safe_yaml
from guardian.model.acceptance import Acceptance
from guardian.model.changes import Report, Revision
from guardian.model.lineage import Coverage, Lineage
from guardian.model.plan import Lowered
from guardian.model.snapshot import Snapshot
from guardian.model.source import SourceFile
from guardian.sources.configuration import Options, configuration, on_disk
from guardian.sources.files import Files, blob_id
from guardian.sources.folder import open_folder

TODAY = date(2026, 6, 1)


def folders(root: Path, marker: str) -> list[Path]:
    """Return the cases below `root`: the folders that hold a folder called `marker`."""
    return sorted(path.parent for path in root.glob(f"**/{marker}") if path.is_dir())


def lowered(
    folder: Path, seen: pipeline.Seen | None = None
) -> tuple[tuple[Lowered, ...], Coverage]:
    """Return the files of a folder, lowered."""
    files = opened(folder)
    return pipeline.lower(files, files.selected(), None, seen)


def opened(folder: Path) -> Files:
    """Return the files of a folder."""
    return open_folder(folder, configuration(on_disk(folder), Options()))


def scanned(folder: Path) -> Lineage:
    """Return the lineage document of a folder."""
    return deep(lambda: pipeline.scan(*lowered(folder)))


def reported(base: Path, head: Path) -> Report:
    """Return the report from one folder to another."""

    def work() -> Report:
        seen = pipeline.Seen()
        before, _ = lowered(base, seen)
        after, coverage = lowered(head, seen)
        return pipeline.report(
            before,
            after,
            revisions=(Revision("base", None), Revision("head", None)),
            coverage=coverage,
            known=msgspec.structs.replace(
                _known(base.parent, head),
                origin=Causes(before, after, opened(base), opened(head)),
            ),
        )

    return deep(work)


def _known(case: Path, head: Path) -> pipeline.Known:
    """Return the world beyond the code of a case: its snapshot, dashboards and KPIs."""
    path = case / "snapshot.json"
    snapshot = (
        msgspec.json.decode(path.read_bytes(), type=Snapshot) if path.is_file() else Snapshot()
    )
    found = [
        exposures.read(safe_yaml.load((head / name).read_text(encoding="utf-8")), name)
        for name in ("dashboards.yml", "kpis.yml")
        if (head / name).is_file()
    ]
    return pipeline.Known(
        today=TODAY,
        accepted=accepted_risks(configuration(on_disk(case / "base"), Options())),
        snapshot=snapshot,
        exposures=tuple(item for each in found for item in each.exposures),
        queries=tuple(item for each in found for item in each.queries),
        dialect=configuration(on_disk(head), Options()).sql.dialect,
        compatibility=configuration(on_disk(case / "base"), Options()).contracts.compatibility,
    )


def plain(document: msgspec.Struct) -> Any:
    """Return a document as JSON has it."""
    return json.loads(msgspec.json.encode(document))


def essential(changes: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return of each change what a case pins down."""
    keys = ("rule", "severity", "dataset", "column", "before", "after", "job", "location")
    return [
        {key: change[key] for key in keys}
        | _felt(change["impact"])
        | ({"cause": change["cause"]} if change["cause"] else {})
        | ({"accepted": change["accepted"]} if change["accepted"] else {})
        for change in changes
    ]


def _felt(impact: dict[str, Any]) -> dict[str, Any]:
    columns = [f"{ref['dataset']}.{ref['column']}" for ref in impact["columns"]]
    return {
        "impact": {
            **{key: impact[key] for key in ("datasets", "dashboards", "kpis")},
            "columns": columns,
            **({"promises": impact["promises"]} if impact["promises"] else {}),
        }
    }


class InMemory:
    """Files that exist in a test only."""

    def __init__(self, files: Mapping[str, str], dialect: str = "duckdb") -> None:
        """Take texts by path, all of one dialect."""
        self.files = dict(files)
        self._dialect = dialect

    def read(self, path: str) -> SourceFile | None:
        """Return a file."""
        text = self.files.get(path)
        return None if text is None else SourceFile(path, text, blob_id(text.encode()))

    def blob(self, path: str) -> str | None:
        """Return a file's blob id."""
        file = self.read(path)
        return file.blob if file else None

    def text(self, path: str) -> str | None:
        """Return a file's text."""
        return self.files.get(path)

    def paths(self) -> Sequence[str]:
        """Return all paths."""
        return sorted(self.files)

    def dialect(self, path: str) -> str:  # noqa: ARG002 - one for all
        """Return the dialect."""
        return self._dialect

    def settings(self) -> Mapping[str, Any]:
        """Return no settings."""
        return {}


def difference(
    base: Mapping[str, str],
    head: Mapping[str, str],
    dialect: str = "duckdb",
    search: pipeline.Search | None = None,
    *,
    accepted: tuple[Acceptance, ...] = (),
    today: date = TODAY,
) -> Report:
    """Return the report between two sets of files, with witnesses where somebody looks for them."""
    revisions = (Revision("base", None), Revision("head", None))

    def work() -> Report:
        seen = pipeline.Seen()
        before, _ = pipeline.lower(InMemory(base, dialect), sorted(base), None, seen)
        after, coverage = pipeline.lower(InMemory(head, dialect), sorted(head), None, seen)
        return pipeline.report(
            before,
            after,
            revisions=revisions,
            coverage=coverage,
            known=pipeline.Known(
                today=today,
                accepted=accepted,
                origin=Causes(before, after, InMemory(base), InMemory(head)),
            ),
            search=search,
        )

    return deep(work)


def lineage_of(files: Mapping[str, str], dialect: str = "duckdb") -> Lineage:
    """Return the lineage document of a set of files."""

    def work() -> Lineage:
        return pipeline.scan(*pipeline.lower(InMemory(files, dialect), sorted(files)))

    return deep(work)

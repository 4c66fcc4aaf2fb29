"""A dbt project as texts, lowered as the real pipeline does: for the tests of dbt."""

import hashlib
from collections.abc import Mapping, Sequence
from textwrap import dedent
from typing import Any

from guardian.languages.dbt import EXTRACTOR, claims
from guardian.languages.recording import Recording
from guardian.model.plan import Lowered, Project, Scan
from guardian.model.source import SourceFile

PROJECT = """
name: shop
profile: shop
vars: {min_amount: 5, shop: {scoped: 7}}
models:
  shop:
    +materialized: table
    marts: {+schema: marts}
"""
SOURCES = """
sources:
  - name: raw
    schema: raw_data
    tables:
      - name: orders
        identifier: orders_v1
        columns:
          - {name: id, data_type: INTEGER, tests: [unique, not_null]}
          - {name: amount, data_type: "decimal(10,2)"}
      - name: loose
"""


class Tree:
    """The files of one revision, from a dictionary."""

    def __init__(self, files: Mapping[str, str], dialect: str = "duckdb") -> None:
        self._files = {
            path: SourceFile(path, dedent(text).lstrip("\n"), hashlib.sha1(text.encode()).hexdigest())  # noqa: S324
            for path, text in files.items()
        }  # fmt: skip
        self._paths = tuple(sorted(files))
        self._dialect = dialect

    def read(self, path: str) -> SourceFile | None:
        return self._files.get(path)

    def blob(self, path: str) -> str | None:
        file = self.read(path)
        return file.blob if file else None

    def paths(self) -> Sequence[str]:
        return self._paths

    def dialect(self, path: str) -> str:  # noqa: ARG002
        return self._dialect

    def settings(self) -> Mapping[str, Any]:
        return {}


def lower(path: str, files: Mapping[str, str], dialect: str = "duckdb") -> Lowered:
    tree = Tree({"dbt_project.yml": PROJECT, "models/sources.yml": SOURCES, **files}, dialect)
    recording = Recording(tree, path)
    file = tree.read(path)
    assert file is not None
    assert claims(path, recording)
    lowered = EXTRACTOR.extract(file, recording)
    return Lowered(**{**{f: getattr(lowered, f) for f in lowered.__struct_fields__},
                      "files_read": recording.files_read})  # fmt: skip


def model(text: str, files: Mapping[str, str] | None = None, dialect: str = "duckdb") -> Lowered:
    return lower("models/m.sql", {"models/m.sql": text, **(files or {})}, dialect)


def scans(lowered: Lowered) -> list[str]:
    return sorted({node.dataset for node in lowered.nodes if isinstance(node, Scan)})


def columns(lowered: Lowered) -> list[str | None]:
    last = lowered.nodes[lowered.writes[0].plan]
    assert isinstance(last, Project), last
    return [item.name for item in last.items]


def quiet(lowered: Lowered) -> Lowered:
    assert not lowered.warnings
    return lowered

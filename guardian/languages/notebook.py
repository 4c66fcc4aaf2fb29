"""Notebooks: the cells of `.ipynb` files and of Databricks and Synapse exports, as one program.

Cells share names and the session, so that they are put together as one Python text: an SQL cell
becomes a call that runs it, a `%run` a call that runs the other notebook, and what is neither is
left blank. Each line remembers the line of the file that it came from.
"""

import ast
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from posixpath import dirname, join, normpath

from guardian.languages import Extractor, Sources
from guardian.languages.python.modules import SIZE_LIMIT, nesting
from guardian.languages.python.program import Program, lower_program
from guardian.model.lineage import Diagnostic
from guardian.model.plan import Lowered
from guardian.model.source import SourceFile

LANGUAGE = "pyspark"
NOTEBOOK_SIZE_LIMIT = 20_000_000
JSON_DEPTH_LIMIT = 200
RUN, CELL = "__run_notebook__", "__run_cell__"
HEADERS = (
    "# Databricks notebook source", "-- Databricks notebook source",
    "// Databricks notebook source", "# Fabric notebook source", "-- Fabric notebook source",
    "// Fabric notebook source",
)  # fmt: skip
_COMMAND = re.compile(r"^(?:#|--|//) COMMAND -{5,}\s*$")
# The parts of a notebook of Fabric; what is no cell is prose or says how the notebook runs.
_PART = re.compile(r"^(?:#|--|//) (?:PARAMETERS )?(CELL|METADATA|MARKDOWN) \*{5,}\s*$")
_MAGIC_LINE = re.compile(r"^(?:#|--|//) MAGIC ?")
_CELL_MAGIC = re.compile(r"^\s*%{1,2}(\w+)(.*)$")
# What a notebook takes for a command to the shell without a mark.
_INSTALL = re.compile(
    r"(?:pip3?|conda|mamba)\s+(?:install|uninstall|list|freeze|show)\b(?!\s*[=(.])"
)
_CONTINUED = re.compile(r"\\[ \t]*$", re.MULTILINE)
PYTHON = frozenset({"python", "py", "pyspark", "python3", "ipython"})
SQL = frozenset({"sql", "sparksql", "spark_sql"})
# Magics that only measure or print: the rest of the cell is Python.
TRANSPARENT = frozenset({"time", "timeit", "capture", "prun", "memit", "local_"})


@dataclass
class Cell:
    """One cell: its language, its lines, and the line of the file that each came from."""

    language: str
    lines: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)


def claims(path: str, _sources: Sources) -> bool:
    """Return whether `path` may be a notebook; SQL and Python tell an export when they read it."""
    if path.endswith(".ipynb"):
        return True
    if path.endswith(".json"):
        return "/notebook/" in f"/{path}"
    return path.endswith(".scala")


def is_export(text: str) -> bool:
    """Return whether a `.py` or `.sql` text is a notebook that Databricks exported."""
    return text.lstrip("\ufeff").startswith(HEADERS) or "\n-- COMMAND ----------" in text


def extract(file: SourceFile, sources: Sources) -> Lowered:
    """Return what a notebook reads and writes."""
    warnings: list[Diagnostic] = []
    readable = not file.path.endswith(".scala") or is_export(file.text)
    program = program_of(file, warnings) if readable else None
    if program is None:
        return Lowered(
            path=file.path, language=LANGUAGE, warnings=tuple(warnings), failed=bool(warnings)
        )
    lowered = lower_program(program, sources, LANGUAGE)
    if not warnings:
        return lowered
    return Lowered(
        path=lowered.path, language=lowered.language, nodes=lowered.nodes, writes=lowered.writes,
        declarations=lowered.declarations, tables=lowered.tables, exposures=lowered.exposures,
        aliases=lowered.aliases, warnings=tuple(sorted({*lowered.warnings, *warnings})),
        files_read=lowered.files_read, failed=lowered.failed,
    )  # fmt: skip


def program_of(file: SourceFile, warnings: list[Diagnostic]) -> Program | None:
    """Return a notebook as one program.

    None where it cannot be read, with the reason in `warnings`.
    """
    if file.path.endswith((".ipynb", ".json")):
        cells = json_cells(file, warnings)
    else:
        cells = exported_cells(file)
    if not cells:
        return None
    return assembled(file.path, cells, warnings)


# --- cells ----------------------------------------------------------------------------------------


def json_cells(file: SourceFile, warnings: list[Diagnostic]) -> list[Cell]:
    """Return the code cells of an `.ipynb` file or a Synapse export."""

    def refuse(message: str, line: int = 1) -> list[Cell]:
        warnings.append(Diagnostic(file.path, line, message))
        return []

    if len(file.text) > NOTEBOOK_SIZE_LIMIT:
        return refuse(
            f"the notebook is larger than {NOTEBOOK_SIZE_LIMIT:,} characters and was not read"
        )
    try:
        document = json.loads(file.text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        return refuse(f"not a notebook: {error}", getattr(error, "lineno", 1))
    properties = document.get("properties") if isinstance(document, dict) else None
    notebook = properties if isinstance(properties, dict) else document
    found = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(found, list):
        return [] if file.path.endswith(".json") else refuse("not a notebook: it has no cells")
    default = _kernel_language(notebook)
    finder = _LineFinder(file.text)
    cells: list[Cell] = []
    for raw in found:
        cell = _json_cell(raw, default, finder)
        if cell is not None:
            cells.append(cell)
    return cells


def _kernel_language(notebook: dict[str, object]) -> str:
    metadata = notebook.get("metadata")
    for key in ("language_info", "kernelspec"):
        part = metadata.get(key) if isinstance(metadata, dict) else None
        name = (part.get("name") or part.get("language")) if isinstance(part, dict) else None
        if isinstance(name, str):
            return (
                "sql" if name.lower() in SQL else "scala" if "scala" in name.lower() else "python"
            )
    return "python"


def _json_cell(raw: object, default: str, finder: "_LineFinder") -> Cell | None:
    if not isinstance(raw, dict):
        return None
    source = raw.get("source")
    text = (
        "".join(part for part in source if isinstance(part, str))
        if isinstance(source, list)
        else source
    )
    if not isinstance(text, str):
        return None
    lines = text.split("\n")
    numbers = finder.lines(lines)
    return Cell(default, lines, numbers) if raw.get("cell_type") == "code" else None


class _LineFinder:
    """Finds the lines of the file on which the lines of cells stand, in one pass."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.line = 1

    def lines(self, lines: Sequence[str]) -> list[int]:
        """Return the line of each; one that is not found stands where the one before did."""
        return [self._line(line) for line in lines]

    def _line(self, line: str) -> int:
        if not line.strip():
            return self.line
        for ascii_only in (False, True):
            written = json.dumps(line, ensure_ascii=ascii_only)[1:-1]
            found = self.text.find(written, self.position)
            if found >= 0:
                self.line += self.text.count("\n", self.position, found)
                self.position = found + len(written)
                break
        return self.line


def exported_cells(file: SourceFile) -> list[Cell]:
    """Return the cells of an export of Databricks or Fabric.

    ` %sql` without its `# MAGIC` counts, too.
    """
    default = {"sql": "sql", "scala": "scala"}.get(file.path.rpartition(".")[2], "python")
    cells = [Cell(default)]
    for number, line in enumerate(file.text.lstrip("\ufeff").splitlines(), start=1):
        if _COMMAND.match(line):
            cells.append(Cell(default))
        elif part := _PART.match(line):
            cells.append(Cell(default if part.group(1) == "CELL" else "prose"))
        elif not line.startswith(HEADERS):
            magic = _MAGIC_LINE.match(line)
            cells[-1].lines.append(line[magic.end() :] if magic else line)
            cells[-1].numbers.append(number)
    return cells


# --- one program ----------------------------------------------------------------------------------


def assembled(path: str, cells: Sequence[Cell], warnings: list[Diagnostic]) -> Program:
    """Return the cells as one Python text."""
    lines: list[str] = []
    numbers: list[int] = []
    for cell in cells:
        for line, number in _python_lines(cell, path, warnings):
            lines.append(line)
            numbers.append(number)
    return Program(path, "\n".join(lines) + "\n", numbers, notebook=True)


def _python_lines(cell: Cell, path: str, warnings: list[Diagnostic]) -> Iterator[tuple[str, int]]:
    language, first, rest = _language(cell)
    if language in SQL:
        rest = "" if rest.lstrip().startswith("#") else rest
        text = "\n".join([rest, *cell.lines[first + 1 :]] if first >= 0 else cell.lines)
        text = _CONTINUED.sub("", text)
        start = cell.numbers[max(first, 0)] if cell.numbers else 1
        if text.strip():
            yield f"{CELL}({text!r})", start
        return
    if language == "run":
        for index, line in enumerate(cell.lines):
            match = _CELL_MAGIC.match(line)
            if match and match.group(1) == "run":
                yield f"{RUN}({_notebook_path(match.group(2))!r})", cell.numbers[index]
        return
    if language not in PYTHON:
        return
    lines = [_without_magic(line, index, first) for index, line in enumerate(cell.lines)]
    yield from zip(_parsed(lines, cell, path, warnings), cell.numbers, strict=True)


def _language(cell: Cell) -> tuple[str, int, str]:
    """Return a cell's language, the index of its magic's line (-1: none), and what follows it."""
    for index, line in enumerate(cell.lines):
        if not line.strip() or line.strip().startswith(("#", "--")):
            continue
        match = _CELL_MAGIC.match(line)
        if match is None:
            break
        name, rest = match.group(1).lower(), match.group(2)
        if name in PYTHON or name in TRANSPARENT:
            return "python", index, rest
        if name in SQL:
            return (
                "sql",
                index,
                re.sub(r"^\s*(?:-\w+\s+\S+\s*)*", "", rest)
                if rest.lstrip().startswith("-")
                else rest,
            )
        if name == "run" or line.lstrip().startswith("%%"):
            return name, index, rest
        if (
            name in {"md", "sh", "scala", "r", "fs", "pip", "conda", "html", "lsmagic"}
            and cell.language != "ipython"
        ):
            return name if name not in {"pip", "conda", "lsmagic"} else cell.language, index, rest
        break
    return cell.language, -1, ""


def _without_magic(line: str, index: int, magic: int) -> str:
    if index == magic and not _CELL_MAGIC.match(line):
        return line
    stripped = line.lstrip()
    if stripped.startswith("-- ") and (index < magic or "DBTITLE" in stripped):
        return ""
    if index == magic:
        return ""
    match = _CELL_MAGIC.match(line)
    if match and match.group(1) in SQL and not stripped.startswith("%%"):
        return f"{line[: len(line) - len(stripped)]}{CELL}({match.group(2).strip()!r})"
    if match and match.group(1) == "run" and match.group(2).strip():
        return f"{line[: len(line) - len(stripped)]}{RUN}({_notebook_path(match.group(2))!r})"
    if stripped.startswith(("%", "!", "?")) or _INSTALL.match(stripped):
        # A block must not become empty.
        return f"{line[: len(line) - len(stripped)]}pass"
    return line


def _notebook_path(text: str) -> str:
    return text.strip().partition(" $")[0].strip().strip("\"'")


def _parsed(lines: list[str], cell: Cell, path: str, warnings: list[Diagnostic]) -> list[str]:
    """Return a cell's lines if they are Python.

    Else blank ones and a warning, so that other cells are read.
    """
    if not lines:
        return []
    text = "\n".join(lines)
    if len(text) > SIZE_LIMIT or nesting(text) > JSON_DEPTH_LIMIT:
        warnings.append(
            Diagnostic(
                path, cell.numbers[0] if cell.numbers else 1, "this cell is too large or too deep"
            )
        )
        return [""] * len(lines)
    attempts = (text, re.sub(r"\$\{?(\w+)\}?", r"\1", text), _dedented(text))
    problem: SyntaxError | None = None
    for attempt in attempts:
        try:
            ast.parse(attempt)
        except SyntaxError as error:
            problem = problem or error
        except (ValueError, RecursionError, MemoryError):
            break
        else:
            return attempt.split("\n")
    line = problem.lineno if problem is not None and problem.lineno else 1
    at = cell.numbers[min(line, len(cell.numbers)) - 1] if cell.numbers else 1
    reason = problem.msg if problem is not None else "it cannot be parsed"
    warnings.append(Diagnostic(path, at, f"this cell is not valid Python: {reason}"))
    return [""] * len(lines)


def _dedented(text: str) -> str:
    """Return a cell without the blanks that stand before all of its code.

    A comment at the margin, such as an export's title, does not count.
    """
    lines = text.split("\n")
    code = [line for line in lines if line.strip() and not line.startswith("#")]
    margin = min((len(line) - len(line.lstrip()) for line in code), default=0)
    return "\n".join(line if line.startswith("#") else line[margin:] for line in lines)


def locate(name: str, importer: str, paths: frozenset[str]) -> str | None:
    """Return the path of the notebook that `%run name` means.

    None where the repository has none.
    """
    for base in (normpath(join(dirname(importer), name)), normpath(name.lstrip("/"))):
        for ending in ("", ".py", ".ipynb", ".sql"):
            if f"{base}{ending}" in paths:
                return f"{base}{ending}"
    # A workspace's absolute path: `/Repos/user/project/setup`.
    tail = name.strip("/").split("/")
    for start in range(1, len(tail)):
        for ending in (".py", ".ipynb", ".sql"):
            candidate = f"{'/'.join(tail[start:])}{ending}"
            if candidate in paths:
                return candidate
    return None


EXTRACTOR = Extractor(name="notebook", version="4", rank=40, claims=claims, extract=extract)

"""Reads `tests/cases/sql/*.sql`: statements with the edges that a reader of the query expects.

A file is about one construct: its title, a line about it, then blocks.

    -- [duckdb, snowflake] a searched CASE
    -- with ev(id int, payload variant)
    SELECT id, CASE WHEN status = 'x' THEN amount END AS v FROM orders WHERE ts > 1;
    --> id <- orders.id
    --> v <- orders.amount ? orders.status
    --> rows ? orders.ts

Left of `?` stand the DIRECT sources, right of it the INDIRECT ones; one without a table is of
`orders`. `rows` are the edges that bear on every row, `*` those of columns that nobody lists, an edge in brackets may be there or not. All
columns are listed, in order. The query is that of a view `t`; another statement says what it writes. Names are compared as they are where the
expectation holds a capital, else in lower case. `--! text` expects a warning that says so, and
`--~ reason` marks a known gap: the block must fail, and the page says it is not read yet.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent / "cases" / "sql"
TABLES = (
    """orders(id int, customer_id int, amount decimal(10,2), discount decimal(10,2),
    status varchar(50), ts timestamp)""",
    "customers(id int, name varchar(50), region varchar(50), email varchar(50))",
    "items(order_id int, sku varchar(50), qty int, price decimal(10,2))",
)
Expected = tuple[str, str, str]  # target column (or `rows`), `direct` or `indirect`, source
_HEAD = re.compile(r"-- \[(?P<dialects>[^\]]+)\] (?P<title>.+)")
_EDGES = re.compile(r"--> (?P<target>.+?)(?: <- (?P<direct>.*?))?(?: \? (?P<indirect>.*))?")


@dataclass(slots=True)
class Block:
    """One statement in some dialects, and what is expected of it."""

    construct: str
    title: str
    dialects: tuple[str, ...]
    tables: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    edges: set[Expected] = field(default_factory=set)
    optional: set[Expected] = field(default_factory=set)
    warnings: list[str] = field(default_factory=list)
    gap: str = ""

    @property
    def statement(self) -> str:
        """Return the statement; a bare query is what the view `t` is made of."""
        text = "\n".join(self.lines).strip()
        bare = re.match(
            r"\(?\s*(SELECT|SEL|WITH|FROM|VALUES|PIVOT|UNPIVOT|TABLE)\b", text, re.IGNORECASE
        )
        return f"CREATE VIEW t AS\n{text}" if bare and not _inserts(text) else text

    @property
    def exact(self) -> bool:
        """Return whether names are compared with their case."""
        return any(
            letter.isupper()
            for edge in (*self.edges, *self.optional)
            for letter in edge[0] + edge[2]
        )


def _inserts(text: str) -> bool:
    return bool(re.search(r"\bINTO t\b|\bINSERT\b", text))


@dataclass(frozen=True, slots=True)
class Construct:
    """One file: its title, what it says of itself, its blocks."""

    name: str
    title: str
    about: str
    blocks: tuple[Block, ...]


def constructs() -> Iterator[Construct]:
    """Yield every file, sorted by name."""
    for path in sorted(FOLDER.glob("*.sql")):
        yield read(path.stem, path.read_text(encoding="utf-8"))


def read(name: str, text: str) -> Construct:
    """Return the construct that a file holds."""
    lines = text.splitlines()
    title = lines[0].removeprefix("-- ")
    about: list[str] = []
    blocks: list[Block] = []
    for line in lines[1:]:
        head = _HEAD.fullmatch(line)
        if head:
            dialects = tuple(part.strip() for part in head["dialects"].split(","))
            blocks.append(Block(name, head["title"], dialects))
        elif blocks:
            _add(blocks[-1], line)
        elif line.startswith("-- "):
            about.append(line.removeprefix("-- "))
    return Construct(name, title, " ".join(about), tuple(blocks))


def _add(block: Block, line: str) -> None:
    if line.startswith("-- with "):
        block.tables.append(line.removeprefix("-- with "))
    elif line.startswith("--!"):
        block.warnings.append(line.removeprefix("--!").strip())
    elif line.startswith("--~"):
        block.gap = line.removeprefix("--~").strip()
    elif line.startswith("-->"):
        _expect(block, line)
    else:
        block.lines.append(line)


def _expect(block: Block, line: str) -> None:
    found = _EDGES.fullmatch(line)
    if found is None:
        raise ValueError(f"not an expectation: {line}")
    target = found["target"].strip()
    if target not in {"rows", "*"}:
        block.columns.append(target)
    for kind in ("direct", "indirect"):
        for source in _sources(found[kind] or ""):
            bare = source.strip("()")
            bare = bare if "." in bare else f"orders.{bare}"
            where = block.optional if source.startswith("(") else block.edges
            where.add((target, kind, bare))


def _sources(text: str) -> Iterator[str]:
    return (part.strip() for part in text.split(",") if part.strip() not in {"", "-"})

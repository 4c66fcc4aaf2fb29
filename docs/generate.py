"""`make docs`: writes the pages that come from the code; `--check` fails where one is stale."""

import difflib
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import msgspec
from msgspec.structs import replace

from guardian import demo, rules
from guardian.cli import cli
from guardian.config import WitnessSearch
from guardian.lineage.part_difference import PartDifference
from guardian.model.changes import Report
from guardian.model.fix import Fixes
from guardian.model.lineage import Lineage
from guardian.model.nodes import Nodes
from guardian.model.reach import Reach
from guardian.model.replay import Replay
from guardian.model.snapshot import Snapshot
from guardian.registry import offered
from guardian.render import Format, Page
from guardian.rules.pages import table
from guardian.sources.configuration import Options
from guardian.workspace import Workspace

DOCS = Path(__file__).parent
sys.path.append(str(DOCS.parent))
from tests.constructs import Construct, constructs  # noqa: E402 - the tests are beside this folder

DOCUMENTS = {
    "fixes": Fixes,
    "lineage": Lineage, "nodes": Nodes, "reach": Reach, "replay": Replay, "report": Report,
    "snapshot": Snapshot,
    "snapshot-diff": PartDifference,
}  # fmt: skip


def main(arguments: Sequence[str]) -> int:
    """Return 0; 1 where `--check` finds a page that differs from what would be written."""
    stale = {path: text for path, text in pages() if not _current(path, text)}
    if "--check" in arguments:
        for path, text in stale.items():
            _show(path, text)
        return int(bool(stale))
    for path, text in stale.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


def pages() -> Iterator[tuple[Path, str]]:
    """Yield each generated page: its path and its text."""
    yield DOCS / "cli.md", commands()
    pack = rules.load()
    yield DOCS / "rules.md", rules.markdown(pack)
    for name, document in DOCUMENTS.items():
        schema = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            **msgspec.json.schema(document),
        }
        text = msgspec.json.format(msgspec.json.encode(schema, order="sorted"), indent=2).decode()
        yield DOCS / "schemas" / f"{name}.schema.json", f"{text}\n"
    yield DOCS / "sql.md", queries()
    readme = DOCS.parent / "README.md"
    yield readme, _filled(readme.read_text(encoding="utf-8"), pack)


DIALECTS = (
    "spark", "databricks", "hive", "bigquery", "snowflake", "redshift", "postgres", "trino",
    "athena", "duckdb", "tsql", "mysql", "oracle", "clickhouse", "teradata",
)  # fmt: skip


def queries() -> str:
    """Return the page of what is read of a query: each construct, by dialect."""
    found = tuple(constructs())
    blocks = [block for construct in found for block in construct.blocks]
    tested = sum(len(block.dialects) for block in blocks)
    return (
        "# What is read of a query\n\n"
        f"{len(blocks)} statements, {tested} with their dialects, each tested against the column\n"
        "edges that a reader expects: the sources that a value comes from, the columns that\n"
        "decide it, and those that decide the rows. ✓ is tested, ✗ a known gap; an empty cell is\n"
        "not tested, most often because the engine has no such thing. The statements and their\n"
        "edges are in `tests/cases/sql`.\n\n" + "\n".join(_table(construct) for construct in found)
    )


def _table(construct: Construct) -> str:
    used = {dialect for block in construct.blocks for dialect in block.dialects}
    shown = [name for name in DIALECTS if name in used]
    head = f"| | {' | '.join(shown)} |\n|---|{'---|' * len(shown)}"
    rows = [_row(title, construct, shown) for title in _titles(construct)]
    gaps = [f"- {block.title}: {block.gap}" for block in construct.blocks if block.gap]
    lines = [f"## {construct.title}", "", construct.about, "", head, *rows, ""]
    return "\n".join([*lines, *gaps, ""] if gaps else lines)


def _titles(construct: Construct) -> list[str]:
    return list(dict.fromkeys(block.title for block in construct.blocks))


def _row(title: str, construct: Construct, shown: Sequence[str]) -> str:
    marks = {
        dialect: "✗" if block.gap else "✓"
        for block in construct.blocks
        if block.title == title
        for dialect in block.dialects
    }
    return f"| {title} | {' | '.join(marks.get(dialect, '') for dialect in shown)} |"


def _filled(readme: str, pack: rules.RulePack) -> str:
    """Return the README with what stands between its marks (`<!-- rules -->`) made anew."""
    listed = "\n".join(table(pack)).replace("](#", "](docs/rules.md#")
    for mark, text in {"rules": listed, "demo:comment": _comment()}.items():
        start, end = f"<!-- {mark} -->\n", f"<!-- /{mark} -->"
        before, found, rest = readme.partition(start)
        _, closed, after = rest.partition(end)
        if found and closed:
            readme = f"{before}{start}\n{text.strip()}\n\n{end}{after}"
    return readme


def _comment() -> str:
    """Return the comment on the demo's pull request, as a picture of what a user gets."""
    with tempfile.TemporaryDirectory() as folder:
        options = Options(directory=demo.run(Path(folder) / "lakehouse"), cache=False)
        workspace = Workspace.of_repository(options)
        # As long as it takes, so that the page is the same wherever it is made.
        workspace.config = replace(workspace.config, witness=WitnessSearch(seconds=600))
        report = workspace.report("main", demo.BRANCH)
    markdown = next(one for one in offered("guardian.render", Format) if one.name == "markdown")
    return markdown.render(report, Page())


def commands() -> str:
    """Return the page of the command line: the help of every command."""
    sections = "\n".join(_section("guardian", cli, None))
    return (
        "# The command line\n\n"
        "Exit status: 0 nothing at or above `fail_on`; 1 something is; 2 wrong usage, bad\n"
        "configuration, or a repository that cannot be read.\n\n"
        f"{sections}"
    )


def _section(name: str, command: click.Command, parent: click.Context | None) -> Iterator[str]:
    context = click.Context(command, info_name=name, parent=parent, terminal_width=90)
    yield f"## {context.command_path}\n\n```\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            if found:
                yield from _section(child, found, context)


def _current(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


def _show(path: Path, text: str) -> None:
    name = path.relative_to(DOCS.parent)
    old = path.read_text(encoding="utf-8") if path.is_file() else ""
    difference = difflib.unified_diff(
        old.splitlines(), text.splitlines(), f"{name}", f"{name} (generated)", lineterm="", n=1
    )
    lines = [f"{name} is out of date: run `make docs`", *list(difference)[:40]]
    sys.stderr.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

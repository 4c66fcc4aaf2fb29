"""`guardian ingest`: lineage out of what a warehouse records of itself, offline."""

from pathlib import Path
from typing import Any

import click

from guardian.cli.options import common, example, opened, tell


@click.group(epilog=example("guardian ingest synapse exports/"))
def ingest() -> None:
    """Make lineage of exports of a warehouse's system views."""


@ingest.command(
    epilog=example(
        "guardian ingest synapse exports/ --format nodes --ddl",
        "guardian ingest synapse exports/ --explain dbo.load_sales",
    )
)
@click.argument("exports", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--format", "-f", "shape", type=click.Choice(("json", "nodes")), default="json",
    help="The lineage document, or lists of nodes for graph front ends.", show_default=True,
)  # fmt: skip
@click.option("--ddl", is_flag=True, help="Put the text of each object into the nodes.")
@click.option("--explain", metavar="OBJECT", help="Say how each of its edges got its confidence.")
@click.option("--full-refresh", is_flag=True, help="Read every text again.")
@click.option(
    "--bar", type=click.FloatRange(0, 1), default=0.85, show_default=True,
    help="Read texts again that have an edge below this confidence.",
)  # fmt: skip
@common
def synapse(
    exports: Path,
    shape: str,
    ddl: bool,  # noqa: FBT001  # click passes options by name
    explain: str | None,
    full_refresh: bool,  # noqa: FBT001
    bar: float,
    **common: Any,
) -> int:
    """Read SQL Server's or Synapse's system views, exported as Parquet, CSV or JSON to DIR.

    Files are known by their columns: sys.objects and sys.schemas, sys.sql_modules,
    sys.sql_expression_dependencies, and where they are there sys.columns and the query log
    (sys.dm_pdw_exec_requests). Texts that have not changed since the last run are not read again.
    """
    from guardian.ingest.nodes import explained
    from guardian.ingesting import ingest as ingested
    from guardian.render.json import render

    console, options = opened(common)
    with console.waiting("Reading the warehouse"):
        found = ingested(options.directory / exports, cached=not full_refresh, bar=bar, ddl=ddl)
    parsed = found.nodes.parsed
    why = f"{parsed.new:,} new, {parsed.changed:,} changed, {parsed.below_bar:,} below {bar:g}"
    tell(console, [f"read {parsed.now():,} of {parsed.objects:,} texts: {why}"])
    if explain:
        console.emit(explained(found.nodes, explain))
    else:
        console.emit(render(found.nodes if shape == "nodes" else found.lineage, console.page()))
    return 0

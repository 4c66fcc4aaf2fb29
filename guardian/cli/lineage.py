"""`guardian lineage` and `guardian path`: what flows where, here and in other repositories."""

from typing import TYPE_CHECKING, Any

import click

from guardian.cli.options import cached, common, contained, example, opened, tell
from guardian.console import Console

if TYPE_CHECKING:
    from guardian.lineage.reach import Atlas

_SHAPES = ("tree", "json", "mermaid", "dot")


@click.command(
    epilog=example(
        "guardian lineage gold.daily_revenue.revenue --up", "guardian lineage raw.orders"
    )
)
@click.argument("name", metavar="COLUMN|DATASET")
@click.option("--down", "direction", flag_value="down", default=True, help="What it flows into.")
@click.option("--up", "direction", flag_value="up", help="What it is made of.")
@click.option("--depth", type=click.IntRange(min=1), help="Steps that are followed [default: all].")
@click.option("--direct", is_flag=True, help="Leave out filters, join keys and the like.")
@click.option("--format", "-f", "shape", type=click.Choice(_SHAPES), help="How to print it.")
@common
@cached
@contained
def lineage(
    name: str,
    direction: str,
    depth: int | None,
    direct: bool,  # noqa: FBT001  # click passes options by name
    shape: str | None,
    **common: Any,
) -> int:
    """Show what a column or dataset flows into, or is made of.

    A name may be given without its schema where only one fits. What the snapshot tells of other
    repositories counts, too.
    """
    from guardian.lineage.reach import Limits, reach
    from guardian.render.json import render
    from guardian.render.walks import SHAPES

    console, atlas = _atlas(common)
    limits = Limits(depth=depth, direct_only=direct)
    found = reach(atlas, name, "up" if direction == "up" else "down", limits)
    shape = shape or ("tree" if console.terminal() else "json")
    console.emit(render(found, console.page()) if shape == "json" else SHAPES[shape](found))
    return 0


@click.command(epilog=example("guardian path raw.orders.amount gold.daily_revenue.revenue"))
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@common
@cached
@contained
def path(source: str, target: str, **common: Any) -> int:
    """Show a shortest way from one column or dataset to another.

    Ways by values alone go before those that need a filter or a join key. The exit status is 1
    where there is none.
    """
    from guardian.lineage.reach import way
    from guardian.render.walks import steps

    console, atlas = _atlas(common)
    found = way(atlas, source, target)
    console.emit(steps(found, source, target))
    return 0 if found else 1


def _atlas(common: dict[str, Any]) -> "tuple[Console, Atlas]":
    from guardian.workspace import Workspace

    console, options = opened(common)
    workspace = Workspace.of_folder(options, None)
    with console.waiting("Reading the code"):
        atlas, unread = workspace.atlas()
    tell(console, [*workspace.notes, *(warning.message for warning in unread)])
    return console, atlas

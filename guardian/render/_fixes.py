"""How fixes look in a terminal; apart from `fixes.py` as rich is slow to import."""

from collections.abc import Iterator

from rich.text import Text

from guardian import escape
from guardian.model.fix import Fix, Fixes, Recipe
from guardian.render import Page, fixes
from guardian.render._terminal import marked, opened, written

_STYLES = {"+": "green", "-": "red", "@": "cyan"}
_HEADERS = ("diff ", "---", "+++")


def render(found: Fixes, page: Page) -> str:
    """Return the diffs, the readers that need a person, and the recipes."""
    console = opened(page)
    for fix in found.fixes:
        for line in _fix(fix):
            console.print(line, soft_wrap=True)
    for said in fixes.by_hand(found):
        console.print(marked(said))
    if found.by_hand:
        console.print()
    for recipe in found.recipes:
        for line in _recipe(recipe):
            console.print(line)
        console.print()
    console.print(Text(fixes.counts(found), "bold"))
    if found.fixes:
        console.print(Text("Write them: guardian fix --write", "bright_black"))
    return written(console)


def _fix(fix: Fix) -> Iterator[Text]:
    yield marked(fix.restores)
    for line in fix.patch.rstrip("\n").split("\n"):
        shown = escape.clean(line, 2_000)
        style = "bold" if line.startswith(_HEADERS) else _STYLES.get(line[:1], "")
        yield Text(shown, style)
    yield Text()


def _recipe(recipe: Recipe) -> Iterator[Text]:
    of = f"`{recipe.column}` of `{recipe.dataset}`" if recipe.column else f"`{recipe.dataset}`"
    yield marked(f"The safe way, for {of} ({recipe.rule}):")
    for number, step in enumerate(recipe.steps, start=1):
        yield marked(f"  {number}. {step}")
    yield marked(f"  Readers: {', '.join(recipe.readers)}")

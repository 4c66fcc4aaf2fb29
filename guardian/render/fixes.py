"""Fixes as text: a patch, a document, a page for the terminal."""

from collections.abc import Iterator

import msgspec

from guardian import escape, verdict
from guardian.model.fix import Fixes
from guardian.render import Page


def document(fixes: Fixes) -> str:
    """Return the JSON document."""
    return msgspec.json.format(msgspec.json.encode(fixes), indent=2).decode() + "\n"


def patch(fixes: Fixes) -> str:
    """Return one patch for `git apply`; empty where there is nothing to edit."""
    return "".join(fix.patch for fix in fixes.fixes)


def by_hand(fixes: Fixes) -> Iterator[str]:
    """Yield a line for each reader that needs a person."""
    for one in fixes.by_hand:
        name = f"`{one.name}` of `{one.dataset}`" if one.name else f"`{one.dataset}`"
        yield escape.clean(f"{one.file}:{one.line}: needs a person: {name}: {one.why}", 600)


def outcome(path: str, why: str) -> str:
    """Return what became of a file that was to be edited."""
    shown = escape.clean(path, 400)
    return f"{shown}: not edited: {escape.clean(why, 400)}" if why else f"{shown}: edited"


def page(fixes: Fixes, page: Page) -> str:
    """Return what is proposed, what needs a person, and the safe way, for a terminal."""
    from guardian.render._fixes import render  # noqa: PLC0415 - rich is slow to import

    return render(fixes, page)


def counts(fixes: Fixes) -> str:
    """Return how many there are of each, as a sentence."""
    if not fixes.fixes and not fixes.by_hand:
        return "No reader in this repository is broken."
    proven = verdict.counted(len(fixes.fixes), "proven edit")
    return f"{proven}, {verdict.counted(len(fixes.by_hand), 'reader')} for a person."

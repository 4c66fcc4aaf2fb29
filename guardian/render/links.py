"""Addresses of our own making: a line of a file at a commit, the page with what did not fit.

No text of a stranger's becomes an address but a path, and that only percent-encoded.
"""

import re
from urllib.parse import quote

from guardian import escape, verdict
from guardian.model.changes import Change, Report
from guardian.model.lineage import Location
from guardian.render import Page

_REPOSITORY = re.compile(r"https?://[A-Za-z0-9.-]+(:\d+)?(/[A-Za-z0-9._-]+){2,4}")
_PAGE = re.compile(rf"{_REPOSITORY.pattern}(/[A-Za-z0-9._-]+)*(#[A-Za-z0-9_-]+)?")
_COMMIT = re.compile(r"[0-9a-f]{7,64}")


def place(change: Change, report: Report, page: Page, limit: int, *, short: bool = False) -> str:
    """Return where a change is as Markdown code; a link where the page can be known.

    A dataset that is gone has its place in the base. `short`: of a link only the file's name.
    """
    gone = change.rule == "dataset-removed"
    commit = (report.base if gone else report.head).commit
    address = blob(change.location, commit, page)
    name = verdict.place(change)
    shown = escape.code(name.rpartition("/")[2] if address and short else name, limit)
    return f"[{shown}]({address})" if address else shown


def blob(at: Location, commit: str | None, page: Page) -> str:
    """Return the address of a line at a commit; empty where we cannot be sure of it."""
    parts = at.file.split("/")
    if not commit or not _COMMIT.fullmatch(commit) or not _REPOSITORY.fullmatch(page.address):
        return ""
    if any(part in {"", ".", ".."} for part in parts):
        return ""
    path = "/".join(quote(part, safe="", errors="replace") for part in parts)
    return f"{page.address}/blob/{commit}/{path}#L{at.line}"


def elsewhere(page: Page) -> str:
    """Return where to read what is left out, as Markdown."""
    if _PAGE.fullmatch(page.summary):
        return f"the [job's summary]({page.summary})"
    return "the report: `guardian report --format json`"

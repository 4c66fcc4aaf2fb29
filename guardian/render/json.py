"""The documents themselves, as JSON: what other programs read."""

import msgspec

from guardian.model.changes import Report
from guardian.model.lineage import Lineage
from guardian.render import Format, Page


def render(document: Report | Lineage, page: Page) -> str:
    """Return `document` as JSON, two spaces deep, with a newline at its end, for any page."""
    del page
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


JSON = Format(name="json", extension="json", render=render, scan=render)

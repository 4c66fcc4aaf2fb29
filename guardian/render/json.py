"""The documents themselves, as JSON: what other programs read."""

import msgspec

from guardian import escape
from guardian.lineage.part_difference import PartDifference
from guardian.model.changes import Report
from guardian.model.lineage import Lineage
from guardian.model.nodes import Nodes
from guardian.model.reach import Reach
from guardian.model.replay import Replay
from guardian.render import Format, Page


def render(document: Report | Lineage | Replay | Reach | PartDifference | Nodes, page: Page) -> str:
    """Return `document` as JSON, two spaces deep, with a newline at its end, for any page."""
    del page
    try:
        encoded = msgspec.json.encode(document)
    except UnicodeEncodeError:  # a lone surrogate, as a Python string may spell one
        encoded = msgspec.json.encode(_encodable(msgspec.to_builtins(document)))
    return msgspec.json.format(encoded, indent=2).decode() + "\n"


def _encodable(value: object) -> object:
    match value:
        case str():
            return escape.encodable(value)
        case dict():
            return {_encodable(key): _encodable(item) for key, item in value.items()}
        case list() | tuple():
            return [_encodable(item) for item in value]
        case _:
            return value


JSON = Format(name="json", extension="json", render=render, scan=render, replay=render)

"""From lines of rendered text back to those of the template."""

from typing import Any

from msgspec.structs import replace

from guardian.model.lineage import Location
from guardian.model.plan import Item, Operator, Star


class Lines:
    """Moves places from the rendered text to the template that it came from."""

    def __init__(self, path: str, origins: tuple[int, ...]) -> None:
        """Move places in `path`; `origins` holds the template's line of each rendered one."""
        self._path, self._origins = path, origins
        self._same = origins == tuple(range(1, len(origins) + 1))

    def line(self, line: int) -> int:
        """Return the template's line of a rendered one."""
        return self._origins[min(line, len(self._origins)) - 1] if line > 0 else 1

    def location(self, at: Location) -> Location:
        """Return the place in the template; a place in another file stays."""
        return Location(at.file, self.line(at.line)) if at.file == self._path else at

    def moved(self, node: Operator) -> Operator:
        """Return the node with its own place, and those of its columns, moved."""
        if self._same:
            return node
        changes: dict[str, Any] = {}
        at = getattr(node, "at", None)
        if isinstance(at, Location):
            changes["at"] = self.location(at)
        items = getattr(node, "items", None)
        if isinstance(items, tuple):
            changes["items"] = tuple(self._item(item) for item in items)
        return replace(node, **changes) if changes else node

    def _item(self, item: Item) -> Item:
        if isinstance(item.expr, Star) and item.expr.replace:
            replaced = tuple(self._item(inner) for inner in item.expr.replace)
            item = replace(item, expr=replace(item.expr, replace=replaced))
        return replace(item, at=self.location(item.at)) if item.at else item

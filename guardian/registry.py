"""Finds what a folder offers, so that adding a file is all it takes.

A folder's modules offer module-level values of the folder's kind (`EXTRACTOR = Extractor(…)`).
An installed distribution offers more through the entry-point group `guardian.plugins`: each entry
names such a value.
"""

import importlib
import pkgutil
from collections.abc import Iterable
from functools import cache
from importlib.metadata import entry_points
from typing import TypeVar

from guardian.errors import ConfigError

GROUP = "guardian.plugins"
Kind = TypeVar("Kind")


def offered(package: str, kind: type[Kind]) -> tuple[Kind, ...]:
    """Return the values of `kind` that the modules of `package`, then the plugins, offer.

    They come in the order of the modules' names; modules whose name starts with `_` are left out.
    A value that several modules name is given once.

    Raises:
        ConfigError: a plugin cannot be imported.
    """
    found: dict[int, Kind] = {}
    for module in modules(package):
        _collect(vars(importlib.import_module(f"{package}.{module}")).values(), kind, found)
    _collect(_plugins(), kind, found)
    return tuple(found.values())


def modules(package: str) -> tuple[str, ...]:
    """Return the names of the modules and folders in `package`, sorted; none is imported."""
    folder = importlib.import_module(package).__path__
    return tuple(
        sorted(module.name for module in pkgutil.iter_modules(folder) if module.name[0] != "_")
    )


def _collect(values: Iterable[object], kind: type[Kind], found: dict[int, Kind]) -> None:
    for value in values:
        if isinstance(value, kind):
            found.setdefault(id(value), value)


@cache
def _plugins() -> tuple[object, ...]:
    loaded = []
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        try:
            loaded.append(point.load())
        except (ImportError, AttributeError) as error:
            raise ConfigError(
                f"the plugin `{point.name}` cannot be imported: {error}",
                where=point.value,
                fix="repair or uninstall the distribution that offers it",
            ) from error
    return tuple(loaded)

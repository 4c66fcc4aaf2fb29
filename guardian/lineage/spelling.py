"""Names as people write them in lists of dashboards and KPIs, matched to those of the code."""

from collections.abc import Iterable, Iterator

import msgspec

from guardian.model.names import PATH_MARK
from guardian.model.plan import Exposure


def matched(exposures: Iterable[Exposure], datasets: Iterable[str]) -> tuple[Exposure, ...]:
    """Return `exposures` with dataset names as the code spells them; columns stay as they are.

    A name that the code knows stays. Else case is ignored, then a missing or an extra leading part
    (`orders` for `sales.orders`), and only where exactly one dataset fits. What fits nothing stays.
    """
    spelling = _Spelling(datasets)
    return tuple(
        msgspec.structs.replace(
            exposure,
            datasets=tuple(spelling.of(name) for name in exposure.datasets),
            columns=tuple((spelling.of(dataset), column) for dataset, column in exposure.columns),
        )
        for exposure in exposures
    )


class _Spelling:
    """Finds the dataset that a loosely written name means."""

    def __init__(self, datasets: Iterable[str]) -> None:
        self._known = frozenset(datasets)
        self._by_suffix: dict[str, set[str]] = {}
        for dataset in self._known:
            for suffix in suffixes(dataset.casefold()):
                self._by_suffix.setdefault(suffix, set()).add(dataset)

    def of(self, name: str) -> str:
        if name in self._known:
            return name
        folded = name.casefold()
        for suffix in suffixes(folded):
            found = self._by_suffix.get(suffix, set())
            same = {dataset for dataset in found if dataset.casefold() == suffix}
            if len(same or found) == 1 and (suffix == folded or same):
                return next(iter(same or found))
        return name


def suffixes(name: str) -> Iterator[str]:
    """Yield `name`, then what is left of it behind each leading part; a location has no parts."""
    yield name
    if PATH_MARK in name:
        return
    while "." in name:
        name = name.split(".", 1)[1]
        yield name

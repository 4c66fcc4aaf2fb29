"""Two contracts as documents: what changed in words that promise nothing.

Descriptions, names for people, owners, examples: for whoever wants to see everything that differs.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

# What tells the entries of a list apart, whatever their order.
_NAMES = ("name", "id", "property", "role", "server", "channel", "username", "metric", "url")
# Said to people, by the standard.
_WORDS = frozenset({
    "apiVersion", "authoritativeDefinitions", "businessImpact", "businessName", "channel",
    "contractCreatedTs", "customProperties", "dataGranularityDescription", "dataProduct", "dateIn",
    "dateOut", "description", "dimension", "domain", "examples", "invitationUrl", "limitations",
    "method", "name", "price", "priceAmount", "priceCurrency", "priceUnit", "purpose", "schedule",
    "scheduler", "scope", "semanticType", "support", "synonyms", "tags", "team", "tenant",
    "transformDescription", "transformLogic", "transformSourceObjects", "url", "usage", "version",
})  # fmt: skip
MOST_CHARACTERS = 80


class Words(msgspec.Struct, frozen=True):
    """What stands at a place of a document on both sides, None where nothing does."""

    place: str
    before: str | None
    after: str | None


def differing(base: object, head: object) -> Iterator[Words]:
    """Yield the words that differ, by their place: `schema.orders.properties.net.description`."""
    from deepdiff import DeepDiff  # noqa: PLC0415 - costs more to import than a report of contracts

    found = DeepDiff(_named(base), _named(head), view="tree", verbose_level=2)
    changed = [item for items in found.values() for item in items]
    for item in sorted(changed, key=lambda item: tuple(map(str, item.path(output_format="list")))):
        steps = [str(step) for step in item.path(output_format="list")]
        if not _WORDS.isdisjoint(steps):
            yield Words(".".join(steps), _short(item.t1), _short(item.t2))


def _named(value: object) -> object:
    """Return a document in which lists of named entries are mappings, so that order is nothing."""
    if isinstance(value, Mapping):
        return {str(key): _named(item) for key, item in value.items()}
    if not isinstance(value, list):
        return value
    names = [_name(item) for item in value]
    if all(names) and len(set(names)) == len(names):
        return {name: _named(item) for name, item in zip(names, value, strict=True)}
    return [_named(item) for item in value]


def _name(item: object) -> str:
    if not isinstance(item, Mapping):
        return ""
    return next((str(item[key]) for key in _NAMES if item.get(key)), "")


def _short(value: Any) -> str | None:
    text = " ".join(str(value).split())
    if text == "not present":
        return None
    return text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 1]}…"

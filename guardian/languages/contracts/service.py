"""How a contract's data is offered: service levels, who may read it, and where it lies."""

from collections.abc import Collection, Iterator, Mapping

from guardian.languages.contracts import durations
from guardian.languages.contracts.scalars import line, mappings, moment, number, spaced, text
from guardian.languages.safe_yaml import LinedDict
from guardian.model.contract import Clause, Value

# Files in which a column is found by its place.
_POSITIONAL = frozenset({"csv", "tsv", "psv", "txt", "text", "delimited", "fixed-width", "fixed"})
# Of a server: what is said of it to people, or by another clause.
_NO_PLACE = frozenset({"id", "server", "environment", "description", "customProperties", "roles"})


def levels(
    document: LinedDict, table: Collection[str], others: Collection[str]
) -> Iterator[Clause]:
    """Yield the service levels that hold for a table, `table` its names, `others` those beside it.

    A level may name what it is about: `orders.loaded_at` holds for that table alone.
    """
    everywhere = text(document.get("slaDefaultElement"))
    for level in mappings(document.get("slaProperties")):
        named, stated = text(level.get("property")), level.get("value")
        elements = [part.strip() for part in (text(level.get("element")) or everywhere).split(",")]
        about = [part for part in elements if not _is_of(part, others)]
        if not named or stated is None or not about:
            continue
        element = ", ".join(sorted(_within(part, table) for part in about))
        driver = text(level.get("driver"))
        name = " ".join(part for part in (named, element, driver and f"({driver})") if part)
        value = _amount(stated, text(level.get("unit")))
        yield Clause(kind="service-level", name=name, value=value, line=level.line)
        more = level.get("valueExt")
        if more is not None and text(more) != text(stated):
            value = _amount(more, text(level.get("unit")))
            yield Clause(
                kind="service-level", name=f"{name} extended", value=value,
                line=line(level, "valueExt"),
            )  # fmt: skip


def _is_of(element: str, tables: Collection[str]) -> bool:
    return any(element == name or element.startswith(f"{name}.") for name in tables)


def _within(element: str, table: Collection[str]) -> str:
    for name in table:
        if element.startswith(f"{name}."):
            return element[len(name) + 1 :]
    return "" if element in table else element


def _amount(stated: object, unit: str) -> Value:
    """Return a level in seconds where it is a duration; else with its unit, as it is written."""
    if isinstance(stated, bool) or not isinstance(stated, int | float):
        return " ".join(part for part in (moment(text(stated)), unit) if part)
    amount = number(stated)
    if amount is None:
        return text(stated)
    seconds = durations.seconds(amount, unit)
    if seconds is None and unit:
        return f"{text(int(amount) if amount.is_integer() else amount)} {unit}"
    return amount if seconds is None else seconds


def access(document: LinedDict) -> Iterator[Clause]:
    """Yield the roles that may use the data, those of a server as well, with what each may do."""
    yield from _roles(document, "")
    for server in mappings(document.get("servers")):
        yield from _roles(server, f" on {_called(server)}")


def _roles(entry: LinedDict, where: str) -> Iterator[Clause]:
    for role in mappings(entry.get("roles")):
        if named := text(role.get("role")):
            allowed = text(role.get("access")).lower() or "access"
            yield Clause(kind="role", name=f"{named}{where}", value=allowed, line=role.line)


def places(document: LinedDict) -> Iterator[Clause]:
    """Yield where the data lies, a clause for each server."""
    for server in mappings(document.get("servers")):
        said = (
            f"{key} {spaced(value)}"
            for key, value in sorted(server.items(), key=lambda item: text(item[0]))
            if key not in _NO_PLACE and value is not None
        )
        yield Clause(kind="location", name=_called(server), value=", ".join(said), line=server.line)


def _called(server: Mapping[object, object]) -> str:
    return text(server.get("server") or server.get("environment") or server.get("type"))


def is_positional(document: LinedDict) -> bool:
    """Return whether some server offers files in which a column is found by its place."""
    return any(
        text(server.get("format")).lower() in _POSITIONAL or server.get("delimiter")
        for server in mappings(document.get("servers"))
    )

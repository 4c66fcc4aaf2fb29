"""Type texts of nested columns, taken apart: `struct<a: int>`, `ARRAY<…>`, `STRUCT(a INT)`."""

OPENING, CLOSING = "<([", ">)]"
NESTED = ("struct", "row", "object", "tuple", "record", "nested")


def fields_of(text: str | None) -> tuple[tuple[str, str], ...]:
    """Return (name, type) for each field of a struct type, empty where `text` is no struct."""
    inside = _inside(text, NESTED)
    if inside is None:
        return ()
    return tuple(field for field in map(_field, _split(inside)) if field is not None)


def element_of(text: str | None) -> str | None:
    """Return the type of an array's elements, None where `text` is no array."""
    if text is not None and text.rstrip().endswith("[]"):
        return text.rstrip()[:-2]
    return _inside(text, ("array", "list", "super"))


def pair_of(text: str | None) -> tuple[str, str] | None:
    """Return the types of a map's keys and values, None where `text` is no map."""
    parts = _split(_inside(text, ("map",)) or "")
    return (parts[0].strip(), parts[1].strip()) if len(parts) == 2 else None


def is_document(text: str | None) -> bool:
    """Return whether a type is known and declares no fields: a map, JSON, text, a number."""
    if text is None or fields_of(text) or fields_of(element_of(text)):
        return False
    word = text.strip().lower().split("(")[0].split("<")[0]
    return word in DOCUMENTS


DOCUMENTS = frozenset(
    {
        "map",
        "json",
        "jsonb",
        "variant",
        "object",
        "super",
        "xml",
        "string",
        "varchar",
        "text",
        "clob",
    }
)


def _inside(text: str | None, names: tuple[str, ...]) -> str | None:
    """Return what stands between the outermost brackets of a type called one of `names`."""
    if text is None:
        return None
    stripped = text.strip()
    starts = [index for index, letter in enumerate(stripped) if letter in OPENING]
    if not starts or stripped[-1] not in CLOSING:
        return None
    return stripped[starts[0] + 1 : -1] if stripped[: starts[0]].strip().lower() in names else None


def _split(text: str) -> list[str]:
    """Return `text` cut at its commas that no bracket holds."""
    parts, depth, start = [], 0, 0
    for index, letter in enumerate(text):
        depth += (letter in OPENING) - (letter in CLOSING)
        if letter == "," and depth == 0:
            parts.append(text[start:index])
            start = index + 1
    return [*parts, text[start:]]


def _field(text: str) -> tuple[str, str] | None:
    name, colon, kind = text.strip().partition(":")
    if not colon or any(letter in name for letter in f"{OPENING} "):
        name, _, kind = text.strip().partition(" ")
    return (name.strip("`\"'"), kind.strip()) if name and kind.strip() else None

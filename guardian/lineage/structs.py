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

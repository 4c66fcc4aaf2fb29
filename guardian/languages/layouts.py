"""Folder layouts that name tables: `sql/{dataset}/{table}/query.sql` holds what fills a table."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

_PIECE = re.compile(r"\{(?P<part>[a-z_][a-z0-9_]*)\}|(?P<folders>\*\*/?)|(?P<any>\*)")
_PART = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"[a-z_][a-z0-9_]*")
FEWEST = 5  # folders of one shape that make it a layout


def problem(path: str, name: str) -> str:
    """Return what is wrong with a layout, empty where nothing is."""
    parts = _PART.findall(path)
    if re.search(r"[{}]", _PART.sub("", path) + _PART.sub("", name)):
        return "a bracket `{` or `}` without its partner"
    wrong = next((part for part in parts if not _NAME.fullmatch(part)), None)
    if wrong is not None:
        return f"`{{{wrong}}}` is no name of a part: write lower case letters, digits and `_`"
    if not parts:
        return "no part of the path is named: write `{table}` where the table's name stands"
    if len(set(parts)) < len(parts):
        return "a part of the path is named twice"
    unknown = next((part for part in _PART.findall(name) if part not in parts), None)
    if unknown is not None:
        named = ", ".join(f"`{{{part}}}`" for part in parts)
        return f"`{{{unknown}}}` is no part of the path, which names {named}"
    return ""


def table_parts(path: str, layouts: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return the parts of the table's name that the first matching layout gives a file.

    Each layout is a path with named parts, and the name made of them: by default all of them, in
    order, with dots between. Empty where no layout matches.
    """
    for pattern, name in layouts:
        found = _compiled(pattern).fullmatch(path)
        if found:
            made = name or ".".join(f"{{{part}}}" for part in _PART.findall(pattern))
            # A folder may hold dots of its own: those in the layout's name part the table's name.
            return tuple(_filled(part, found.groupdict()) for part in made.split("."))
    return ()


def _filled(text: str, parts: Mapping[str, str]) -> str:
    return _PART.sub(lambda found: parts[found[1]], text)


def _compiled(pattern: str) -> re.Pattern[str]:
    pieces: list[str] = []
    position = 0
    pattern = pattern.removeprefix("/")
    for found in _PIECE.finditer(pattern):
        pieces.append(re.escape(pattern[position : found.start()]))
        if found["part"]:
            pieces.append(f"(?P<{found['part']}>[^/]+?)")
        elif found["folders"]:
            pieces.append("(?:[^/]+/)*" if found["folders"].endswith("/") else ".*")
        else:
            pieces.append("[^/]*")
        position = found.end()
    return re.compile("".join([*pieces, re.escape(pattern[position:])]))


def hint(paths: Sequence[str], read: Callable[[str], str | None]) -> list[str]:
    """Return what to say where many files seem to name their table by their folder, else nothing.

    They are files `query.sql`, each in a folder of its own beside a `metadata.yaml`, and write
    nothing themselves.
    """
    described = {path.rpartition("/")[0] for path in paths if path.endswith("/metadata.yaml")}
    found = [path for path in paths if path.endswith("/query.sql") and path[:-10] in described]
    if len(found) < FEWEST:
        return []
    sample = (found[0], found[len(found) // 2], found[-1])
    if any(_WRITES.search(read(path) or "") for path in sample):
        return []
    setting = f'sql.tables: [{{path: "{_shape(found)}"}}]'
    said = (
        f"{len(found):,} files `query.sql` write no table: if each fills the one that its folder "
    )
    return [f"{said}names, say so with `{setting}` in `guardian.yml`"]


def _shape(paths: Sequence[str]) -> str:
    """Return the layout of those below the commonest top folder: what they share stays as it is."""
    top = Counter(path.partition("/")[0] for path in paths).most_common(1)[0][0]
    folders = [path.split("/")[:-1] for path in paths if path.startswith(f"{top}/")]
    depth = min(map(len, folders))
    shared = 0
    while shared < depth - 1 and len({parts[shared] for parts in folders}) == 1:
        shared += 1
    named = ("project", "dataset", "table")[-(depth - shared) :]
    rest = [f"{{{part}}}" for part in named]
    return "/".join(
        [*folders[0][:shared], *(["**"] if depth - shared > 3 else []), *rest, "query.sql"]
    )


_WRITES = re.compile(
    r"^\s*(?:INSERT|MERGE|CREATE\s+(?:OR\s+REPLACE\s+)?TABLE)\b", re.IGNORECASE | re.MULTILINE
)

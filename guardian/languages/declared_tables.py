"""The `CREATE TABLE` statements of a revision's SQL files, read once for all who ask."""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import msgspec

from guardian.languages import Sources
from guardian.model.source import SourceFile

DDL_FILES = (".sql", ".ddl", ".hql")
FILE_LIMIT = 2_000
SIZE_LIMIT = 2_000_000
STATEMENT_LIMIT = 50_000
MOST_REVISIONS = 4
_CREATE = re.compile(
    r"\bCREATE\s+(?:OR\s+REPLACE\s+)?(?:EXTERNAL\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?([\w.`\"\[\]{}$-]+)\s*\(",
    re.IGNORECASE,
)


class Tables(msgspec.Struct, frozen=True):
    """The created tables of a revision: each statement by its table's name in lower case.

    `read` is another when one of the files is, `digest` when one of the statements is.
    """

    statements: Mapping[str, str]
    read: str
    digest: str


_revisions: OrderedDict[int, tuple[Sequence[str], Tables]] = OrderedDict()


def ddl_files(paths: Sequence[str]) -> list[str]:
    """Return the files that are looked through, sorted."""
    return sorted(path for path in paths if path.endswith(DDL_FILES))[:FILE_LIMIT]


def created_tables(sources: Sources) -> Tables:
    """Return the tables that SQL files create, the first statement of each.

    A revision is known by the object that its paths are: it is looked through once.
    """
    paths = sources.paths()
    known = _revisions.get(id(paths))
    if known is not None and known[0] is paths:
        return known[1]
    found: dict[str, str] = {}
    read: list[tuple[str, str]] = []
    for path in ddl_files(paths):
        source = sources.read(path)
        read.append((path, source.blob if source is not None else ""))
        for name, statement in _statements(source) if source is not None else ():
            found.setdefault(name, statement)
    tables = Tables(found, digest_of(read), digest_of(sorted(found.items())))
    _revisions[id(paths)] = (paths, tables)
    while len(_revisions) > MOST_REVISIONS:
        _revisions.popitem(last=False)
    return tables


def digest_of(pairs: Iterable[tuple[str, str]]) -> str:
    """Return a digest of pairs of texts."""
    digest = hashlib.blake2b(digest_size=8)
    for one, other in pairs:
        digest.update(f"{one}\n{other}\n".encode())
    return digest.hexdigest()


@lru_cache(maxsize=8192)
def _statements(source: SourceFile) -> tuple[tuple[str, str], ...]:
    if len(source.text) > SIZE_LIMIT:
        return ()
    found = []
    for match in _CREATE.finditer(source.text):
        end = source.text.find(";", match.end())
        statement = source.text[match.start() : end if end >= 0 else len(source.text)]
        name = re.sub(r"[`\"\[\]]", "", match.group(1)).lower()
        found.append((name, statement[:STATEMENT_LIMIT]))
    return tuple(found)

"""Which SQL dialects a repository is written in, where `guardian.yml` does not say.

What counts: the endings of files (`.hql`), words in the names of folders (`postgres/`), a dbt
project's adapter, and marks in the text that hardly any other dialect shares. Where they contradict
each other or are missing, nothing is assumed. Marks speak for folders, never for a single file: a
changed line must not change how the file around it is read.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby

import msgspec

from guardian.config import DIALECTS, Override, Sql
from guardian.languages import marks

MOST_FILES = 300  # looked at, spread over the repository
MOST_CHARACTERS = 20_000
FEW_FILES = 3  # fewer than these say nothing of an inner folder
MOST_SHOWN = 3  # places named for each dialect
MOST_NAMED = 50  # single files, and folders, that are told apart by name
MOST_OF_FOLDER = 12  # files looked at in each of them

Read = Callable[[str], str | None]
Found = tuple[str, str]  # a dialect, and what shows it

_ADAPTERS = {
    "fabricspark": "spark", "glue": "spark", "postgresql": "postgres", "sqlserver": "tsql",
    "synapse": "tsql",
}  # fmt: skip
_PROJECT = re.compile(r"(^|/)dbt_project\.yml$")
_PROFILE_TYPE = re.compile(r"^\s+type:\s*['\"]?([a-z]+)", re.MULTILINE)
_REQUIRED_ADAPTER = re.compile(r"\bdbt[-_]([a-z]+)\b", re.IGNORECASE)
_REQUIRED_SPARK = re.compile(r"\b(pyspark|databricks-connect|aws-?glue\w*)\b", re.IGNORECASE)
_IMPORTED_SPARK = re.compile(r"^\s*(from|import)\s+(pyspark|awsglue)\b", re.MULTILINE)
_REQUIREMENTS = re.compile(
    r"(^|/)(requirements[\w.-]*\.(txt|in)|pyproject\.toml|setup\.(py|cfg)|Pipfile|"
    r"environment\.ya?ml|dependencies\.ya?ml)$"
)


class Guess(msgspec.Struct, frozen=True):
    """What was found, as the configuration would say it, and one reason for each dialect."""

    sql: Sql = Sql()
    reasons: tuple[str, ...] = ()


def guess(paths: Sequence[str], read: Read) -> Guess:
    """Return the dialects that the files at `paths` speak; an empty guess where nothing tells."""
    required = tuple(_texts((path for path in paths if _REQUIREMENTS.search(path)), read))
    projects = dbt_folders(paths)
    adapters = _adapters(paths, projects, required, read)
    plain = _plain(paths, projects)
    votes = _votes(plain, read)
    found = (adapters.pop("", None), _winner(votes[""]), _spark(paths, required, read))
    default = next(filter(None, found), ("", ""))
    folders = _folders(plain, votes, default, adapters)
    patterns = {f"/{folder}/**": said for folder, said in folders.items()}
    patterns = {**_endings(paths, default), **_files(plain, folders, default, read), **patterns}
    reasons = [f"{default[0]} ({default[1]})"] if default[0] else []
    reasons += _reasons(patterns)
    return Guess(Sql(default[0], _overrides(patterns)), tuple(reasons))


def _reasons(patterns: Mapping[str, Found]) -> Iterator[str]:
    """Yield one reason for each dialect and kind of sign, with the first places."""
    places: dict[Found, list[str]] = {}
    for pattern, found in patterns.items():
        places.setdefault(found, []).append(pattern.removeprefix("/").removesuffix("**"))
    for (dialect, why), named in places.items():
        more = f" and {len(named) - MOST_SHOWN} more" if len(named) > MOST_SHOWN else ""
        shown = ", ".join(f"`{place}`" for place in named[:MOST_SHOWN])
        yield f"{dialect} in {shown}{more} ({why})"


def _overrides(patterns: Mapping[str, Found]) -> tuple[Override, ...]:
    """Return overrides that keep the order of `patterns`, neighbours of one dialect as one."""
    runs = groupby(patterns.items(), key=lambda item: item[1][0])
    return tuple(
        Override(tuple(pattern for pattern, _ in items), dialect) for dialect, items in runs
    )


def _folders(
    plain: Sequence[str],
    votes: Mapping[str, Counter[str]],
    default: Found,
    adapters: Mapping[str, Found],
) -> dict[str, Found]:
    """Return the folders that speak another dialect than the one around them, inner ones first."""
    found: dict[str, Found] = {}
    said = {**adapters}
    for folder in sorted({above for path in plain for above in _above(path) if above}):
        own = _own(folder, votes.get(folder, Counter()))
        if own is not None and folder not in said:
            said[folder] = own
    for folder, own in sorted(said.items()):
        around = next((found[one] for one in _above(folder) if one in found), default)
        if own[0] != around[0]:
            found[folder] = own
    return dict(sorted(found.items(), key=lambda item: (-item[0].count("/"), item[0])))


def _own(folder: str, votes: Counter[str]) -> Found | None:
    """Return what a folder says of itself: a word in its name, unless its files say otherwise."""
    word = marks.named(folder.rpartition("/")[2])
    told = _winner(votes)
    if word and (told is None or votes.total() < FEW_FILES or told[0] == word):
        return word, "the folder's name"
    return told if "/" not in folder or votes.total() >= FEW_FILES else None


def _endings(paths: Sequence[str], default: Found) -> dict[str, Found]:
    """Return the endings that tell a dialect, where files have them."""
    ended = {ending for path in paths for ending in marks.SUFFIXES if path.endswith(ending)}
    return {
        f"*{ending}": (marks.SUFFIXES[ending], "the file's ending")
        for ending in sorted(ended)
        if _engine(marks.SUFFIXES[ending]) != _engine(default[0])
    }


def _engine(dialect: str) -> str:
    return "spark" if dialect in {"databricks", "hive", "spark2"} else dialect


def _files(
    plain: Sequence[str], folders: Mapping[str, Found], default: Found, read: Read
) -> dict[str, Found]:
    """Return the files whose name and whose text both tell another dialect than their folder."""
    found: dict[str, Found] = {}
    for path in plain:
        word = marks.named(path.rpartition("/")[2])
        if not word or any(marks.named(part) for part in path.split("/")[:-1]):
            continue
        around = next((folders[one] for one in _above(path) if one in folders), default)
        if word != around[0] and marks.spoken((read(path) or "")[:MOST_CHARACTERS]) == word:
            found[f"/{path}"] = (word, "its name and its text")
        if len(found) == MOST_NAMED:
            break
    return found


def _above(path: str) -> Iterator[str]:
    """Yield the folders around a path, the innermost first and `""` last."""
    while path:
        path = path.rpartition("/")[0]
        yield path


def dbt_folders(paths: Sequence[str]) -> tuple[str, ...]:
    """Return the folders of the repository's own dbt projects, sorted; `""` is its root."""
    found = (path.removesuffix("dbt_project.yml") for path in paths if _PROJECT.search(path))
    return tuple(
        sorted(
            folder.rstrip("/")
            for folder in found
            if not {"dbt_packages", "dbt_modules", "site-packages"} & set(folder.split("/"))
        )
    )


def uses_spark(paths: Sequence[str], read: Read) -> str:
    """Return the file that shows that the repository has PySpark jobs; empty where none does."""
    python = [path for path in paths if path.endswith((".py", ".ipynb"))]
    for path in _spread(python):
        if _IMPORTED_SPARK.search((read(path) or "")[:MOST_CHARACTERS]):
            return path
    return ""


def _adapters(
    paths: Sequence[str], projects: Sequence[str], required: Sequence[str], read: Read
) -> dict[str, Found]:
    """Return the dialect of each dbt project: its own profile, any profile, a required adapter."""
    profiles = [path for path in paths if path.rpartition("/")[2] == "profiles.yml"]
    needed = {name.lower() for text in required for name in _REQUIRED_ADAPTER.findall(text)}
    found: dict[str, Found] = {}
    for folder in projects:
        near = [path for path in profiles if path.startswith(folder)] or profiles
        named = {
            name for text in _texts(near, read) for name in _PROFILE_TYPE.findall(text)
        } or needed
        dialects = {_ADAPTERS.get(name, name) for name in named} & set(DIALECTS)
        if len(dialects) == 1:
            found[folder] = (dialects.pop(), f"the dbt adapter {' or '.join(sorted(named))}")
    return found


def _plain(paths: Sequence[str], projects: Sequence[str]) -> list[str]:
    """Return the SQL files outside dbt projects, but for those whose ending tells."""
    below = tuple(f"{folder}/" if folder else "" for folder in projects)
    return [
        path for path in paths if path.endswith((".sql", ".ddl")) and not path.startswith(below)
    ]


def _votes(plain: Sequence[str], read: Read) -> dict[str, Counter[str]]:
    """Return how many SQL files of each folder, and below it, bear the signs of each dialect.

    A folder whose name tells its dialect keeps its files' votes to itself.
    """
    votes: dict[str, Counter[str]] = {"": Counter()}
    for path in dict.fromkeys((*_spread(plain), *_in_named_folders(plain))):
        dialect = marks.spoken((read(path) or "")[:MOST_CHARACTERS])
        if not dialect:
            continue
        for folder in _above(path):
            votes.setdefault(folder, Counter())[dialect] += 1
            if marks.named(folder.rpartition("/")[2]):
                break
    return votes


def _in_named_folders(plain: Sequence[str]) -> Iterator[str]:
    """Yield some files of each folder whose name tells a dialect, which they may contradict."""
    seen: Counter[str] = Counter()
    for path in plain:
        named = next((one for one in _above(path) if marks.named(one.rpartition("/")[2])), "")
        seen[named] += 1
        if named and seen[named] <= MOST_OF_FOLDER and len(seen) <= MOST_NAMED:
            yield path


def _winner(votes: Counter[str]) -> Found | None:
    """Return the dialect that nearly all of the files which tell anything speak."""
    if not votes:
        return None
    dialect, count = votes.most_common(1)[0]
    total = votes.total()
    if count < 0.8 * total:
        return None
    return dialect, f"the signs of {count} SQL file{'s' if count > 1 else ''}"


def _spark(paths: Sequence[str], required: Sequence[str], read: Read) -> Found | None:
    for text in required:
        named = _REQUIRED_SPARK.search(text)
        if named:
            return "spark", f"{named[0]} is required"
    path = uses_spark(paths, read)
    return ("spark", f"`{path}` imports it") if path else None


def _texts(paths: Iterable[str], read: Read) -> Iterator[str]:
    for path in paths:
        yield read(path) or ""


def _spread(paths: Sequence[str]) -> Sequence[str]:
    """Return at most `MOST_FILES` of `paths`, evenly spread."""
    return paths[:: len(paths) // MOST_FILES + 1]

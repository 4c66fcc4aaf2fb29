"""What `guardian contract` does: lint, diff, a first contract, another form of one."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from guardian import contracts, holding
from guardian.contracts import difference, documents, drafting, naming, writing
from guardian.contracts.difference import Step
from guardian.contracts.documents import Words
from guardian.contracts.wording import said
from guardian.errors import ConfigError
from guardian.languages.contracts import validation
from guardian.languages.contracts.extraction import contracts as contracts_of
from guardian.languages.contracts.extraction import lowered, read
from guardian.languages.safe_yaml import load
from guardian.lineage.link import Memory
from guardian.model.contract import Compatibility, Contract, Format
from guardian.model.plan import Lowered
from guardian.model.source import SourceFile
from guardian.sources.decoding import UnreadableError, decode
from guardian.sources.files import Files, blob_id
from guardian.workspace import Workspace

MOST_RELEASES = 50
MOST_NAMED = 5
_ENDINGS = (".yml", ".yaml", ".json")
_BREAKING: dict[Compatibility, frozenset[str]] = {
    "CONSUMER": frozenset({"loosens", "both", "undetermined"}),
    "PRODUCER": frozenset({"tightens", "both", "undetermined"}),
    "FULL": frozenset({"loosens", "tightens", "both", "undetermined"}),
    "NONE": frozenset(),
}


class Finding(NamedTuple):
    """Something about a contract's file; one that is no `error` is worth a look."""

    file: str
    line: int
    message: str
    error: bool


class Compared(NamedTuple):
    """The steps from one contract of a dataset to the next; a side is missing where it is new."""

    dataset: str
    base: Contract | None
    head: Contract | None
    steps: tuple[Step, ...]


# --- lint ----------------------------------------------------------------------------------------


def linted(workspace: Workspace, named: Sequence[str]) -> tuple[list[Finding], int]:
    """Return what is wrong with the contracts of a repository, or with the files `named`.

    And how many contracts there are.

    Raises:
        ConfigError: a named file cannot be read.
    """
    files = workspace.files_of(None)
    everything = workspace.lowered(files)
    mine = [file for file in everything if file.language == "contract"]
    if named:
        mine = [_named(path, files) for path in named]
        others = tuple(file for file in everything if file.path not in {one.path for one in mine})
        everything = (*others, *mine)
    known = naming.known(everything, workspace.names_elsewhere())
    (renamed,) = naming.resolved([everything], workspace.names_elsewhere(), Memory())
    told = {file.path: file.warnings for file in renamed}
    found = {
        Finding(file.path, item.line, item.message, error=True)
        for file in mine
        for item in (*told.get(file.path, ()), *file.warnings)
    }
    for file in mine:
        found.update(_remarks(file, _text(file.path, files), known))
    return sorted(found), sum(len(file.contracts) for file in mine)


def _text(path: str, files: Files) -> str:
    text = files.text(path)
    return _on_disk(path) if text is None else text


def _named(path: str, files: Files) -> Lowered:
    """Return a named file lowered, wherever it lies and whatever it is called."""
    text = _on_disk(path)
    return lowered(SourceFile(path, text, blob_id(text.encode()), ""), files)


def _on_disk(path: str) -> str:
    try:
        return decode(Path(path).read_bytes())[0]
    except (OSError, UnreadableError) as error:
        raise ConfigError(f"cannot be read: {error}", where=path) from error


def _remarks(file: Lowered, text: str, known: naming.Known) -> Iterator[Finding]:
    """Yield what is valid and hardly meant so, and contracts that nothing here is about."""
    document = read(file.path, text)
    if document.form == "odcs" and document.stated is not None:
        for problem in validation.problems(document.stated):
            if not problem.error:
                yield Finding(file.path, problem.line, problem.message, error=False)
    for contract in file.contracts:
        fitting = known.fitting(contract)
        if len(fitting) == 1:
            continue
        at = contract.at.line
        names = ", ".join(f"`{name}`" for name in fitting[:MOST_NAMED])
        if fitting:
            message = f"{names} may be meant: write the schema in `physicalName`"
        else:
            message = (
                f"nothing here reads or writes `{contract.dataset}`: write the name that the code "
                "uses in `physicalName`, or the database and schema in `servers`"
            )
        yield Finding(file.path, at, message, error=False)


# --- diff ----------------------------------------------------------------------------------------


def between_files(old: str, new: str) -> list[Compared]:
    """Return the steps from one contract's file to another.

    Raises:
        ConfigError: one is not there, or is no contract.
    """
    before, after = _contracts_in(old), _contracts_in(new)
    if len(before) == len(after) == 1:
        return [_compared(before[0], after[0])]
    return _paired({item.dataset: item for item in before}, {item.dataset: item for item in after})


def words_between(old: str, new: str) -> list[Words]:
    """Return the words that differ between two files beside what they promise.

    Raises:
        ConfigError: one is not there, or cannot be read.
    """
    sides = []
    for path in (old, new):
        try:
            sides.append(load(_on_disk(path)))
        except ValueError as error:
            raise ConfigError(str(error), where=path) from error
    return list(documents.differing(sides[0], sides[1]))


def between_revisions(workspace: Workspace, base: str | None, head: str | None) -> list[Compared]:
    """Return the steps between the contracts of two revisions.

    Raises:
        RevisionError: one cannot be read.
    """
    base = base or workspace.left_at(head)
    memory = Memory()
    sides = [_promising(workspace, revision) for revision in (base, head)]
    before, after = naming.resolved(sides, (), memory)
    return _paired(
        {" ".join(key): item for key, item in contracts.held(before).items()},
        {" ".join(key): item for key, item in contracts.held(after).items()},
    )


def since_releases(
    workspace: Workspace, head: str | None, pattern: str
) -> Iterator[tuple[str, list[Compared]]]:
    """Yield the steps since each released version, the latest first, at most fifty.

    Raises:
        RevisionError: the repository cannot be read, or no tag has the pattern.
    """
    for tag in workspace.tags(pattern)[:MOST_RELEASES]:
        yield tag, between_revisions(workspace, tag, head)


def breaks(compared: Compared, mode: Compatibility) -> list[Step]:
    """Return the steps that are not compatible in the way that is asked for."""
    stated = (compared.base or compared.head or _none()).compatibility or mode
    return [step for step in compared.steps if step.direction in _BREAKING[stated]]


def told(step: Step) -> str:
    """Return a step in words: `net: from 0 → from 1`."""
    about = f"{step.clause.column}: " if step.clause.column else ""
    before = said(step.base) if step.base is not None else "nothing"
    after = said(step.head) if step.head is not None else "nothing"
    return f"{about}{before} → {after}"


def _none() -> Contract:
    raise ConfigError("neither side has a contract")


def _contracts_in(path: str) -> tuple[Contract, ...]:
    document = read(path, _on_disk(path))
    if document.shape is None:
        first = next(iter(document.problems), None)
        said_of_it = first.message if first else "this is no data contract"
        raise ConfigError(said_of_it, where=f"{path}:{first.line}" if first else path)
    return contracts_of(document, path, "")


def _promising(workspace: Workspace, revision: str | None) -> tuple[Lowered, ...]:
    files = workspace.files_of(revision)
    return workspace.lowered(files, lambda path: path.endswith(_ENDINGS))


def _paired(before: dict[str, Contract], after: dict[str, Contract]) -> list[Compared]:
    """Return the contracts that differ, in the order of their datasets."""
    found = []
    for key in sorted({*before, *after}):
        compared = _compared(before.get(key), after.get(key))
        if compared.steps:
            found.append(compared)
    return found


def _compared(base: Contract | None, head: Contract | None) -> Compared:
    """Return the steps between two contracts; all clauses of one that is alone come, or go."""
    whole = base or head or _none()
    empty = Contract(names=whole.names, format=whole.format, at=whole.at)
    steps = difference.steps(base or empty, head or empty)
    return Compared(whole.dataset, base, head, steps)


# --- init, export --------------------------------------------------------------------------------


def first(workspace: Workspace, table: str) -> tuple[drafting.Draft, str]:
    """Return a first contract of a table from what the code tells, and its YAML.

    Raises:
        ConfigError: no code here tells of the table, or several are called so.
    """
    world = holding.linked(workspace.lowered(workspace.files_of(None)), workspace.known())
    names = (name for name in world.schemas if world.schemas[name].columns)
    dataset = _meant(table, names)
    draft = drafting.draft(world, dataset)
    return draft, writing.odcs.written(draft.contract, draft.notes)


def exported(workspace: Workspace, table: str, form: Format) -> str:
    """Return the contract of a table in another form.

    Raises:
        ConfigError: there is none, or several are called so.
    """
    files = workspace.lowered(workspace.files_of(None))
    (renamed,) = naming.resolved([files], workspace.names_elsewhere(), Memory())
    held = contracts.by_dataset(renamed)
    dataset = _meant(table, held)
    return writing.FORMS[form](held[dataset])


def _meant(table: str, names: Iterable[str]) -> str:
    """Return the one name that is meant; it may be told without its schema, in any case."""
    known = list(names)
    if table in known:
        return table
    found = [name for name in known if name.lower() == table.lower()]
    found = found or [name for name in known if name.lower().endswith(f".{table.lower()}")]
    if len(found) == 1:
        return found[0]
    if found:
        raise ConfigError(f"several are called `{table}`", fix=f"one of: {', '.join(found[:8])}")
    near = ", ".join(sorted(known)[:8])
    raise ConfigError(f"nothing is known of `{table}`", fix=f"there is: {near}" if near else None)

"""Which dataset a contract is about: its names against those that the code and others use.

The fullest name that is known counts. Where none is, the case, an environment before or behind the
schema and a database in front are passed over, as long as one dataset alone is left.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

import msgspec

from guardian.lineage.link import Memory
from guardian.model.contract import Clause, Contract
from guardian.model.lineage import Diagnostic
from guardian.model.names import is_path
from guardian.model.plan import Declaration, Lowered, Scan

MOST_NAMED = 3
_WORDS = (
    "dev|develop|development|test|tst|testing|qa|uat|int|acc|acceptance|stg|stage|staging|prod|"
    "prd|production|live|sandbox|sbx"
)
_BEFORE = re.compile(rf"^(?:\{{[^}}]*\}}|{_WORDS})[_-]")
_BEHIND = re.compile(rf"[_-](?:\{{[^}}]*\}}|{_WORDS})$")
_S3 = re.compile(r"^s3[an]://")
# Of several contracts for one dataset the one that holds counts.
_STANDING = {"active": 0, "": 0, "deprecated": 1, "proposed": 2, "draft": 2, "retired": 3}
Several: TypeAlias = Mapping[str, Sequence[str]]


class Known:
    """The names of datasets that a repository and its snapshot use."""

    def __init__(self, names: Iterable[str]) -> None:
        """Index `names`."""
        self.names = frozenset(names)
        self._whole: dict[str, list[str]] = {}
        self._schema: dict[str, list[str]] = {}
        self._table: dict[str, list[str]] = {}
        for name in sorted(self.names):
            self._whole.setdefault(_plain(name), []).append(name)
            if not is_path(name):
                self._schema.setdefault(_in_schema(name), []).append(name)
                self._table.setdefault(_plain(name).rpartition(".")[2], []).append(name)

    def dataset(self, contract: Contract) -> str | None:
        """Return the dataset that a contract is about; None where none, or more than one, fits.

        dbt's own schema files name it exactly.
        """
        if contract.format == "dbt":
            return contract.dataset
        found = self.fitting(contract)
        return found[0] if len(found) == 1 else None

    def fitting(self, contract: Contract) -> Sequence[str]:
        """Return the datasets that a contract may be about, as few as its names allow."""
        exact = next((name for name in contract.names if name in self.names), None)
        if exact is not None:
            return (exact,)
        for found in self._less_and_less(contract.names):
            if found:
                return found
        return ()

    def _less_and_less(self, names: Sequence[str]) -> Iterator[Sequence[str]]:
        for name in names:
            yield self._whole.get(_plain(name), ())
        tables = [name for name in names if not is_path(name)]
        for name in tables:
            if "." in name:
                yield self._schema.get(_in_schema(name), ())
        for name in tables[-1:]:
            alike = self._table.get(_plain(name).rpartition(".")[2], ())
            if any("." in other for other in tables):
                # A schema is named: only what the code leaves without one can be meant.
                yield [known for known in alike if "." not in known] if len(alike) == 1 else ()
            else:
                yield alike


def known(files: Iterable[Lowered], others: Iterable[str] = ()) -> Known:
    """Return the names of the datasets that files read, write or declare, and of `others`."""
    found = set(others)
    for file in files:
        found.update(write.dataset for write in file.writes)
        found.update(
            node.dataset
            for inputs in file.inputs
            for node in inputs.nodes
            if isinstance(node, Scan)
        )
        found.update(item.dataset for item in file.declarations if item.origin != "contract")
        for edge in file.tables:
            found.update((*edge.reads, *edge.writes))
    return Known(found)


def resolved(
    revisions: Sequence[Sequence[Lowered]], others: Iterable[str], memory: Memory
) -> list[tuple[Lowered, ...]]:
    """Return the files of revisions, each contract under the name that its dataset has.

    Two revisions that name a dataset alike share their files still. Of two contracts for one
    dataset, the second is told.
    """
    if not any(
        contract.format != "dbt"
        for files in revisions
        for file in files
        for contract in file.contracts
    ):
        return [tuple(files) for files in revisions]
    names = known((file for files in revisions for file in files), others)
    return [tuple(_renamed(files, names, memory)) for files in revisions]


def _renamed(files: Sequence[Lowered], names: Known, memory: Memory) -> Iterator[Lowered]:
    doubled = _doubled(files, names)
    for file in files:
        if not file.contracts:
            yield file
            continue
        found = tuple(names.dataset(contract) or contract.dataset for contract in file.contracts)
        told = doubled.get(file.path, ())
        key = (id(file), found, told)
        kept = memory.renamed.get(key)
        if kept is None:
            kept = memory.renamed[key] = (file, _with_names(file, found, told))
        yield kept[1]


def first(contracts: Iterable[Contract]) -> list[Contract]:
    """Return contracts in the order in which they count: those that hold, then by file."""
    return sorted(
        contracts, key=lambda one: (_STANDING.get(one.status, 0), one.at.file, one.at.line)
    )


def _doubled(files: Sequence[Lowered], names: Known) -> dict[str, tuple[Diagnostic, ...]]:
    """Return what to say, by file, of contracts for a dataset that another one is about."""
    about: dict[tuple[str, str], list[Contract]] = {}
    for file in files:
        for contract in file.contracts:
            dataset = names.dataset(contract) or contract.dataset
            about.setdefault((dataset, contract.format), []).append(contract)
    told: dict[str, list[Diagnostic]] = {}
    for (dataset, form), several in about.items():
        if len(several) > 1 and form != "dbt":
            counting, *others = first(several)
            for other in others:
                if _STANDING.get(other.status, 0) == _STANDING.get(counting.status, 0):
                    told.setdefault(other.at.file, []).append(_second(dataset, counting, other))
    return {path: tuple(said) for path, said in told.items()}


def _second(dataset: str, counting: Contract, other: Contract) -> Diagnostic:
    place = f"{counting.at.file}:{counting.at.line}"
    message = (
        f"`{dataset}` has another contract in `{place}`, which counts: "
        "keep one, or set the `status` of this one to `retired`"
    )
    return Diagnostic(other.at.file, other.at.line, message)


def _with_names(file: Lowered, datasets: Sequence[str], told: tuple[Diagnostic, ...]) -> Lowered:
    """Return a file whose contracts and declarations are about `datasets`, in their order."""
    called = {
        contract.dataset: dataset
        for contract, dataset in zip(file.contracts, datasets, strict=True)
        if contract.dataset != dataset
    }
    if not called and not told:
        return file
    contracts = tuple(
        _called(contract, dataset)
        for contract, dataset in zip(file.contracts, datasets, strict=True)
    )
    declarations = tuple(
        _declared(item, called[item.dataset])
        if item.origin == "contract" and item.dataset in called
        else item
        for item in file.declarations
    )
    return msgspec.structs.replace(
        file, contracts=contracts, declarations=declarations, warnings=(*file.warnings, *told)
    )


def _called(contract: Contract, dataset: str) -> Contract:
    others = (name for name in contract.names if name != dataset)
    clauses = tuple(_refolded(clause, contract.dataset, dataset) for clause in contract.clauses)
    return msgspec.structs.replace(contract, names=(dataset, *others), clauses=clauses)


def _refolded(clause: Clause, before: str, after: str) -> Clause:
    """Return a clause with its columns in the case of the dataset's own engine."""
    if not _other_case(before, after):
        return clause
    value = clause.value
    if clause.kind in {"primary-key", "unique-key", "partition"} and isinstance(value, tuple):
        value = tuple(_like(column, after) for column in value)
    column = clause.column and _like(clause.column, after)
    return msgspec.structs.replace(clause, column=column, value=value)


def _declared(item: Declaration, dataset: str) -> Declaration:
    if not _other_case(item.dataset, dataset):
        return msgspec.structs.replace(item, dataset=dataset)
    columns = tuple(
        msgspec.structs.replace(column, name=_like(column.name, dataset)) for column in item.columns
    )
    keys = tuple(tuple(_like(column, dataset) for column in key) for key in item.keys)
    return msgspec.structs.replace(item, dataset=dataset, columns=columns, keys=keys)


def _other_case(before: str, after: str) -> bool:
    """Return whether the engine of a dataset folds names otherwise than its contract does."""
    if is_path(before) or is_path(after):
        return False
    one, other = before.rpartition(".")[2], after.rpartition(".")[2]
    return one != other and one.lower() == other.lower()


def _like(name: str, dataset: str) -> str:
    return name.upper() if dataset.rpartition(".")[2].isupper() else name.lower()


def _plain(name: str) -> str:
    """Return a name as it is compared: S3 by any of its clients, tables without their case."""
    return _S3.sub("s3://", name) if is_path(name) else name.lower()


def _in_schema(name: str) -> str:
    """Return schema and table, without an environment in the schema's name."""
    *above, table = _plain(name).split(".")
    schema = _BEHIND.sub("", _BEFORE.sub("", above[-1])) if above else ""
    return f"{schema}.{table}"

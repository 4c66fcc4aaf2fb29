"""A contract's file → its contracts, and the columns that they tell of their tables."""

import re
from collections.abc import Iterator

from guardian.languages import Sources
from guardian.languages.contracts import odcs
from guardian.languages.safe_yaml import LinedDict, load
from guardian.model.contract import Contract, TypeName
from guardian.model.lineage import Column, Diagnostic, Location
from guardian.model.plan import Declaration, Lowered
from guardian.model.source import SourceFile

LANGUAGE = "contract"
_AT_LINE = re.compile(r"line (\d+): ")


def lowered(file: SourceFile, sources: Sources) -> Lowered:
    """Return what the tables of one contract file promise; nothing where it is no contract."""
    try:
        document = load(file.text)
    except ValueError as error:
        warning = _unreadable(file.path, str(error))
        return Lowered(path=file.path, language=LANGUAGE, warnings=(warning,), failed=True)
    if not isinstance(document, LinedDict) or not odcs.is_contract(document):
        return Lowered(path=file.path, language=LANGUAGE)
    found = odcs.contracts(document, file.path, sources.dialect(file.path))
    return Lowered(
        path=file.path,
        language=LANGUAGE,
        contracts=found,
        declarations=tuple(_declaration(contract) for contract in found),
    )


def _unreadable(path: str, said: str) -> Diagnostic:
    at = _AT_LINE.match(said)
    why = said[at.end() :] if at else said
    return Diagnostic(path, int(at[1]) if at else 1, f"this contract cannot be read: {why}")


def _declaration(contract: Contract) -> Declaration:
    """Return what a contract tells of its table: it may have columns beside those promised."""
    required = {clause.column for clause in contract.clauses if clause.kind == "required"}
    key = contract.clause("primary-key")
    required |= set(key.value) if key is not None and isinstance(key.value, tuple) else set()
    return Declaration(
        dataset=contract.dataset,
        columns=tuple(
            Column(name, _type(contract, name), False if name in required else None)
            for name in contract.columns()
            if "." not in name
        ),
        keys=tuple(_keys(contract)),
        origin="contract",
        complete=False,
        job=contract.at.file,
        at=Location(contract.at.file, contract.at.line),
    )


def _keys(contract: Contract) -> Iterator[tuple[str, ...]]:
    for clause in contract.clauses:
        if clause.kind == "unique" and clause.column:
            yield (clause.column,)
        elif clause.kind in {"primary-key", "unique-key"} and isinstance(clause.value, tuple):
            yield clause.value


def _type(contract: Contract, column: str) -> str | None:
    clause = contract.clause("type", column)
    if clause is None or not isinstance(clause.value, TypeName):
        return None
    return clause.value.physical or None

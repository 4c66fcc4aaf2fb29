"""A contract's file → its contracts, and the columns that they tell of their tables."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from guardian.languages import Sources
from guardian.languages.contracts import odcs, simple, specification, validation
from guardian.languages.contracts.validation import Problem
from guardian.languages.safe_yaml import LinedDict, load
from guardian.model.contract import Contract, Format, TypeName
from guardian.model.lineage import Column, Diagnostic, Location
from guardian.model.plan import Declaration, Lowered
from guardian.model.source import SourceFile

LANGUAGE = "contract"
MOST_COLUMNS = 20_000
_AT_LINE = re.compile(r"line (\d+): ")
_NAMED = re.compile(r"\.odcs\.ya?ml$", re.IGNORECASE)
_MARKED = re.compile(
    r"""^\W{0,3}(?:kind\W{1,4}DataContract|dataContractSpecification|data_quality)\b""",
    re.MULTILINE,
)


class Document(NamedTuple):
    """A contract's file as it was read: the standard's shape, or why there is none.

    `form` is None where the file is no contract at all, `stated` what its author wrote.
    """

    form: Format | None
    shape: LinedDict | None
    problems: tuple[Problem, ...] = ()
    stated: LinedDict | None = None


def lowered(file: SourceFile, sources: Sources) -> Lowered:
    """Return what the tables of one contract file promise; nothing where it is no contract."""
    document = read(file.path, file.text)
    problems = [*document.problems]
    if document.form == "odcs" and document.stated is not None:
        problems += [problem for problem in validation.problems(document.stated) if problem.error]
    warnings = tuple(Diagnostic(file.path, one.line, one.message) for one in problems)
    if document.form is None or document.shape is None:
        return Lowered(path=file.path, language=LANGUAGE, warnings=warnings, failed=bool(warnings))
    found = contracts(document, file.path, sources.dialect(file.path))
    return Lowered(
        path=file.path,
        language=LANGUAGE,
        contracts=found,
        declarations=tuple(_declaration(contract) for contract in found),
        warnings=warnings,
    )


def read(path: str, text: str) -> Document:
    """Return a contract's file as it was read, whichever form it is in.

    What lies in a folder of contracts and bears none of their marks is something else.
    """
    meant = _NAMED.search(path) is not None or _MARKED.search(text) is not None
    try:
        document = load(text)
    except ValueError as error:
        return Document(None, None, (_unreadable(str(error)),) if meant else ())
    if not isinstance(document, LinedDict):
        told = (
            Problem(1, "this contract is empty: `guardian contract init TABLE` writes a first"),
        )
        return Document(None, None, told if meant else ())
    if specification.is_contract(document):
        return _limited("odcs", specification.in_shape(document), None)
    if simple.is_contract(document):
        return _limited("json", simple.in_shape(document, path), None)
    if odcs.is_contract(document):
        if validation.is_version_2(document):
            return Document(None, None, tuple(validation.problems(document)))
        return _limited("odcs", document, document)
    told = (Problem(document.line, "this is no data contract: write `kind: DataContract`"),)
    return Document(None, None, told if _NAMED.search(path) else ())


def _limited(form: Format, shape: LinedDict, stated: LinedDict | None) -> Document:
    """Return a document, or none where it describes more columns than any honest table has."""
    count, line = _columns_in(shape.get("schema")), shape.lines.get("schema", shape.line)
    if count > MOST_COLUMNS:
        told = f"this contract describes {count:,} columns, more than {MOST_COLUMNS:,}: split it"
        return Document(None, None, (Problem(line, told),))
    return Document(form, shape, (), stated)


def _columns_in(tables: object) -> int:
    waiting = list(tables) if isinstance(tables, list) else []
    count = 0
    while waiting:
        entry = waiting.pop()
        if isinstance(entry, LinedDict):
            inner = entry.get("properties")
            count += len(inner) if isinstance(inner, list) else 0
            waiting += inner if isinstance(inner, list) else ()
            waiting.append(entry.get("items"))
    return count


def contracts(document: Document, path: str, dialect: str) -> tuple[Contract, ...]:
    """Return the contracts of a file's tables."""
    if document.shape is None or document.form is None:
        return ()
    found = odcs.contracts(document.shape, path, dialect)
    form = document.form
    return tuple(
        contract if form == contract.format else msgspec.structs.replace(contract, format=form)
        for contract in found
    )


def _unreadable(said: str) -> Problem:
    at = _AT_LINE.match(said)
    why = said[at.end() :] if at else said
    return Problem(int(at[1]) if at else 1, f"this contract cannot be read: {why}")


def _declaration(contract: Contract) -> Declaration:
    """Return what a contract tells of its table: it may have columns beside those promised."""
    kinds = {
        clause.column: clause.value.physical
        for clause in contract.clauses
        if clause.kind == "type" and not clause.name and isinstance(clause.value, TypeName)
    }
    required = {clause.column for clause in contract.clauses if clause.kind == "required"}
    key = contract.clause("primary-key")
    required |= set(key.value) if key is not None and isinstance(key.value, tuple) else set()
    return Declaration(
        dataset=contract.dataset,
        columns=tuple(
            Column(name, kinds.get(name) or None, False if name in required else None)
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

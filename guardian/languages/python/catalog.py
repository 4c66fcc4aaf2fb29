"""The columns that plans and tables are known to have, for code that asks (`df.columns`)."""

import re
from dataclasses import dataclass, field

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from guardian.languages.python.modules import ModuleFinder, nesting
from guardian.model.names import fold
from guardian.model.plan import (
    Aggregate,
    Alias,
    Distinct,
    Drop,
    Filter,
    FrameRef,
    Generate,
    Handle,
    Item,
    Join,
    Limit,
    Opaque,
    Operator,
    PlanBuilder,
    Project,
    Ref,
    Rename,
    Sample,
    Scan,
    SetOperation,
    Sort,
    Star,
    Unpivot,
    Values,
    WithColumns,
)

DDL_FILES = (".sql", ".ddl", ".hql")
FILE_LIMIT = 2_000
SIZE_LIMIT = 2_000_000
STATEMENT_LIMIT = 50_000
_CREATE = re.compile(
    r"\bCREATE\s+(?:OR\s+REPLACE\s+)?(?:EXTERNAL\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?([\w.`\"\[\]{}$-]+)\s*\(",
    re.IGNORECASE,
)
Columns = tuple[str, ...] | None


@dataclass
class RepositoryCatalog:
    """The tables that `CREATE TABLE` statements of the repository declare.

    Read when first asked for.
    """

    finder: ModuleFinder
    _statements: dict[str, str] | None = None
    _types: dict[str, dict[str, str]] = field(default_factory=dict)

    def types(self, dataset: str) -> dict[str, str]:
        """Return the columns of `dataset` with their types, in order.

        Empty where no statement declares it.
        """
        if dataset not in self._types:
            statement = self._found().get(dataset, "")
            self._types[dataset] = _declared(statement) if statement else {}
        return self._types[dataset]

    def _found(self) -> dict[str, str]:
        if self._statements is None:
            self._statements = {}
            paths = sorted(path for path in self.finder.paths if path.endswith(DDL_FILES))
            for path in paths[:FILE_LIMIT]:
                source = self.finder.sources.read(path)
                if source is not None and len(source.text) <= SIZE_LIMIT:
                    self._collect(source.text)
        return self._statements

    def _collect(self, text: str) -> None:
        found = self._statements if self._statements is not None else {}
        for match in _CREATE.finditer(text):
            end = text.find(";", match.end())
            statement = text[match.start() : end if end >= 0 else len(text)][:STATEMENT_LIMIT]
            name = re.sub(r"[`\"\[\]]", "", match.group(1)).lower()
            found.setdefault(name, statement)


def _declared(statement: str) -> dict[str, str]:
    if nesting(statement) > 50:
        return {}
    try:
        tree = sqlglot.parse_one(statement, dialect="spark")
    except (SqlglotError, ValueError, RecursionError):
        return {}
    schema = tree.this if isinstance(tree, exp.Create) else None
    if not isinstance(schema, exp.Schema):
        return {}
    return {
        fold(column.name, "spark"): column.kind.sql("spark").lower() if column.kind else ""
        for column in schema.expressions
        if isinstance(column, exp.ColumnDef)
    }


def columns_of(
    builder: PlanBuilder, handle: Handle, memory: dict[Handle, Columns], catalog: RepositoryCatalog
) -> Columns:
    """Return the names of a plan's output columns, in order; None where they are not known.

    Inputs have smaller handles than what uses them, so one pass upwards needs no recursion.
    """
    pending = [handle]
    while pending:
        current = pending[-1]
        if current in memory:
            pending.pop()
            continue
        node = builder[current]
        missing = [inner for inner in inputs_of(node) if inner not in memory]
        if missing:
            pending.extend(missing)
            continue
        memory[current] = _output(node, memory, catalog)
        pending.pop()
    return memory[handle]


def scanned(builder: PlanBuilder, handle: Handle) -> dict[str, None]:
    """Return the datasets that a plan reads."""
    found: dict[str, None] = {}
    pending, seen = [handle], set[Handle]()
    while pending:
        current = pending.pop()
        if current in seen:
            continue
        seen.add(current)
        node = builder[current]
        if isinstance(node, Scan) and not node.target:
            found.setdefault(node.dataset)
        pending.extend(inputs_of(node))
    return found


def inputs_of(node: Operator) -> tuple[Handle, ...]:
    """Return the handles that an operator takes its rows from."""
    match node:
        case Join():
            return (node.left, node.right)
        case SetOperation() | Opaque():
            return node.inputs
        case Generate(input=None):
            return ()
        case _:
            pass
    inner = getattr(node, "input", None)
    return (inner,) if isinstance(inner, int) else ()


def _output(node: Operator, memory: dict[Handle, Columns], catalog: RepositoryCatalog) -> Columns:
    match node:
        case Scan():
            declared = tuple(column.name for column in node.columns)
            return declared or tuple(catalog.types(node.dataset)) or None
        case Join():
            return _joined(node, memory[node.left], memory[node.right])
        case SetOperation():
            return _united(node, [memory[inner] for inner in node.inputs])
        case Values():
            return node.columns or None
        case Opaque():
            return node.columns or (memory[node.inputs[0]] if node.keeps and node.inputs else None)
        case Generate(input=None):
            return node.columns or None
        case Unpivot(keys=keys) if keys is not None:
            names = tuple(key.name for key in keys if isinstance(key, Ref | FrameRef))
            return (*names, node.name_column, node.value_column)
        case _:
            inner = inputs_of(node)
            return _changed(node, memory[inner[0]]) if inner else None


def _changed(node: Operator, base: Columns) -> Columns:
    """Return the columns of an operator with one input, whose columns are `base`."""
    match node:
        case Alias(columns=columns) if columns:
            return columns
        case Alias() | Filter() | Distinct() | Sort() | Limit() | Sample():
            return base
        case Project() | Aggregate():
            return _projected(node.items, base)
        case Rename(positional=names) if names:
            return names
        case _:
            pass
    if base is None:
        return None
    match node:
        case WithColumns():
            made = [item.name for item in node.items if item.name]
            return (*base, *dict.fromkeys(name for name in made if name not in base))
        case Drop():
            gone = {part.name for part in node.columns if isinstance(part, Ref | FrameRef)}
            return tuple(name for name in base if name not in gone)
        case Rename():
            pairs = dict(node.pairs)
            return tuple(pairs.get(name, name) for name in base)
        case Generate() if node.columns:
            return (*base, *node.columns)
        case _:
            return None


def _projected(items: tuple[Item, ...], base: Columns) -> Columns:
    names: list[str] = []
    for item in items:
        if isinstance(item.expr, Star):
            if base is None or item.expr.qualifier:
                return None
            names.extend(name for name in base if name not in item.expr.excluded)
        elif item.name is None:
            return None
        else:
            names.append(item.name)
    return tuple(names)


def _joined(node: Join, left: Columns, right: Columns) -> Columns:
    if node.kind in {"semi", "anti"}:
        return left
    if left is None or right is None or node.natural:
        return None
    keys = node.using
    return (
        *keys,
        *(name for name in left if name not in keys),
        *(name for name in right if name not in keys),
    )


def _united(node: SetOperation, inputs: list[Columns]) -> Columns:
    if not node.allow_missing or not inputs:
        return inputs[0] if inputs else None
    names: list[str] = []
    for columns in inputs:
        if columns is None:
            return None
        names.extend(name for name in columns if name not in names)
    return tuple(names)

"""The columns that plans and tables are known to have, for code that asks (`df.columns`)."""

from dataclasses import dataclass, field

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from guardian.languages.python.modules import ModuleFinder, nesting
from guardian.languages.recording import tables_of
from guardian.model.names import fold
from guardian.model.plan import (
    Generate,
    Handle,
    Join,
    Opaque,
    Operator,
    PlanBuilder,
    Scan,
    SetOperation,
)

Columns = tuple[str, ...] | None


@dataclass
class RepositoryCatalog:
    """The tables that `CREATE TABLE` statements of the repository declare.

    Read when first asked for.
    """

    finder: ModuleFinder
    _types: dict[str, dict[str, str]] = field(default_factory=dict)

    def types(self, dataset: str) -> dict[str, str]:
        """Return the columns of `dataset` with their types, in order.

        Empty where no statement declares it.
        """
        if dataset not in self._types:
            statement = tables_of(self.finder.sources).get(dataset, "")
            self._types[dataset] = _declared(statement) if statement else {}
        return self._types[dataset]


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

"""What the code does not tell of a contract: clauses that it neither keeps nor breaks for sure."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from guardian.contracts import grain
from guardian.contracts.breach import Side
from guardian.contracts.nulls import Nulls
from guardian.contracts.values import giving, literal
from guardian.contracts.wording import said
from guardian.model.contract import Clause, Contract
from guardian.model.definition import Definition, Output
from guardian.model.expression import NULL, Expression, is_const

_VALUED = frozenset({"values", "range", "length", "pattern"})
_KEYS = frozenset({"unique", "primary-key", "unique-key"})
_OF_DATA = frozenset({"quality", "service-level", "reference", "items", "multiple", "format"})


class Untold(NamedTuple):
    """A clause of which the code tells nothing, and why; the whole contract's where it is None."""

    clause: Clause | None
    reason: str

    @property
    def text(self) -> str:
        """Return the clause in words, with its column, and why nothing is told of it."""
        if self.clause is None:
            return self.reason
        column = f"`{self.clause.column}`" if self.clause.column else ""
        promised = said(self.clause) if self.clause.kind != "column" else ""
        return f"{' '.join(part for part in (column, promised) if part)}: {self.reason}"


def untold(contract: Contract, side: Side) -> Iterator[Untold]:
    """Yield what cannot be told of a contract from the code of a revision."""
    if not side.writes():
        yield Untold(None, "no job here writes it")
        return
    for clause in contract.clauses:
        if clause.kind in _OF_DATA:
            yield Untold(clause, "only the data tells")
        elif clause.kind in _KEYS:
            key = clause.value if isinstance(clause.value, tuple) else (clause.column or "",)
            if not all(grain.unique(made, key) for made in side.whole()):
                yield Untold(clause, "nothing in the code makes it unique")
        elif clause.column and "." not in clause.column:
            yield from _of_column(clause, clause.column, side)


def _of_column(clause: Clause, name: str, side: Side) -> Iterator[Untold]:
    found = [(made, one) for made in side.writes() if (one := made.column(name)) is not None]
    if not found:
        if clause.kind == "column" and not all(made.complete for made in side.writes()):
            yield Untold(clause, "a `*` over a table that nobody describes may hold it")
    elif clause.kind == "type" and not any(output.type for _, output in found):
        yield Untold(clause, "the code states no type: cast it, or declare the source")
    elif clause.kind == "required" and not _kept(found, side):
        yield Untold(clause, "it may be null where its source is")
    elif clause.kind in _VALUED and not all(_written_out(one.expression) for _, one in found):
        yield Untold(clause, "its values come from the data")


def _kept(found: Sequence[tuple[Definition, Output]], side: Side) -> bool:
    """Return whether each write keeps a column from NULL, or breaks that for sure."""
    for made, output in found:
        nulls = Nulls(side.facts, made.rows, made.dataset if made.options.mode == "merge" else "")
        if not nulls.never(output.expression) and nulls.why(output.expression) is None:
            return False
    return True


def _written_out(value: Expression) -> bool:
    """Return whether a value is one of constants."""
    if is_const(value):
        return value is NULL or literal(value) is not None
    parts = giving(value)
    return bool(parts) and all(map(_written_out, parts))

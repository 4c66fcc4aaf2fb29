"""The code against its contract: what a job writes that its contract does not allow.

Only what the code tells for certain is a breach: a column list that may be longer, a type that is
not known, a value that is not written out say nothing.
"""

from collections.abc import Iterator, Sequence

import msgspec

from guardian.contracts.values import texts, why_null
from guardian.contracts.wording import said
from guardian.diff.reduced import Facts
from guardian.model.contract import Clause, Contract, TypeName
from guardian.model.definition import Definition, Output
from guardian.model.lineage import Location
from guardian.model.types import family

RULES = (
    "contract-column-missing", "contract-column-unlisted", "contract-type-mismatch",
    "contract-nullability-broken", "contract-values-broken", "contract-key-broken",
)  # fmt: skip
_PARTIAL = frozenset({"merge", "update", "delete"})
# Families of which one may stand for the other without a reader noticing.
_ALIKE = (frozenset({"integer", "number"}), frozenset({"object", "map"}))


class Breach(msgspec.Struct, frozen=True, kw_only=True):
    """What a job writes against a clause. `promised` and `written` are told to people."""

    rule: str
    column: str | None
    promised: str
    written: str
    job: str
    at: Location
    clause: Clause | None = None
    confidence: float = 1.0

    @property
    def subject(self) -> tuple[str, str | None, str]:
        """Return what tells whether the other revision has the same breach."""
        return self.rule, self.column, self.written


def breaches(
    contract: Contract,
    definitions: Sequence[Definition],
    declared: frozenset[str],
    facts: Facts,
) -> Iterator[Breach]:
    """Yield what the writes of a dataset do against its contract.

    `declared` are columns that a table statement gives the dataset, whoever fills them.
    """
    whole = [made for made in definitions if made.options.mode not in _PARTIAL]
    yield from _missing(contract, whole, declared)
    yield from _unlisted(contract, whole)
    for made in definitions:
        if made.options.mode != "delete":
            for output in made.columns:
                yield from _of_column(contract, made, output, facts)
    yield from _keys(contract, whole)


def _missing(
    contract: Contract, whole: Sequence[Definition], declared: frozenset[str]
) -> Iterator[Breach]:
    """Yield the promised columns that no write fills, where the writes tell all that they fill."""
    if not whole or not all(made.complete and not made.write.columns for made in whole):
        return
    written = {column.name for made in whole for column in made.columns} | declared
    if any(name.startswith("*") for name in written):
        return
    for clause in contract.clauses:
        name = clause.column
        if clause.kind == "column" and name and "." not in name and name not in written:
            yield Breach(
                rule="contract-column-missing",
                column=name,
                promised=str(clause.value),
                written="not written",
                job=whole[0].job,
                at=whole[0].at,
                clause=clause,
            )


def _unlisted(contract: Contract, whole: Sequence[Definition]) -> Iterator[Breach]:
    promised = set(contract.columns())
    if not promised:
        return
    told: set[str] = set()
    for made in whole:
        for output in made.columns:
            if output.name in promised or output.name in told or output.name.startswith(("*", "{")):
                continue
            told.add(output.name)
            yield Breach(
                rule="contract-column-unlisted",
                column=output.name,
                promised="no such column",
                written=output.name,
                job=made.job,
                at=output.named_at or output.at,
            )


def _of_column(
    contract: Contract, made: Definition, output: Output, facts: Facts
) -> Iterator[Breach]:
    def breach(rule: str, clause: Clause, written: str, confidence: float = 1.0) -> Breach:
        return Breach(
            rule=rule,
            column=output.name,
            promised=said(clause),
            written=written,
            job=made.job,
            at=output.at,
            clause=clause,
            confidence=min(confidence, made.confidence),
        )

    kind = contract.clause("type", output.name)
    if kind is not None and output.type and _mismatched(kind, output.type):
        yield breach("contract-type-mismatch", kind, output.type)
    required = contract.clause("required", output.name) or _key_part(contract, output.name)
    if required is not None and (why := why_null(output.expression, facts)):
        yield breach("contract-nullability-broken", required, f"may be null: {why}")
    allowed = contract.clause("values", output.name)
    if allowed is not None and isinstance(allowed.value, tuple):
        for text in sorted(texts(output.expression) - set(allowed.value)):
            yield breach("contract-values-broken", allowed, text, 0.95)


def _key_part(contract: Contract, column: str) -> Clause | None:
    key = contract.clause("primary-key")
    return key if key is not None and isinstance(key.value, tuple) and column in key.value else None


def _mismatched(clause: Clause, written: str) -> bool:
    """Return whether a written type holds another kind of value than the promised one."""
    if not isinstance(clause.value, TypeName):
        return False
    promised = family(clause.value.physical) or clause.value.logical
    found = family(written)
    if not promised or not found or promised == found:
        return False
    return not any({promised, found} <= alike for alike in _ALIKE)


def _keys(contract: Contract, whole: Sequence[Definition]) -> Iterator[Breach]:
    """Yield the promised keys that are not unique in what a single write makes.

    It groups by more than the key, so that a key may have several rows.
    """
    if len(whole) != 1 or whole[0].options.mode == "append":
        return
    made = whole[0]
    for clause in contract.clauses:
        key = _columns_of(clause)
        if not key or not made.keys or any(set(known) <= set(key) for known in made.keys):
            continue
        if any(set(key) < set(known) for known in made.keys):
            grain = ", ".join(min((len(known), known) for known in made.keys)[1])
            yield Breach(
                rule="contract-key-broken",
                column=clause.column,
                promised=said(clause),
                written=f"one row per {grain}",
                job=made.job,
                at=made.at,
                clause=clause,
                confidence=0.8,
            )


def _columns_of(clause: Clause) -> tuple[str, ...]:
    if clause.kind == "unique" and clause.column:
        return (clause.column,)
    if clause.kind in {"primary-key", "unique-key"} and isinstance(clause.value, tuple):
        return clause.value
    return ()

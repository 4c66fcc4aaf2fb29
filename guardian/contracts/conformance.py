"""The code against its contract: what a job writes that its contract does not allow.

What the code tells for certain is a breach at confidence 1. Where the base is proved to keep a
promise and the head is not, that is one, too, at less: whether it breaks lies with the data. A
column list that may be longer, a type that is not known, a value that is not written out say
nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from msgspec import structs

from guardian.contracts import grain, limits
from guardian.contracts.breach import Breach, Side, broken
from guardian.contracts.nulls import Nulls
from guardian.contracts.wording import said
from guardian.lineage.structs import fields_of
from guardian.model.contract import Clause, Contract, TypeName
from guardian.model.definition import Definition, Output
from guardian.model.expression import name_of
from guardian.model.types import family, fits

RULES = (
    "contract-column-missing", "contract-column-unlisted", "contract-type-mismatch",
    "contract-nullability-broken", "contract-values-broken", "contract-key-broken",
    "contract-order-broken", "contract-partition-broken",
)  # fmt: skip
# Families of which one may stand for the other without a reader noticing.
_ALIKE = (frozenset({"integer", "number"}), frozenset({"object", "map"}))
_GUARANTEE_GONE = 0.7
_WIDER = 0.7
_BY_POSITION = 0.9
# Columns that a tool adds to what a model selects.
_OF_A_TOOL = ("dbt_", "_fivetran_", "_airbyte_", "_dlt_")


def breaches(contract: Contract, side: Side, base: Side | None = None) -> Iterator[Breach]:
    """Yield what the writes of a dataset do against its contract.

    `base` is how the dataset was made before, None where nothing is compared.
    """
    side = _by_position(contract, side)
    base = _by_position(contract, base) if base is not None else None
    yield from _moved(contract, side)
    yield from _missing(contract, side, base)
    yield from _unlisted(contract, side)
    for made in side.writes():
        earlier = base.earlier(made, side) if base is not None else None
        yield from _of_columns(contract, made, side, (base, earlier))
        if earlier is not None:
            yield from _partitions(contract, made, earlier)
    yield from _keys(contract, side, base)


# --- names ----------------------------------------------------------------------------------------


def _by_position(contract: Contract, side: Side) -> Side:
    """Return the side with the contract's names where a write has no others than its positions."""
    names = contract.columns()

    def named(made: Definition) -> Definition:
        bare = made.positional and not made.write.columns and not side.complete
        own = [output.name for output in made.columns]
        if not bare or len(own) != len(names) or set(own) & set(names):
            return made
        columns = zip(made.columns, names, strict=True)
        return replace(made, columns=tuple(replace(item, name=name) for item, name in columns))

    return structs.replace(side, definitions=tuple(map(named, side.definitions)))


def _moved(contract: Contract, side: Side) -> Iterator[Breach]:
    """Yield a write by position whose columns stand in another order than the promised ones."""
    names = contract.columns()
    for made in side.whole():
        own = tuple(output.name for output in made.columns)
        bare = made.positional and not made.write.columns and not side.complete
        if bare and own != names and set(own) == set(names):
            place = next(at for at, name in enumerate(own) if name != names[at])
            yield Breach(
                rule="contract-order-broken",
                column=None,
                promised=", ".join(names),
                written=", ".join(own),
                job=made.job,
                at=made.columns[place].at,
                clause=contract.clause("column", names[place]),
                confidence=_BY_POSITION,
            )


def _missing(contract: Contract, side: Side, base: Side | None) -> Iterator[Breach]:
    """Yield the promised columns that no write fills, where the writes tell all that they fill.

    What a table statement declares, or a column list leaves out, may be filled by the table: that
    is missing only where it was filled before.
    """
    writes = side.writes()
    if not side.whole() or not all(made.complete for made in side.whole()):
        return
    written = {name.casefold() for name in _names(writes)}
    if any(name.startswith(("*", "{")) for name in written):
        return
    listed = any(made.write.columns for made in writes) or side.complete
    unnamed = any(made.positional and not side.complete for made in writes)
    if unnamed and not written & {name.casefold() for name in contract.columns()}:
        return
    before = {name.casefold() for name in _names(base.writes())} if base is not None else set()
    for clause in contract.clauses:
        name = clause.column
        if clause.kind != "column" or not name or name.casefold() in written:
            continue
        if "." in name:
            yield from _missing_field(clause, name, writes)
            continue
        by_table = listed or name in side.declared or name in side.generated
        if not by_table or name.casefold() in before:
            yield _not_written(clause, side.whole()[0])


def _not_written(clause: Clause, made: Definition) -> Breach:
    return Breach(
        rule="contract-column-missing",
        column=clause.column,
        promised=str(clause.value),
        written="not written",
        job=made.job,
        at=made.at,
        clause=clause,
        confidence=made.confidence,
    )


def _missing_field(clause: Clause, name: str, writes: Sequence[Definition]) -> Iterator[Breach]:
    """Yield a promised field of a struct that the struct, where its fields are known, has not."""
    outer, _, inner = name.partition(".")
    for made in writes:
        output = made.column(outer)
        known = _fields(output) if output is not None else ()
        if output is not None and known and inner.partition(".")[0].casefold() not in known:
            yield broken("contract-column-missing", clause, made, output, "not written")
            return


def _fields(output: Output) -> tuple[str, ...]:
    """Return the fields of a written struct, none where they cannot be told."""
    value = output.expression
    while value.op == "member":
        value = value.args[1]
    if value.op == "call" and name_of(value) == "struct" and value.value[1]:
        return tuple(name.strip().casefold() for name in str(value.value[1]).split(","))
    return tuple(name.casefold() for name, _ in fields_of(output.type))


def _names(writes: Sequence[Definition]) -> list[str]:
    return [output.name for made in writes for output in made.columns]


def _unlisted(contract: Contract, side: Side) -> Iterator[Breach]:
    promised = {name.casefold() for name in contract.columns()}
    if not promised:
        return
    told: set[str] = set()
    for made in side.whole():
        if made.positional and not side.complete and not made.write.columns:
            continue
        for output in made.columns:
            name = output.name.casefold()
            if name in promised or name in told or name.startswith(("*", "{", *_OF_A_TOOL)):
                continue
            told.add(name)
            yield Breach(
                rule="contract-column-unlisted",
                column=output.name,
                promised="no such column",
                written=output.name,
                job=made.job,
                at=output.named_at or output.at,
                confidence=made.confidence,
            )


# --- what columns hold ----------------------------------------------------------------------------


def _of_columns(
    contract: Contract, made: Definition, side: Side, before: tuple[Side | None, Definition | None]
) -> Iterator[Breach]:
    """Yield what the columns of a write hold that their clauses do not allow."""
    base, earlier = before
    by_column = _clauses_by_column(contract)
    target = made.dataset if made.options.mode == "merge" else ""
    nulls = Nulls(side.facts, made.rows, target)
    old = {item.name: item for item in earlier.columns} if earlier is not None else {}
    was = Nulls(base.facts, earlier.rows, target) if base is not None and earlier else None
    for output in made.columns:
        clauses = by_column.get(output.name.casefold(), ())
        if not clauses:
            continue
        value = old.get(output.name)
        for clause in clauses:
            if clause.kind == "type":
                yield from _of_type(clause, made, output, value)
        yield from _of_nulls(clauses, made, output, nulls, (was, value))
        previous = value.expression if value is not None else None
        for clause, text, sure in limits.outside(clauses, output.expression, previous):
            yield broken("contract-values-broken", clause, made, output, text, sure)


def _clauses_by_column(contract: Contract) -> Mapping[str, Sequence[Clause]]:
    """Return the clauses about each column, by its name in one case; those of a key among them."""
    found: dict[str, list[Clause]] = {}
    for clause in contract.clauses:
        if clause.column:
            found.setdefault(clause.column.casefold(), []).append(clause)
        elif clause.kind == "primary-key" and isinstance(clause.value, tuple):
            for name in clause.value:
                found.setdefault(name.casefold(), []).append(clause)
    return found


def _of_type(
    clause: Clause, made: Definition, output: Output, before: Output | None
) -> Iterator[Breach]:
    """Yield a written type of another kind, or one that no longer fits into the promised one."""
    promised, written = clause.value, output.type
    if not isinstance(promised, TypeName) or not written:
        return
    if _mismatched(promised, written):
        yield broken("contract-type-mismatch", clause, made, output, written)
    elif promised.physical and before is not None and before.type:
        fitted = fits(before.type, promised.physical)
        if fitted and fits(written, promised.physical) is False:
            yield broken("contract-type-mismatch", clause, made, output, written, _WIDER)


def _mismatched(promised: TypeName, written: str) -> bool:
    """Return whether a written type holds another kind of value than the promised one."""
    wanted = family(promised.physical) or promised.logical
    found = family(written)
    if not wanted or not found or wanted == found:
        return False
    return not any({wanted, found} <= alike for alike in _ALIKE)


def _of_nulls(
    clauses: Sequence[Clause],
    made: Definition,
    output: Output,
    nulls: Nulls,
    before: tuple[Nulls | None, Output | None],
) -> Iterator[Breach]:
    """Yield that a column which is promised never to be NULL may be."""
    required = next((one for one in clauses if one.kind in {"required", "primary-key"}), None)
    if required is None:
        return
    required = next((one for one in clauses if one.kind == "required"), required)
    value = output.expression
    reason = nulls.why(value)
    if reason is not None:
        text = f"may be null: {reason.text}"
        yield _null(required, made, output, text, reason.confidence)
        return
    was, old = before
    kept = was is not None and old is not None and was.never(old.expression)
    if kept and not nulls.never(value):
        text = "may be null: what kept it from that is gone"
        yield _null(required, made, output, text, _GUARANTEE_GONE)


def _null(clause: Clause, made: Definition, output: Output, text: str, sure: float) -> Breach:
    return structs.replace(
        broken("contract-nullability-broken", clause, made, output, text, sure), column=output.name
    )


# --- rows and storage -----------------------------------------------------------------------------


def _keys(contract: Contract, side: Side, base: Side | None) -> Iterator[Breach]:
    """Yield the promised keys that no longer tell apart what a write makes.

    Whether they did is for the data to tell: only what repeats rows more than before counts.
    """
    if base is None:
        return
    for made in side.whole():
        earlier = base.earlier(made, side)
        for clause in contract.clauses if earlier is not None else ():
            key = _columns_of(clause)
            found = earlier and key and grain.lost(made, earlier, key, (side.facts, base.facts))
            if found:
                yield _repeated(clause, made, *found)


def _repeated(clause: Clause, made: Definition, written: str, sure: float) -> Breach:
    return Breach(
        rule="contract-key-broken",
        column=clause.column,
        promised=said(clause),
        written=written,
        job=made.job,
        at=made.at,
        clause=clause,
        confidence=min(sure, made.confidence),
    )


def _columns_of(clause: Clause) -> tuple[str, ...]:
    if clause.kind == "unique" and clause.column:
        return (clause.column,)
    if clause.kind in {"primary-key", "unique-key"} and isinstance(clause.value, tuple):
        return clause.value
    return ()


def _partitions(contract: Contract, made: Definition, earlier: Definition) -> Iterator[Breach]:
    """Yield that a write stores by other columns than the promised ones, which it did before."""
    clause = contract.clause("partition")
    if clause is None or not isinstance(clause.value, tuple):
        return
    promised = tuple(name.casefold() for name in clause.value)
    now = tuple(name.casefold() for name in made.options.partition_by)
    before = tuple(name.casefold() for name in earlier.options.partition_by)
    if before == promised and now != promised:
        yield Breach(
            rule="contract-partition-broken",
            column=None,
            promised=said(clause),
            written=f"partition: {', '.join(made.options.partition_by)}" if now else "no partition",
            job=made.job,
            at=made.at,
            clause=clause,
            confidence=made.confidence,
        )

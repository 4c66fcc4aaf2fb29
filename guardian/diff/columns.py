"""Columns: added, removed, renamed, computed otherwise, of another type, in another order."""

from collections.abc import Iterator, Sequence

import msgspec

from guardian.diff import Both, Detector, Pair, fingerprints
from guardian.diff.clauses import both_texts, difference
from guardian.diff.equality import matched_arms, nodes_below
from guardian.lineage.text import text_of, texts_apart
from guardian.model.changes import Change, Clauses
from guardian.model.definition import Output
from guardian.model.expression import Expression
from guardian.model.lineage import Column
from guardian.model.plan import Declaration

NOT_READ = 0.6  # the definitions differ in code that could not be read, a UDF for instance


def changed_names(both: Both) -> Iterator[Change]:
    """Yield columns that came, went, or go by another name now.

    A rename has the same definition.
    """
    for pair in both.pairs:
        gone = [
            column
            for column in pair.base.columns
            if _named(column) and pair.head.column(column.name) is None
        ]
        new = [
            column
            for column in pair.head.columns
            if _named(column) and pair.base.column(column.name) is None
        ]
        for old, renamed in _renames(pair, gone, new):
            gone.remove(old)
            new.remove(renamed)
            yield _change(
                pair,
                "column-renamed",
                renamed.name,
                old=old,
                new=renamed,
                before=old.name,
                after=renamed.name,
            )
        if pair.head.complete:
            for column in gone:
                yield _change(
                    pair, "column-removed", column.name, old=column, new=None, before=_said(column)
                )
        if pair.base.complete:
            for column in new:
                yield _change(
                    pair, "column-added", column.name, old=None, new=column, after=_said(column)
                )


def _named(column: Output) -> bool:
    return not column.name.startswith("*")


def _renames(
    pair: Pair, gone: Sequence[Output], new: Sequence[Output]
) -> list[tuple[Output, Output]]:
    """Return the columns of one definition under two names; where several fit, in their order."""
    left = list(new)
    found = []
    for column in gone:
        match = next(
            (other for other in left if pair.same(column.expression, other.expression)), None
        )
        if match is not None and _telling(column.expression):
            left.remove(match)
            found.append((column, match))
    return found


def _telling(expression: Expression) -> bool:
    """Return whether an expression says enough to know a column by: a constant does not."""
    return expression.op not in {"const", "unknown", "symbol"}


def changed_logic(both: Both) -> Iterator[Change]:
    """Yield columns that are computed otherwise, once each.

    A cast to another type alone is a change of type.
    """
    for pair in both.pairs:
        moved = _moved(pair)
        for head in pair.head.columns:
            base = pair.base.column(head.name)
            if base is None or not _named(head) or head.name in moved:
                continue
            if pair.same(base.expression, head.expression):
                continue
            before, after, side = _before_and_after(pair, base, head)
            if (
                pair.same(_uncast(base.expression), _uncast(head.expression))
                and base.type != head.type
            ):
                yield _change(
                    pair,
                    "column-type-changed",
                    head.name,
                    old=base,
                    new=head,
                    before=base.type or before,
                    after=head.type or after,
                )
            else:
                change = _change(
                    pair,
                    "column-logic-changed",
                    head.name,
                    old=base,
                    new=head,
                    before=before,
                    after=after,
                )
                yield msgspec.structs.replace(change, side_input=side)


def _uncast(expression: Expression) -> Expression:
    """Return what is under the outermost casts."""
    while expression.op == "call" and expression.value[0] in {"cast", "try_cast"}:
        expression = expression.args[0]
    if expression.op in {"member", "maybe"}:
        inner = expression.args[1] if expression.op == "member" else expression.args[0]
        return _uncast(inner) if inner.op == "call" and inner.value[0] == "cast" else expression
    return expression


def _before_and_after(pair: Pair, base: Output, head: Output) -> tuple[str, str, Clauses | None]:
    """Return the author's words, or the expressions down to the inputs where those are the same.

    Where both read alike, what differs is below them: the rows that a side input is made from.
    """
    if base.text and head.text and " ".join(base.text.split()) != " ".join(head.text.split()):
        return base.text, head.text, None
    before, after = text_of(base.expression), text_of(head.expression)
    if before != after:
        return before, after, None
    apart = texts_apart(base.expression, head.expression)
    if apart[0] != apart[1]:
        return *apart, None
    side = _below(pair, base.expression, head.expression)
    gone, new = side.before, side.after
    texts = (f"{before} … {gone}" if gone else before), (f"{after} … {new}" if new else after)
    return *texts, (side if gone or new else None)


def _below(pair: Pair, base: Expression, head: Expression) -> Clauses:
    """Return the clauses that differ in what two expressions are seen through."""
    words = (pair.base.words, pair.head.words)
    left, right = _seen_through(base), _seen_through(head)
    gone = [item for item in left if item not in right]
    new = [item for item in right if item not in left]
    for one, other in matched_arms(gone, new):
        found = difference(gone[one], new[other], words)
        if found:
            return Clauses(*both_texts(found))
    return Clauses()


def _seen_through(expression: Expression) -> list[Expression]:
    """Return the closed relations that an expression takes values from, in a stable order."""
    nodes = (node.args[0] for node in nodes_below(expression) if node.op in {"member", "optional"})
    return sorted({node.args[0] for node in nodes if node.op == "instance"}, key=_digest)


def _digest(expression: Expression) -> bytes:
    return expression.digest


def _said(column: Output) -> str:
    return column.text or text_of(column.expression)


def changed_order(both: Both) -> Iterator[Change]:
    """Yield one change where columns are written by position and their order differs."""
    for pair in both.pairs:
        moved = _moved(pair)
        common = {column.name for column in pair.base.columns}
        common &= {column.name for column in pair.head.columns}
        before = [column.name for column in pair.base.columns if column.name in common]
        after = [
            moved.get(column.name, column.name)
            for column in pair.head.columns
            if column.name in common
        ]
        if _by_position(pair) and before != after:
            said = {"before": ", ".join(before), "after": ", ".join(after)}
            yield _change(pair, "column-order-changed", None, old=None, new=None, **said)


def _by_position(pair: Pair) -> bool:
    return pair.base.positional and pair.head.positional and not pair.head.write.columns


MOST_COMPARED = 20  # altered columns; of more, only identical ones are found at another place


def _moved(pair: Pair) -> dict[str, str]:
    """Return the columns that hold what another one held, by the other's name.

    Where a table's declared columns name what is written by position, columns that change places
    keep their names and exchange their values.
    """
    if not _by_position(pair):
        return {}
    altered = [
        (base, head)
        for head in pair.head.columns
        if (base := pair.base.column(head.name)) is not None
        and not pair.same(base.expression, head.expression)
    ]
    moved = {}
    identical = {base.expression: base for base, _ in reversed(altered)}
    compared = altered if len(altered) <= MOST_COMPARED else []
    for _, head in altered:
        origin = identical.get(head.expression) or next(
            (base for base, _ in compared if pair.same(base.expression, head.expression)), None
        )
        if origin is not None and _telling(head.expression):
            moved[head.name] = origin.name
    return moved


def _change(
    pair: Pair,
    rule: str,
    column: str | None,
    *,
    old: Output | None,
    new: Output | None,
    before: str | None = None,
    after: str | None = None,
) -> Change:
    """Return a change of one column, at the line where it is made now.

    Or the job's where it is gone.
    """
    at = new.at if new is not None else pair.head.at
    if new is not None and rule in {"column-renamed", "column-added"}:
        at = new.named_at or at
    was = old.at if old is not None else pair.base.at
    change = Change(
        rule=rule,
        dataset=pair.head.dataset,
        column=column,
        before=before,
        after=after,
        job=pair.head.job,
        location=at,
        base_location=was,
        confidence=round(_sure(old, new) * min(pair.base.confidence, pair.head.confidence), 3),
    )
    return msgspec.structs.replace(change, fingerprint=_fingerprint(pair, change, old, new))


def _fingerprint(pair: Pair, change: Change, old: Output | None, new: Output | None) -> str:
    """Return what a change is known by: the column's expressions, unless names are all of it."""
    if change.rule in {"column-renamed", "column-order-changed"}:
        return fingerprints.of_texts(change)
    return fingerprints.of_values(
        change,
        (None if old is None else old.expression, pair.base.rows),
        (None if new is None else new.expression, pair.head.rows),
        texts=(change.before, change.after) if change.rule == "column-type-changed" else (),
    )


def _sure(old: Output | None, new: Output | None) -> float:
    """Return how certain it is that two definitions differ: less where unread code does."""
    if old is None or new is None:
        return 1.0
    base, head = (_unread(column.expression) for column in (old, new))
    return 1.0 if base == head else NOT_READ


def _unread(expression: Expression) -> set[Expression]:
    return {node for node in nodes_below(expression) if node.op in {"opaque", "opaque_rows"}}


# --- what DDL declares ---------------------------------------------------------------------------


def changed_declarations(both: Both) -> Iterator[Change]:
    """Yield what changed in a CREATE TABLE.

    Types, nullability, and columns where no query tells them.
    """
    base = [item for item in both.base_declared if item.origin == "ddl" and item.columns]
    head = [item for item in both.head_declared if item.origin == "ddl" and item.columns]
    if not base or not head:
        return
    before = {column.name: column for item in base for column in item.columns}
    after = {column.name: column for item in head for column in item.columns}
    for name in [*before, *(name for name in after if name not in before)]:
        yield from _declared_change(both, base[-1], head[-1], before.get(name), after.get(name))


def _declared_change(
    both: Both, base: Declaration, head: Declaration, old: Column | None, new: Column | None
) -> Iterator[Change]:
    def change(rule: str, column: str, before: str | None, after: str | None) -> Change:
        return Change(
            rule=rule,
            dataset=both.dataset,
            column=column,
            before=before,
            after=after,
            job=head.job,
            location=head.at,
            base_location=base.at,
            detail="declared",
        )

    if old is None and new is not None:
        yield change("column-added", new.name, None, new.type or new.name)
    elif new is None and old is not None:
        yield change("column-removed", old.name, old.type or old.name, None)
    elif old is not None and new is not None:
        if old.type != new.type and old.type and new.type:
            yield change("column-type-changed", new.name, old.type, new.type)
        if (old.nullable is False) != (new.nullable is False):
            yield change("column-nullability-changed", new.name, _nullable(old), _nullable(new))


def _nullable(column: Column) -> str:
    return "NOT NULL" if column.nullable is False else "NULL"


DECLARED = Detector(
    rules=("column-type-changed", "column-nullability-changed", "column-added", "column-removed"),
    detect=changed_declarations,
)
NAMES = Detector(rules=("column-added", "column-removed", "column-renamed"), detect=changed_names)
LOGIC = Detector(rules=("column-logic-changed", "column-type-changed"), detect=changed_logic)
ORDER = Detector(rules=("column-order-changed",), detect=changed_order)

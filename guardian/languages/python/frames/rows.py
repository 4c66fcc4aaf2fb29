"""The operators of the plan that frames are made of, whatever their library calls them."""

from collections.abc import Iterable, Sequence
from typing import Literal

from sqlglot import exp

from guardian.languages.expressions.rewriting import rewritten
from guardian.languages.python.catalog import inputs_of
from guardian.languages.python.fingerprints import call_fingerprint
from guardian.languages.python.frames.terms import Term, column_of
from guardian.languages.python.machine import Machine
from guardian.languages.python.spark_columns import Tree
from guardian.languages.python.spark_frames import Frame, columns
from guardian.languages.python.spark_rows import order_key
from guardian.languages.python.spark_state import DIALECT, add, lower, state_of
from guardian.languages.python.values import Call
from guardian.model.lineage import Location
from guardian.model.names import fold
from guardian.model.plan import (
    Aggregate,
    Distinct,
    Drop,
    Expr,
    Filter,
    FrameRef,
    Handle,
    Item,
    Join,
    JoinKind,
    Limit,
    Opaque,
    OpaqueExpr,
    Project,
    Ref,
    Rename,
    SetOperation,
    Sort,
    Subquery,
    WithColumns,
)
from guardian.model.plan import Call as PlanCall

IN_ROWS = "in_rows_"
ALIGNED = "__aligned"
# A frame that is joined with itself again and again would double its columns each time.
MOST_COLUMNS = 2_000


def name_of(text: str) -> str:
    """Return a column's name as the plan holds it."""
    return fold(text, DIALECT)


def known_columns(machine: Machine, handle: Handle) -> tuple[str, ...] | None:
    """Return the names of the columns of a plan where they are known."""
    return columns(Frame(handle), machine)


# --- expressions ---------------------------------------------------------------------------------


def lowered(machine: Machine, tree: Tree, at: Location) -> Expr:
    """Return a column's tree as an expression of the plan."""
    return rewritten(lower(machine, tree, at), _subquery)


def _subquery(part: Expr) -> Expr | None:
    """Return the test that a value is among the rows of another frame."""
    if isinstance(part, PlanCall) and part.name.startswith(IN_ROWS):
        plan = int(part.name.removeprefix(IN_ROWS))
        return Subquery("in", plan, operand=part.args, closed=True)
    return None


def item_of(call: Call, term: Term, name: str, text: str = "") -> Item:
    """Return a column being made."""
    at = call.at
    if term.origin is not None:
        module, node = term.origin
        at = module.location(node)
    return Item(lowered(call.machine, term.tree, at), name_of(name), at, text or call.text)


def frames_in(tree: Tree) -> list[Handle]:
    """Return the plans that an expression's columns belong to."""
    found = (node.meta.get("frame") for node in tree.find_all(exp.Column))
    return list(dict.fromkeys(frame for frame in found if isinstance(frame, int)))


def below(machine: Machine, handle: Handle) -> set[Handle]:
    """Return all plans that a plan is made of, with itself."""
    builder = state_of(machine).file.builder
    found: set[Handle] = set()
    pending = [handle]
    while pending:
        current = pending.pop()
        if current not in found:
            found.add(current)
            pending.extend(inputs_of(builder[current]))
    return found


def aligned(call: Call, handle: Handle, term: Term) -> tuple[Handle, Term]:
    """Return the rows with those of the other frames that `term` needs put beside them.

    pandas matches them by their index, which only a run would tell.
    """
    known: set[Handle] | None = None
    for other in frames_in(term.tree):
        if other == handle:
            continue
        known = below(call.machine, handle) if known is None else known
        if other in known:
            continue
        if handle in below(call.machine, other) and len(frames_in(term.tree)) == 1:
            return _beside(call, handle, other, term)
        term = _renamed_frame(term, other)
        handle = _matched(call, handle, other, _names_of(term.tree, other))
    return handle, term


def _beside(call: Call, handle: Handle, other: Handle, term: Term) -> tuple[Handle, Term]:
    made = item_of(call, term, ALIGNED)
    right = add(call.machine, Project(other, (made,)))
    return _joined_by_index(call, handle, right), Term(column_of(ALIGNED), frame=handle)


def _names_of(tree: Tree, frame: Handle) -> list[str]:
    return list(
        dict.fromkeys(
            node.meta["name"] for node in tree.find_all(exp.Column)
            if node.meta.get("beside") == frame
        )
    )  # fmt: skip


def _renamed_frame(term: Term, frame: Handle) -> Term:
    """Return `term` with the columns of `frame` under names that nothing else has."""

    def change(node: Tree) -> Tree:
        if isinstance(node, exp.Column) and node.meta.get("frame") == frame:
            fresh = column_of(f"{ALIGNED}_{name_of(node.name)}")
            fresh.meta["beside"], fresh.meta["name"] = frame, name_of(node.name)
            return fresh
        return node

    made = Term(term.tree.transform(change), names=term.names, frame=term.frame)
    made.origin = term.origin
    return made


def _matched(call: Call, handle: Handle, other: Handle, names: Sequence[str]) -> Handle:
    items = tuple(Item(FrameRef(other, name), f"{ALIGNED}_{name}", call.at) for name in names)
    return _joined_by_index(call, handle, add(call.machine, Project(other, items)))


def _joined_by_index(call: Call, left: Handle, right: Handle) -> Handle:
    condition = OpaqueExpr("index", (), "same_index")
    node = Join(left=left, right=right, kind="left", on=condition, at=call.at, text=call.text)
    return add(call.machine, node)


# --- operators -----------------------------------------------------------------------------------


def extended(call: Call, handle: Handle, entries: Iterable[tuple[str, Term, str]]) -> Handle:
    """Return the rows with columns (name, column, text) set."""
    items: list[Item] = []
    start = handle
    for name, term, text in entries:
        handle, ready = aligned(call, handle, term)
        items.append(item_of(call, ready, name, text))
    if not items:
        return handle
    made = add(call.machine, WithColumns(handle, tuple(items)))
    if handle == start:
        return made
    builder = state_of(call.machine).file.builder
    strange = {
        part.name
        for node in below(call.machine, handle)
        if isinstance(builder[node], Project)
        for part in builder[node].items  # type: ignore[union-attr]  # a Project has items
        if part.name and part.name.startswith(ALIGNED)
    }
    gone = tuple(Ref(name) for name in sorted(strange))
    return add(call.machine, Drop(made, gone)) if gone else made


def projected(call: Call, handle: Handle, entries: Iterable[tuple[str, Term, str]]) -> Handle:
    """Return columns (name, column, text) alone."""
    items: list[Item] = []
    for name, term, text in entries:
        handle, ready = aligned(call, handle, term)
        items.append(item_of(call, ready, name, text))
    return add(call.machine, Project(handle, tuple(items)))


def picked(call: Call, handle: Handle, names: Iterable[str]) -> Handle:
    """Return the columns of these names alone."""
    items = tuple(
        Item(FrameRef(handle, name_of(name)), name_of(name), call.at, name) for name in names
    )
    return add(call.machine, Project(handle, items))


def filtered(call: Call, handle: Handle, term: Term, text: str = "") -> Handle:
    """Return the rows for which `term` holds."""
    handle, ready = aligned(call, handle, term)
    shown = " ".join((text or call.text).split())[:300]
    condition = lowered(call.machine, ready.tree, call.at)
    windowed = ready.tree.find(exp.Window) is not None
    node = Filter(handle, condition, "QUALIFY" if windowed else "WHERE", call.at, shown)
    return add(call.machine, node)


def dropped(call: Call, handle: Handle, names: Iterable[str]) -> Handle:
    """Return the rows without the columns of these names."""
    gone = tuple(Ref(name_of(name)) for name in names)
    return add(call.machine, Drop(handle, gone)) if gone else handle


def renamed(call: Call, handle: Handle, pairs: Iterable[tuple[str, str]]) -> Handle:
    """Return the rows with columns (old, new) renamed at once."""
    folded = tuple((name_of(old), name_of(new)) for old, new in pairs if old != new)
    if not folded:
        return handle
    return add(call.machine, Rename(handle, folded, at=call.at))


def relabelled(call: Call, handle: Handle, names: Iterable[str]) -> Handle:
    """Return the rows with all columns renamed by position."""
    folded = tuple(name_of(name) for name in names)
    return add(call.machine, Rename(handle, positional=folded, at=call.at))


def joined(
    call: Call, left: Handle, right: Handle, kind: JoinKind, on: Sequence[tuple[Expr, Expr]]
) -> Handle:
    """Return two frames joined on pairs of expressions; rows side by side where there is none."""
    if _too_wide(call, left, right):
        return opaque(call, [left, right], "merge", why=TOO_WIDE)
    condition: Expr | None = None
    for first, second in on:
        test = PlanCall("eq", (first, second))
        condition = test if condition is None else PlanCall("and", (condition, test))
    if condition is None and kind not in {"cross", "semi", "anti"}:
        condition = OpaqueExpr("index", (), "same_index")
    node = Join(left=left, right=right, kind=kind, on=condition, at=call.at, text=call.text)
    return add(call.machine, node)


def joined_using(
    call: Call, left: Handle, right: Handle, kind: JoinKind, keys: Sequence[str]
) -> Handle:
    """Return two frames joined on columns of one name, which stand where the left side's do."""
    if _too_wide(call, left, right):
        return opaque(call, [left, right], "merge", why=TOO_WIDE)
    using = tuple(name_of(key) for key in keys)
    node = Join(
        left=left, right=right, kind=kind, using=using, keys_stay=True, at=call.at, text=call.text
    )
    return add(call.machine, node)


TOO_WIDE = f"this join makes more than {MOST_COLUMNS:,} columns; its lineage is approximate"


def _too_wide(call: Call, left: Handle, right: Handle) -> bool:
    names = [known_columns(call.machine, side) or () for side in (left, right)]
    return sum(map(len, names)) > MOST_COLUMNS


def with_suffixes(
    call: Call, sides: tuple[Handle, Handle], keys: Sequence[str], suffixes: tuple[str, str]
) -> tuple[Handle, Handle]:
    """Return both sides with columns that they share, but for `keys`, told apart by suffixes."""
    names = [known_columns(call.machine, side) for side in sides]
    first, second = names
    if first is None or second is None:
        return sides
    shared = [name for name in first if name in second and name not in {*map(name_of, keys)}]
    left, right = (
        renamed(call, side, [(name, f"{name}{suffix}") for name in shared if suffix])
        for side, suffix in zip(sides, suffixes, strict=True)
    )
    return left, right


def grouped(call: Call, handle: Handle, keys: Sequence[Item], items: Sequence[Item]) -> Handle:
    """Return one row for each value of `keys`, which stay beside `items`."""
    node = Aggregate(
        input=handle, keys=tuple(key.expr for key in keys), items=(*keys, *items),
        alias_keys=False, at=call.at, text=call.text,
    )  # fmt: skip
    return add(call.machine, node)


def united(call: Call, handles: Sequence[Handle], *, missing: bool = True) -> Handle:
    """Return the rows of all, matched by the names of their columns."""
    if len(handles) == 1:
        return handles[0]
    node = SetOperation(
        kind="union", inputs=tuple(handles), all=True, by_name=True, allow_missing=missing,
        at=call.at,
    )  # fmt: skip
    return add(call.machine, node)


def distinct(call: Call, handle: Handle, names: Sequence[str]) -> Handle:
    """Return each row once, or one row for each value of `names`."""
    keys = tuple(FrameRef(handle, name_of(name)) for name in names)
    return add(call.machine, Distinct(handle, keys, at=call.at))


def sorted_by(call: Call, handle: Handle, keys: Sequence[tuple[Tree, bool]]) -> Handle:
    """Return the rows in the order of (key, descending); missing values stand last."""
    orders = tuple(
        order_key(
            call.machine, exp.Ordered(this=tree, desc=down, nulls_first=False), call.at
        )
        for tree, down in keys
    )  # fmt: skip
    return add(call.machine, Sort(handle, orders, call.at)) if orders else handle


def limited(call: Call, handle: Handle, count: str) -> Handle:
    """Return the first rows."""
    return add(call.machine, Limit(handle, count, at=call.at))


# --- what is not understood ----------------------------------------------------------------------

Side = Literal["keeps", "mixes"]


def opaque(
    call: Call, handles: Sequence[Handle], name: str, made: Sequence[str] = (), *,
    keeps: bool = True, why: str = "",
) -> Handle:  # fmt: skip
    """Return what a call makes that is not understood: its inputs' columns, or `made` of them all.

    The warning is given where something that is written depends on it.
    """
    node = Opaque(
        inputs=tuple(dict.fromkeys(handles)), fingerprint=call_fingerprint(name, call),
        columns=tuple(name_of(column) for column in made), keeps=keeps and not made,
        reason=name, at=call.at,
    )  # fmt: skip
    handle = add(call.machine, node)
    doubt = why or f"`{name}` of a data frame is not understood; its columns are approximate"
    state_of(call.machine).file.doubts.setdefault(handle, (doubt, call.at))
    return handle


def tell_doubts(machine: Machine, handle: Handle) -> None:
    """Warn of what was not understood on the way to something that is written."""
    doubts = state_of(machine).file.doubts
    if not doubts:
        return
    for node in sorted(below(machine, handle) & set(doubts)):
        message, at = doubts[node]
        machine.warn(message, at)

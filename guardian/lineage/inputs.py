"""What a plan scans and calls: who has to be known before it can be bound."""

from collections.abc import Callable, Collection, Iterable
from operator import attrgetter
from typing import TypeAlias, get_args

import msgspec

from guardian.lineage.operators import inputs_of
from guardian.model.lineage import Column, Location
from guardian.model.plan import (
    FUNCTION,
    Call,
    Constant,
    FrameRef,
    Handle,
    Join,
    Lowered,
    PlanInputs,
    Recursive,
    Ref,
    Rename,
    Returned,
    Scan,
    Subquery,
    Symbol,
)


def with_inputs(file: Lowered) -> Lowered:
    """Return a file with the inputs of each plan that it writes or returns."""
    roots = dict.fromkeys(
        [write.plan for write in file.writes] + [routine.plan for routine in file.routines]
    )
    inputs = tuple(_inputs(file, root) for root in roots)
    return msgspec.structs.replace(file, inputs=inputs) if inputs else file


def scans(file: Lowered, root: Handle) -> list[Scan]:
    """Return the scans of a plan, those in subqueries among them."""
    return [node for node in sources(file, root) if isinstance(node, Scan)]


def sources(
    file: Lowered, root: Handle, functions: Collection[str] = ()
) -> list[Scan | Returned | Rename]:
    """Return the scans of a plan, the routines that it calls, and what names its columns.

    Those in subqueries are among them.
    """
    noted = next((item for item in file.inputs if item.root == root), None)
    inputs = noted or _inputs(file, root)
    called = (f"{FUNCTION}{name}" for name in inputs.calls) if functions else ()
    return [*inputs.nodes, *(Returned(routine=name) for name in called if name in functions)]


def _inputs(file: Lowered, root: Handle) -> PlanInputs:
    seen: set[Handle] = set()
    found: list[Scan | Returned | Rename] = []
    calls: dict[str, None] = {}
    stack = [root]
    while stack:
        handle = stack.pop()
        if handle in seen:
            continue
        seen.add(handle)
        node = file.nodes[handle]
        if isinstance(node, Scan | Returned) or (isinstance(node, Rename) and node.like):
            found.append(node)
        stack.extend(inputs_of(node))
        stack.extend(_inner_plans(node, calls))
    return PlanInputs(root, tuple(found), tuple(calls))


def _inner_plans(node: object, calls: dict[str, None]) -> Iterable[Handle]:
    """Yield the plans inside an operator's expressions, and those that see the rows around them.

    What the expressions call is noted in `calls`.
    """
    stack: list[object] = [node]
    while stack:
        part = stack.pop()
        if isinstance(part, tuple):
            stack.extend([one for one in part if type(one) not in _LEAVES])
            continue
        if isinstance(part, Call):
            calls[part.name.lower()] = None
        elif isinstance(part, Subquery):
            yield part.plan
        elif isinstance(part, Join) and part.lateral:
            yield part.right
        elif isinstance(part, Recursive):
            yield part.step
        held = _inner.get(type(part)) or _held_by(type(part))
        stack.extend([value for value in held(part) if value and type(value) not in _LEAVES])


_Held: TypeAlias = Callable[[object], tuple[object, ...]]
_inner: dict[type[object], _Held] = {}


def _held_by(kind: type[object]) -> _Held:
    """Return what reads the fields of an operator or expression that may hold expressions."""
    fields = msgspec.structs.fields(kind) if issubclass(kind, msgspec.Struct) else ()
    names = [field.name for field in fields if _may_hold_one(field.type)]
    several = attrgetter(*names) if len(names) > 1 else None
    held: _Held = several or (lambda part: tuple([getattr(part, name) for name in names]))
    _inner[kind] = held
    return held


def _may_hold_one(kind: object) -> bool:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return kind not in _LEAVES
    return any(map(_may_hold_one, get_args(kind)))


_LEAVES = frozenset({Location, Constant, Column, Ref, FrameRef, Symbol})

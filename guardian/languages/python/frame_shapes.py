"""The columns of frames, with their types, as far as plans tell: for code that asks for them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from guardian.languages.python.catalog import RepositoryCatalog, inputs_of
from guardian.languages.python.expression_types import field_type, type_of
from guardian.languages.python.spark_types import Shape, struct_fields
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

FindPlan: TypeAlias = Callable[[str], Handle | None]


@dataclass
class Shapes:
    """Tells the columns of the frames of one file.

    `written` finds the plan of a dataset that the file has written.
    """

    builder: PlanBuilder
    catalog: RepositoryCatalog
    written: FindPlan
    _known: dict[Handle, Shape | None] = field(default_factory=dict)

    def of(self, handle: Handle) -> Shape | None:
        """Return a plan's columns in order, as (name, type); None where they are not known.

        A type that is not known is the empty string. Inputs have smaller handles than what uses
        them, so one pass upwards needs no recursion.
        """
        known = self._known
        pending = [handle]
        while pending:
            current = pending[-1]
            if current in known:
                pending.pop()
                continue
            node = self.builder[current]
            missing = [inner for inner in self._needed(current, node) if inner not in known]
            if missing:
                pending.extend(missing)
                continue
            known[current] = self._shape(current, node)
            pending.pop()
        return known[handle]

    def names(self, handle: Handle) -> tuple[str, ...] | None:
        """Return the names of a plan's columns in order; None where they are not known."""
        shape = self.of(handle)
        return None if shape is None else tuple(name for name, _ in shape)

    def _needed(self, handle: Handle, node: Operator) -> Sequence[Handle]:
        if isinstance(node, Scan):
            made = self._made_by(handle, node)
            return () if made is None else (made,)
        return inputs_of(node)

    def _made_by(self, handle: Handle, node: Scan) -> Handle | None:
        """Return the plan of what the file wrote before it read this, where nothing declares it."""
        if node.columns or self.catalog.types(node.dataset):
            return None
        plan = self.written(node.dataset)
        return plan if plan is not None and plan < handle else None

    def _shape(self, handle: Handle, node: Operator) -> Shape | None:
        known = self._known
        match node:
            case Scan():
                declared = tuple((column.name, column.type or "") for column in node.columns)
                made = self._made_by(handle, node)
                of_write = None if made is None else known[made]
                return declared or tuple(self.catalog.types(node.dataset).items()) or of_write
            case Join():
                return _joined(node, known[node.left], known[node.right])
            case SetOperation():
                return _united(node, [known[inner] for inner in node.inputs])
            case Values() | Generate(input=None):
                return _untyped(node.columns) or None
            case Opaque():
                kept = known[node.inputs[0]] if node.keeps and node.inputs else None
                return _untyped(node.columns) or kept
            case Unpivot(keys=keys) if keys is not None:
                names = tuple(key.name for key in keys if isinstance(key, Ref | FrameRef))
                return _untyped((*names, node.name_column, node.value_column))
            case _:
                inner = inputs_of(node)
                return _changed(node, known[inner[0]]) if inner else None


def _untyped(names: Sequence[str]) -> Shape:
    return tuple((name, "") for name in names)


def _changed(node: Operator, base: Shape | None) -> Shape | None:
    """Return the columns of an operator with one input, whose columns are `base`."""
    match node:
        case Alias(columns=names) | Rename(positional=names) if names:
            types = [kind for _, kind in base or ()]
            same = len(types) == len(names)
            return tuple(zip(names, types, strict=True)) if same else _untyped(names)
        case Alias() | Filter() | Distinct() | Sort() | Limit() | Sample():
            return base
        case Project() | Aggregate():
            return _projected(node.items, base)
        case _:
            pass
    if base is None:
        return None
    match node:
        case WithColumns():
            made = {item.name: type_of(item.expr, base) for item in node.items if item.name}
            kept = tuple((name, made.pop(name, kind)) for name, kind in base)
            return (*kept, *made.items())
        case Drop():
            gone = {part.name for part in node.columns if isinstance(part, Ref | FrameRef)}
            return tuple(column for column in base if column[0] not in gone)
        case Rename():
            pairs = dict(node.pairs)
            return tuple((pairs.get(name, name), kind) for name, kind in base)
        case Generate() if node.columns:
            made_of = type_of(node.generator, base)
            kinds = (made_of,) if len(node.columns) == 1 else ("",) * len(node.columns)
            return (*base, *zip(node.columns, kinds, strict=True))
        case _:
            return None


def _projected(items: tuple[Item, ...], base: Shape | None) -> Shape | None:
    columns: list[tuple[str, str]] = []
    for item in items:
        if isinstance(item.expr, Star):
            listed = _of_star(item.expr, base)
            if listed is None:
                return None
            columns.extend(listed)
        elif item.name is None:
            return None
        else:
            columns.append((item.name, type_of(item.expr, base or ())))
    return tuple(columns)


def _of_star(star: Star, base: Shape | None) -> Shape | None:
    """Return the columns of `*`, or of `s.*` where `s` is a struct."""
    if base is None or star.of is not None:
        return None
    if not star.qualifier:
        return tuple(column for column in base if column[0] not in star.excluded)
    first, *path = ".".join(star.qualifier).split(".")
    text = dict(base).get(first, "")
    for name in path:
        text = field_type(text, name)
    return struct_fields(text) or None


def _joined(node: Join, left: Shape | None, right: Shape | None) -> Shape | None:
    if node.kind in {"semi", "anti"}:
        return left
    if left is None or right is None or node.natural:
        return None
    keys, types = node.using, dict(left)
    return (
        *((name, types.get(name, "")) for name in keys),
        *(column for column in left if column[0] not in keys),
        *(column for column in right if column[0] not in keys),
    )


def _united(node: SetOperation, inputs: list[Shape | None]) -> Shape | None:
    if not node.allow_missing or not inputs:
        return inputs[0] if inputs else None
    columns: dict[str, str] = {}
    for shape in inputs:
        if shape is None:
            return None
        for name, kind in shape:
            columns.setdefault(name, kind)
    return tuple(columns.items())

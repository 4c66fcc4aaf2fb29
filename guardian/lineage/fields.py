"""The fields of a struct: which ones a value has, and rows as structs of their columns."""

from collections.abc import Iterable

from guardian.lineage.nested import inside
from guardian.lineage.relation import Attribute, Rest
from guardian.lineage.structs import element_of, fields_of
from guardian.lineage.types import Types
from guardian.model.calls import OPEN, call
from guardian.model.expression import Expression, name_of


def row_of(columns: Iterable[Attribute], rests: Iterable[Rest] = ()) -> Expression:
    """Return a row as a struct of its columns; `*` names what an input of unknown columns holds."""
    known, unknown = list(columns), list(rests)
    names = [*(column.name for column in known), *(OPEN for _ in unknown)]
    values = [*(column.expression for column in known), *(rest.column(OPEN) for rest in unknown)]
    return call("struct", values, ",".join(names))


def field_names(value: Expression, types: Types) -> tuple[str, ...]:
    """Return the fields of a struct, `*` among them where it may have more; empty: not known."""
    declared = fields_of(types.of(value)) or fields_of(element_of(types.of(value)))
    if declared:
        return tuple(name for name, _ in declared)
    if name_of(value) == "struct":
        return tuple(name for name in str(value.value[1]).split(",") if name)
    branches = _branches(value)
    if branches:
        found = [names for names in (field_names(part, types) for part in branches) if names]
        return next((names for names in found if OPEN not in names), found[0] if found else ())
    within = inside(value)
    return () if within is None else field_names(within, types)


def _branches(value: Expression) -> tuple[Expression, ...]:
    """Return the values of which a value is one: all of them have the same fields."""
    if name_of(value) == "case":
        return (*value.args[1:-1:2], value.args[-1])
    return value.args if value.op == "merge" or name_of(value) == "coalesce" else ()

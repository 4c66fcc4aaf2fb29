"""Generators: `explode`, `inline`, `stack` and their like, as rows made from a column."""

from collections.abc import Sequence

from sqlglot import exp

from guardian.languages.python.machine import Machine
from guardian.languages.python.spark_columns import Column, Tree, identifier
from guardian.languages.python.spark_frames import Frame
from guardian.languages.python.spark_functions import GENERATORS
from guardian.languages.python.spark_schemas import known_types
from guardian.languages.python.spark_state import DIALECT, add, item, lower
from guardian.languages.python.values import Value
from guardian.model.lineage import Location
from guardian.model.names import fold
from guardian.model.plan import Call as PlanCall
from guardian.model.plan import Generate, Handle, Item, Ref, Star

MAPS = (exp.Map, exp.VarMap, exp.MapFromEntries, exp.StarMap)


def find_generator(value: Value) -> Tree | None:
    """Return the generator inside a column; None where there is none."""
    if not isinstance(value, Column) or value.expr is not None:
        return None
    for node in value.tree.walk(prune=lambda inner: isinstance(inner, exp.Query)):
        if isinstance(node, exp.Func) and _name(node) in GENERATORS:
            return node
    return None


def _name(node: exp.Expr) -> str:
    """Return the name of a function as SQL writes it, in lower case."""
    if isinstance(node, exp.Anonymous):
        return str(node.this).lower()
    return str(node.sql_name()).lower() if isinstance(node, exp.Func) else ""


def generate(
    machine: Machine, handle: Handle, value: Value, found: Tree, place: tuple[Location, str, int]
) -> tuple[Handle, list[Item]]:
    """Return the rows that a generator makes, and the items that take their columns.

    `place` is where and how it is written, and how many items stand before it.
    """
    at, text, index = place
    assert isinstance(value, Column)  # noqa: S101 - find_generator found it in a column
    name = _name(found)
    first = [] if isinstance(found, exp.Anonymous) else [found.this]
    arguments = [*first, *found.expressions]
    expr = PlanCall(name, tuple(lower(machine, argument, at) for argument in arguments))
    defaults = GENERATORS[name] or _numbered(name, arguments)
    if defaults[-1:] == ("col",) and _is_map(arguments[0], handle, machine):
        defaults = (*defaults[:-1], "key", "value")
    alone = found is value.tree
    names = value.names if alone and value.names else defaults
    # Names that nothing else has: the generator may replace the very column that it reads.
    hidden = tuple(f"__{name}_{index}_{position}" for position in range(len(names)))
    fields = name.startswith("inline")
    node = Generate(
        input=handle,
        generator=expr,
        columns=tuple(fold(each, DIALECT) for each in names) if fields else hidden,
        qualifier=f"__{name}_{index}" if fields else "",
        outer=name.endswith("_outer"),
        fields=fields,
        at=at,
    )
    generated = add(machine, node)
    if fields:
        return generated, [Item(Star((node.qualifier,)), None, at, text)]
    if alone:
        items = [
            Item(Ref(inner), fold(outer, DIALECT), at, text)
            for inner, outer in zip(hidden, names, strict=True)
        ]
        return generated, items
    copy = value.tree.copy()
    inner_found = find_generator(Column(copy))
    if inner_found is not None:
        inner_found.replace(exp.Column(this=identifier(hidden[-1])))
    rest = item(machine, Column(copy, names=value.names), at, text)
    return generated, [rest]


def _is_map(argument: Tree, handle: Handle, machine: Machine) -> bool:
    """Return whether a value is a map, by the function that makes it or the column's known type."""
    if isinstance(argument, exp.Column) and not argument.table:
        kind = known_types(Frame(handle), machine).get(fold(argument.name, DIALECT))
        return (kind or "").lower().startswith("map")
    return isinstance(argument, MAPS)


def _numbered(name: str, arguments: Sequence[Tree]) -> tuple[str, ...]:
    """Return the names that Spark gives to what `stack` and `json_tuple` make."""
    if name == "json_tuple":
        return tuple(f"c{index}" for index in range(len(arguments) - 1))
    rows = arguments[0].name if arguments and isinstance(arguments[0], exp.Literal) else ""
    if name != "stack" or not rows.isdigit() or not int(rows):
        return ()
    return tuple(f"col{index}" for index in range(-(-(len(arguments) - 1) // int(rows))))

"""Rows that are written in the code, as VALUES or as UNION ALL: the columns used, in one order."""

from collections.abc import Sequence
from typing import TypeAlias

from guardian.diff.reduced.scopes import changed, nodes_of_scope, values_in, with_columns
from guardian.lineage.relation import Block, Relation, instance_of
from guardian.model.expression import Expression, in_order, is_const, make

# The values of one column, row by row.
Column: TypeAlias = tuple[Expression, ...]


def with_rows_in_order(relation: Relation) -> Relation:
    """Return `relation` with literal rows that hold nothing but the columns that are used."""
    for instance in relation.block.instances():
        rows = instance.args[0]
        if rows.op == "values" and rows.args and _is_listed(rows):
            relation = _used(relation, instance)
    return relation


def _is_listed(rows: Expression) -> bool:
    """Return whether literal rows are columns side by side, and not values with fields."""
    fingerprint, width = rows.value
    return not fingerprint and all(len(row.args) == width for row in rows.args)


def _used(relation: Relation, instance: Expression) -> Relation:
    fields = nodes_of_scope(values_in(relation), "field")
    places = sorted({int(one.value) for one in fields if one.args[0] is instance})
    columns = [tuple(row.args[place] for row in instance.args[0].args) for place in places]
    values, order = _values(columns, len(instance.args[0].args))
    if values is instance.args[0]:
        return relation
    made = instance_of(values, int(instance.value))

    def change(node: Expression) -> Expression | None:
        if node is instance:
            return made
        if node.op == "field" and node.args[0] is instance:
            return make("field", (made,), order[places.index(int(node.value))])
        return None

    return changed(relation, change)


def of_arms(arms: Sequence[tuple[Column, Expression]]) -> Relation | None:
    """Return the arms of a union as literal rows, None where one is anything else."""
    if not all(_is_one_row(rows) and all(map(is_const, columns)) for columns, rows in arms):
        return None
    values, order = _values(list(zip(*(columns for columns, _ in arms), strict=True)), len(arms))
    instance = instance_of(values)
    fields = [make("field", (instance,), place) for place in order]
    return with_columns(Relation((), Block(inner=(instance,))), fields)


def _is_one_row(rows: Expression) -> bool:
    return rows.op == "rows" and not any(part.args for part in rows.args)


def _values(columns: Sequence[Column], height: int) -> tuple[Expression, list[int]]:
    """Return the node of literal rows, and the place in it of each of `columns`."""
    ordered = sorted(set(columns), key=_by_content)
    rows = [make("list", tuple(column[row] for column in ordered)) for row in range(height)]
    values = make("values", in_order(rows), ("", len(ordered)))
    return values, [ordered.index(column) for column in columns]


def _by_content(column: Column) -> tuple[list[bytes], list[bytes]]:
    found = [value.digest for value in column]
    return sorted(found), found

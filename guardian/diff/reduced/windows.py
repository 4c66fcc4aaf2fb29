"""Aggregates over whole partitions: what a subquery over the same rows gives, too."""

from guardian.diff.reduced.scopes import changed, columns_of, frozen, with_columns
from guardian.lineage.canonical import with_filters
from guardian.lineage.relation import Relation, instance_of, windows_in
from guardian.model.aggregates import WHOLE_PARTITION, window_parts
from guardian.model.calls import call
from guardian.model.expression import Expression, make


def with_totals_of_windows(relation: Relation) -> Relation:
    """Return `relation` with aggregates over whole partitions as totals that subqueries give."""
    found = [one for one in windows_in(columns_of(relation)) if _is_total(one)]
    if not found or relation.block.optional:
        return relation
    meant = {window: _total(relation, window) for window in found}
    return changed(relation, meant.get)


def _is_total(window: Expression) -> bool:
    frame, _, flags = window.value
    function = window.args[0]
    nested = any(arg.windowed for arg in window.args)
    return function.op == "aggregate" and frame == WHOLE_PARTITION and not flags and not nested


def _total(relation: Relation, window: Expression) -> Expression:
    """Return the value of a window function as that of a subquery over the rows it sees."""
    function, partition, _ = window_parts(window)
    (inner, *keys), rows = frozen(with_columns(relation, (function, *partition)))
    equal = tuple(
        call("is", (key, make("outer", (mine,)))) for key, mine in zip(keys, partition, strict=True)
    )
    total = make("group", (with_filters(rows, equal) if equal else rows, make("all", ())), ())
    return make("scalar", (total, make("member", (instance_of(total), inner))))

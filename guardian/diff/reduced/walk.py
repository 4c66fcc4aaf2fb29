"""Scope by scope, innermost first: each row set is reduced with the values that are taken of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from msgspec.structs import replace

from guardian.diff.reduced import literals, unions
from guardian.diff.reduced.facts import Facts
from guardian.diff.reduced.groups import (
    extreme,
    group_of,
    ignores_repeats,
    in_one_step,
    is_plain,
    of_kept_rows,
    of_single_rows,
    of_total,
    with_fewer_keys,
)
from guardian.diff.reduced.keyed import (
    determined,
    with_conditions_below_groups,
    with_inputs_looked_for,
    with_totals_looked_up,
    without_search_for_itself,
    without_self_joins,
)
from guardian.diff.reduced.scopes import (
    changed,
    columns_of,
    dissolved,
    exchanged_input,
    frozen,
    looked_up,
    looks_out,
    nodes_of_scope,
    taken_through,
    thawed,
    values_in,
    with_columns,
)
from guardian.diff.reduced.values import SUBQUERIES, Plainer
from guardian.diff.reduced.windows import with_totals_of_windows
from guardian.lineage.filters import as_exists
from guardian.lineage.joins import through
from guardian.lineage.relation import (
    Block,
    Relation,
    SideNotes,
    any_window,
    existing,
    instance_of,
    rewrite,
)
from guardian.lineage.scalars import conditions
from guardian.model.calls import call
from guardian.model.expression import Expression, as_set, make
from guardian.model.logic import conjunction

Columns: TypeAlias = tuple[Expression, ...]

MOST_ROUNDS = 8


@dataclass(slots=True)
class Reduction:
    """Reduces row sets by what `facts` tell."""

    facts: Facts
    _scopes: dict[object, tuple[Columns, Expression]] = field(default_factory=dict)
    _depth: int = 0

    def scope(
        self, columns: Columns, rows: Expression, *, bag: bool = True, lone: bool = True
    ) -> tuple[Columns, Expression]:
        """Return columns over a row set, and that, reduced.

        Without `bag` it does not matter how often a row is there. `lone` says that the one row of a
        total may be looked up, too, where it is the only input.
        """
        key = (columns, rows, bag, lone, self._depth > 0)
        if key not in self._scopes:
            self._scopes[key] = frozen(self.graph(columns, rows, bag=bag, lone=lone))
        return self._scopes[key]

    def graph(
        self, columns: Columns, rows: Expression, *, bag: bool = True, lone: bool = False
    ) -> Relation:
        """Return columns over a row set as a join graph in reduced form."""
        relation = thawed(columns, rows)
        for _ in range(MOST_ROUNDS):
            before = values_in(relation), relation.block
            relation = self._round(relation, bag=bag, lone=lone)
            if (values_in(relation), relation.block) == before:
                break
        return relation

    def _round(self, relation: Relation, *, bag: bool, lone: bool) -> Relation:
        bag = bag or any_window(relation.attributes)
        relation = literals.with_rows_in_order(relation)
        relation = with_totals_of_windows(self._looked_up(relation))
        relation = with_totals_looked_up(relation, lone=lone) or relation
        closed = self._is_closed(relation)
        if closed:
            relation = self._inputs(relation, bag=bag)
        relation = self._plainer(self._subqueries(relation))
        if not closed:
            return relation
        relation = with_conditions_below_groups(relation) or relation
        relation = without_search_for_itself(relation) or relation
        relation = without_self_joins(relation, self.facts) or relation
        return with_inputs_looked_for(relation, self.facts, bag=bag) or relation

    def _is_closed(self, relation: Relation) -> bool:
        """Return whether no input is made from values of the others."""
        inputs = [one.args[0] for one in relation.block.instances()]
        if any(rows.op == "generate" for rows in inputs):
            return False
        return self._depth > 0 or not any(map(looks_out, inputs))

    # --- values --------------------------------------------------------------------------------

    def _looked_up(self, relation: Relation) -> Relation:
        """Return `relation` with left joins that find one row at most as subqueries' values."""
        counted = {entry.node for entry in relation.block.optional}

        def change(node: Expression) -> Expression | None:
            if node.op != "maybe" or node.args[1] in counted:
                return None
            instance, on = node.args[1].args
            if not self.facts.found_once(instance, on.args) or looks_out(instance.args[0]):
                return None
            return looked_up(instance, on.args, node.args[0])

        for _ in range(MOST_ROUNDS):
            if not any(map(change, nodes_of_scope(values_in(relation), "maybe"))):
                break
            relation = changed(relation, change)
        return relation

    def _plainer(self, relation: Relation) -> Relation:
        plainer = Plainer(self.facts)
        filters = conditions(plainer.condition(conjunction(relation.block.filters)))
        relation = replace(relation, block=replace(relation.block, filters=filters))
        plainer = Plainer(self.facts, filters)
        columns = tuple(rewrite(value, plainer.change) for value in columns_of(relation))
        return with_columns(relation, columns)

    def _subqueries(self, relation: Relation) -> Relation:
        given = relation.block.filters

        def change(node: Expression) -> Expression | None:
            return self._subquery(node, given) if node.op in SUBQUERIES else None

        self._depth += 1
        made = changed(relation, change)
        self._depth -= 1
        return made

    def _subquery(self, node: Expression, given: Columns) -> Expression:
        """Return a subquery in reduced form; what it takes from around it stays as it is.

        `given` are the conditions of the scope that it stands in.
        """
        if node.op == "exists":
            _, rows = self.scope((), node.args[0], bag=False, lone=False)
            return existing(rows)
        if node.op == "in_rows":
            return self._among(node, given)
        rows, *columns = node.args
        values, made = self.scope(tuple(columns), rows, lone=False)
        if node.op == "scalar":
            return of_total(made, values[0]) or make("scalar", (made, *values))
        return make(node.op, (made, *values), node.value)

    def _among(self, node: Expression, given: Columns) -> Expression:
        """Return IN as EXISTS where no NULL is on either side."""
        others = [part for part in given if node not in {part, *part.args}]
        count = int(node.value)
        operands, rows, values = node.args[:count], node.args[count], node.args[count + 1 :]
        columns, made = self.scope(tuple(values), rows, bag=False, lone=False)
        inside = made.args[1].args if made.op == "rows" else ()
        never = all(self.facts.never_null(operand, others) for operand in operands) and all(
            self.facts.never_null(value, inside) for value in columns
        )
        found = make("in_rows", (*operands, made, *columns), count)
        return as_exists(found, SideNotes()) if never and len(columns) == count else found

    # --- inputs ----------------------------------------------------------------------------------

    def _inputs(self, relation: Relation, *, bag: bool) -> Relation:
        """Return `relation` with each closed input reduced, or in its join graph."""
        for instance, values in sorted(taken_through(relation).items(), key=_by_digest):
            if instance in relation.block.instances():
                relation = self._input(relation, instance, tuple(dict.fromkeys(values)), bag=bag)
        for instance in relation.block.instances():
            if instance.args[0].op in {"rows", "group", "pick"}:
                taken = taken_through(relation).get(instance, ())
                if not taken:
                    relation = self._input(relation, instance, (), bag=bag)
        return relation

    def _input(
        self, relation: Relation, instance: Expression, values: Columns, *, bag: bool
    ) -> Relation:
        inner = self._opened(instance.args[0], values, bag=bag)
        if inner is None:
            return relation
        among = instance in relation.block.inner
        if among and not any_window(inner.attributes):
            return dissolved(relation, instance, inner, values)
        columns, rows = frozen(inner)
        seen = (through(column, instance_of(rows)) for column in columns)
        return exchanged_input(relation, instance, rows, dict(zip(values, seen, strict=True)))

    def _opened(self, rows: Expression, values: Columns, *, bag: bool) -> Relation | None:
        """Return a closed relation's values over a join graph, None where there is nothing to do.

        What is still closed is the only input of that graph.
        """
        match rows.op:
            case "rows":
                return self.graph(values, rows, bag=bag)
            case "group" if not rows.value:
                return self._group(rows, values)
            case "pick":
                return self._pick(rows, values)
            case "union":
                return self._union(rows, values, bag=bag)
            case "except" | "intersect":
                return self._compared_with(rows, values)
            case _:
                return None

    def _group(self, rows: Expression, values: Columns) -> Relation | None:
        source, listed = rows.args
        keys: Columns = listed.args
        if not all(is_plain(value, keys) for value in values):
            return None
        made = thawed((), source)
        for _ in range(MOST_ROUNDS):
            repeats = ignores_repeats(values, keys)
            made = self.graph((*keys, *values), source, bag=not repeats)
            columns = columns_of(made)
            keys, values = columns[: len(keys)], columns[len(keys) :]
            if not all(is_plain(value, keys) for value in values):
                return None
            single = of_single_rows((keys, values), made, self.facts)
            if single is not None:
                return with_columns(made, single)
            step = in_one_step((keys, values), made)
            if step is None:
                break
            source, _, (keys, values) = step
        values = tuple(of_kept_rows(values, keys))
        keys, values = with_fewer_keys((keys, values), made, self.facts)
        columns, source = frozen(with_columns(made, (*keys, *values)))
        group = group_of(source, columns[: len(keys)])
        return _closed(group, columns[len(keys) :])

    def _pick(self, rows: Expression, values: Columns) -> Relation | None:
        source, listed, *order = rows.args
        partition: Columns = listed.args
        made = self.graph((*partition, *order, *values), source)
        columns = columns_of(made)
        first, last = len(partition), len(partition) + len(order)
        partition, keys, values = columns[:first], columns[first:last], columns[last:]
        if partition and determined(made, partition, self.facts).all_of(made):
            return with_columns(made, values)
        given = made.block.filters
        flags = [
            (down, nulls and not self.facts.never_null(key, given))
            for key, (down, nulls) in zip(keys, rows.value, strict=True)
        ]
        kept = self._telling(made, partition, keys)
        keys, flags = keys[:kept], flags[:kept]
        best = extreme(partition, keys, flags, values)
        if best is not None:
            columns, source = frozen(with_columns(made, (*partition, *best)))
            return _closed(group_of(source, columns[:first]), columns[first:])
        columns, source = frozen(with_columns(made, (*partition, *keys, *values)))
        listed = make("all", as_set(columns[:first]))
        ordered, taken = columns[first : first + kept], columns[first + kept :]
        return _closed(make("pick", (source, listed, *ordered), tuple(flags)), taken)

    def _telling(self, relation: Relation, partition: Columns, keys: Columns) -> int:
        """Return how many sort keys there are until no two rows of a partition are alike."""
        for count in range(len(keys) + 1):
            known = determined(relation, (*partition, *keys[:count]), self.facts)
            if known.all_of(relation):
                return count
        return len(keys)

    def _union(self, rows: Expression, values: Columns, *, bag: bool) -> Relation | None:
        if not unions.is_lined_up(rows, values):
            return None
        arms = []
        for place, arm in enumerate(rows.args):
            columns = tuple(value.args[place] for value in values)
            arms.append(self.scope(columns, arm, bag=bag))
        arms = [self.scope(*arm, bag=bag) for arm in unions.merged(arms, bag=bag)]
        literal = literals.of_arms(arms)
        if literal is not None:
            return literal
        if len(arms) == 1:
            columns, only = arms[0]
            return thawed(columns, only)
        ordered = sorted(arms, key=lambda arm: (arm[1].digest, [one.digest for one in arm[0]]))
        union = make("union", tuple(arm for _, arm in ordered))
        merged = tuple(
            make("merge", tuple(columns[place] for columns, _ in ordered))
            for place in range(len(values))
        )
        return _closed(union, merged)

    def _compared_with(self, rows: Expression, values: Columns) -> Relation | None:
        """Return EXCEPT and INTERSECT as rows that the other arm lacks or has.

        They are grouped above.
        """
        if rows.value or len(rows.args) != 2:
            return None
        arms = [arm.args for arm in rows.args]
        if rows.op == "intersect" and not set(values) <= set(arms[0][1:]):
            arms.reverse()
        (left, *own), (right, *others) = arms
        if not set(values) <= set(own):
            return None
        made = thawed((*values, *own), left)
        if rows.op == "intersect":
            return unions.joined(made, thawed(others, right))
        columns = columns_of(made)
        found = unions.found_in(columns[len(values) :], right, others)
        filters = conditions(conjunction((*made.block.filters, call("not", (found,)))))
        block = replace(made.block, filters=filters)
        return replace(with_columns(made, columns[: len(values)]), block=block)


def _closed(rows: Expression, values: Sequence[Expression]) -> Relation:
    """Return values of a closed row set as seen from outside."""
    instance = instance_of(rows)
    seen = [make("member", (instance, value)) for value in values]
    return with_columns(Relation((), Block(inner=(instance,))), seen)


def _by_digest(item: tuple[Expression, list[Expression]]) -> tuple[bytes, int]:
    return item[0].digest, int(item[0].value)

"""Each output column back to its input columns: one walk over the shared graph, every node once."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from guardian.lineage.nested import (
    CHANGING,
    ELEMENT,
    EXPLODING,
    Nested,
    built_from,
    counted,
    fields_left,
    for_each,
    higher,
    is_gathered,
    seen_through,
    taken_from_array,
    uncast,
)
from guardian.lineage.relation import Outer, SideNotes, operand_count
from guardian.lineage.traced import (
    NOTHING,
    THROUGH_OPAQUE,
    Deciders,
    Source,
    Traced,
    all_of,
    as_kind,
    conditional,
    decide,
    deciding,
    field_of,
    joined,
    weakened,
)
from guardian.lineage.unlisted import is_unlisted, unlisted
from guardian.model.calls import OPEN, call
from guardian.model.expression import Expression, name_of
from guardian.model.lineage import Location, Subtype
from guardian.model.plan import GUESSED_ROWS, UNLISTED

NO_PLACES: Mapping[Source, Location] = MappingProxyType({})

RANKING = frozenset(
    {
        "row_number",
        "rank",
        "dense_rank",
        "percent_rank",
        "cume_dist",
        "ntile",
        "count_star",
    }
)
# What generators make that only counts: by function, the positions of such columns.
COUNTED = {
    "posexplode": (0,), "posexplode_outer": (0,), "flatten": (0, 2, 3), "split_to_table": (0, 1),
    "variant_explode": (0,), "variant_explode_outer": (0,),
}  # fmt: skip
# Aggregates that give the first argument of one row, which the others only pick.
PICKING = frozenset({"max_by", "min_by"})
# Aggregates whose value is what WITHIN GROUP orders.
ORDERED_SET = frozenset({"percentile_cont", "percentile_disc", "mode", "approx_percentile_cont"})
GROUPING = frozenset({"grouping", "grouping_id", "grouping__id"})
# Functions whose arguments are arrays or bounds that tell how many rows are made.
MAKING = EXPLODING | {"generate_series", "range", "sequence"}
# Values of which as many rows are made as the code says.
FIXED = frozenset({"array", "stack", "struct", "json_tuple", "parse_url_tuple"})
GUESSED = 0.5  # one of several columns that a name may mean


@dataclass(slots=True)
class Tracer:
    """Traces expressions and row sets of one file.

    Results are kept by node, so shared parts are walked once. `matching` where the rows are those
    that a semi or anti join looks for: what compares them with the rows around is of the join.
    """

    notes: SideNotes
    nested: Nested = field(default_factory=Nested)
    bare: "Tracer | None" = None
    whole: "Tracer | None" = None
    matcher: "Tracer | None" = None
    matching: bool = False
    _values: dict[Expression, Traced] = field(default_factory=dict)
    _rows: dict[Expression, Deciders] = field(default_factory=dict)
    _datasets: dict[Expression, frozenset[str]] = field(default_factory=dict)
    _optional: dict[Expression, list[Expression]] = field(default_factory=dict)

    # --- values ----------------------------------------------------------------------------------

    def value(self, expression: Expression) -> Traced:
        """Return where the value of `expression` comes from."""
        known = self._values.get(expression)
        if known is None:
            known = self._values[expression] = self._value(expression)
        return known

    def _value(self, node: Expression) -> Traced:  # noqa: PLR0911 - one answer for each kind of node
        match node.op:
            case "field":
                return self._field(node)
            case "member":
                return self._member(node)
            case "maybe" | "outer" | "field_of" | "fanned":
                return self.value(node.args[0])
            case "merge":
                return all_of(map(self.value, node.args))
            case "ambiguous":
                return weakened(all_of(map(self.value, node.args)), GUESSED)
            case "opaque":
                return self._opaque(node)
            case "window":
                return self._window(node)
            case "aggregate":
                return self._aggregate(node)
            case "scalar" | "array_rows":
                return self._scalar(node)
            case "exists" | "in_rows":
                return Traced(indirect=conditional(self._matching(node, joined=False)))
            case "call":
                return self._call(node)
            case "lambda":
                return self.value(node.args[0])
            case "generate":
                return as_kind(all_of(map(self.value, node.args)), "TRANSFORMATION")
            case _:
                return NOTHING

    def _member(self, node: Expression) -> Traced:
        """Trace a column of closed rows; of rows that are a guess, with little confidence."""
        found, rows = self.value(node.args[1]), node.args[0].args[0]
        guessed = rows.op == "opaque_rows" and str(rows.value).startswith(GUESSED_ROWS)
        return weakened(found, THROUGH_OPAQUE) if guessed and found.direct else found

    def _opaque(self, node: Expression) -> Traced:
        if node.value[0] == UNLISTED:
            return unlisted(node, OPEN, self.value)
        found = as_kind(all_of(map(self.value, node.args)), "TRANSFORMATION")
        return weakened(found, THROUGH_OPAQUE)

    def _field(self, node: Expression) -> Traced:
        relation = node.args[0].args[0]
        if relation.op == "scan":
            return Traced({(str(relation.value), str(node.value)): ("IDENTITY", 1.0)})
        if relation.op == "values" and isinstance(node.value, int):
            return all_of(self.value(row.args[node.value]) for row in relation.args)
        if relation.op == "generate":
            return self._generated(relation, node)
        return NOTHING

    def _generated(self, relation: Expression, node: Expression) -> Traced:
        """Trace a column that `explode`, `UNPIVOT` or their like makes, by its position."""
        if relation.value[0] == "unpivot":
            values = as_kind(all_of(map(self.value, relation.args)), "TRANSFORMATION")
            return values if node.value == 1 else NOTHING
        generator, position = relation.args[0], node.value
        name = name_of(generator)
        if name == "stack" and relation.value[2] and isinstance(position, int):
            made = generator.args[1 + position :: relation.value[2]]
            return as_kind(all_of(map(self.value, made)), "TRANSFORMATION")
        if position in COUNTED.get(name, ()) or position in counted(generator):
            return NOTHING
        if name not in EXPLODING:
            return self.value(relation)
        element = self.nested.element(relation, position)
        if element is None:
            return NOTHING
        return as_kind(self._located(*element), "TRANSFORMATION")

    def _located(self, value: Expression, name: str = "") -> Traced:
        """Trace a value, or its field `name`, down to the nested column that it is kept in.

        Taking an element out of an array leaves its fields where they are.
        """
        value = seen_through(value)
        part = built_from(value, name) if name else None
        if part is not None:
            found = self._located(part)
            return as_kind(found, "AGGREGATION") if is_gathered(value) else found
        held = self._unaltered(value)
        if not name:
            return held
        return (
            field_of(held, name.lower() if self.nested.folded else name)
            if self.nested.has_fields(value)
            else as_kind(held, "TRANSFORMATION")
        )

    def _unaltered(self, value: Expression) -> Traced:
        if value.op == "call" and value.value[0] == "field":
            name = str(value.value[1])
            if built_from(value.args[0], name) is not None:
                return self.value(value)
            return self._located(value.args[0], name)
        if value.op == "call" and value.value[0] in ELEMENT and value.args:
            held = self._located(value.args[0])
            return joined(held, all_of(map(self.value, value.args[1:])))
        if higher(value) == "filter":
            return self._filtered(value)
        relation = value.args[0].args[0] if value.op == "field" else value
        if relation.op == "generate" and name_of(relation.args[0]) in EXPLODING:
            element = self.nested.element(relation, value.value)
            if element is None:
                return NOTHING
            held = self._located(*element)
            return as_kind(held, "TRANSFORMATION") if self.nested.is_pair(relation) else held
        return self.value(value)

    def _window(self, node: Expression) -> Traced:
        function, keys = node.args[0], node.args[1:]
        return joined(self.value(function), deciding(map(self.value, keys), "WINDOW"))

    def _aggregate(self, node: Expression) -> Traced:
        count = node.value[3]
        traced = as_kind(all_of(map(self.value, node.args[:count])), "AGGREGATION")
        name, option = str(node.value[0]), str(node.value[1])
        if name == "any_value":
            traced = all_of(map(self.value, node.args[: 1 if "having" in option else count]))
        if name in ORDERED_SET:
            count += int(node.value[4])
            return joined(
                as_kind(all_of((traced, *map(self.value, node.args[count:]))), "AGGREGATION"),
                deciding(map(self.value, node.args[int(node.value[3]) : count]), "CONDITIONAL"),
            )
        if name in GROUPING:
            return deciding(map(self.value, node.args[:count]), "CONDITIONAL")
        if name in PICKING or "having" in option:
            traced, count = as_kind(self.value(node.args[0]), "AGGREGATION"), 1
        extra = deciding(map(self.value, node.args[count:]), "CONDITIONAL")
        return joined(traced, extra)

    def _scalar(self, node: Expression) -> Traced:
        rows, value = node.args
        ordered = node.op == "array_rows"
        found = dict(((self.whole or self) if ordered else self._bare()).rows(rows))
        self._matched(value, found)
        return joined(
            as_kind(self.value(value), "TRANSFORMATION"), Traced(indirect=conditional(found))
        )

    def _bare(self) -> "Tracer":
        """Return what traces rows without the joins and orders that alter none of them."""
        if not self.notes.neutral and not self.notes.sorts:
            return self
        if self.bare is None:
            notes = replace(self.notes, neutral={}, sorts={})
            self.bare = replace(self, notes=notes, whole=self, _rows={})
        return self.bare

    def decisive(self, relation: Expression) -> Deciders:
        """Return what decides which rows there are, without what is noted of them beside that."""
        return self._bare().rows(relation)

    def _matcher(self) -> "Tracer":
        """Return what traces the rows that a semi or anti join matches with those around them."""
        if self.matcher is None:
            notes = replace(self.notes, neutral={}, sorts={})
            self.matcher = Tracer(notes, self.nested, matching=True)
        return self.matcher

    def _matching(self, node: Expression, *, joined: bool) -> Deciders:
        """Return what decides an EXISTS or IN; one that a semi or anti join is has matched rows.

        Operands, compared values, the subquery's own rows.
        """
        count = operand_count(node)
        rows = node.args[count]
        found = dict((self._matcher() if joined else self._bare()).rows(rows))
        for value in (*node.args[:count], *node.args[count + 1 :]):
            self._decided_by(value, found, "FILTER", None)
        return found

    def _decided_by(
        self, value: Expression, found: Deciders, subtype: Subtype, at: Location | None
    ) -> None:
        """Add what a value that decides rows depends on, how its side input is matched with it."""
        decide(found, self.value(value), subtype, at)
        self._matched(value, found)

    def _matched(
        self, value: Expression, found: Deciders, already: set[Expression] | None = None
    ) -> None:
        """Add what decides which row of a side input a value is taken from.

        `already` are the side inputs of which that is done: each may hang on all before it.
        """
        added = set() if already is None else already
        for optional in self._optional_in(value):
            if optional in added:
                continue
            added.add(optional)
            instance, on = optional.args
            for key, decided in self.rows(instance.args[0]).items():
                found.setdefault(key, decided)
            for condition in on.args:
                decide(found, self.value(condition), self._of_on(condition), self._place(condition))
                self._matched(condition, found, added)

    def _of_on(self, condition: Expression) -> Subtype:
        """Return how a condition in an outer join's ON decides: some were filters of its input."""
        return "FILTER" if condition in self.notes.narrowing else "JOIN"

    def _optional_in(self, value: Expression) -> list[Expression]:
        known = self._optional.get(value)
        if known is None:
            known = self._optional[value] = _optional_in(value)
        return known

    def _call(self, node: Expression) -> Traced:
        name, option = node.value
        if name == "case":
            return self._case(node)
        if name == "field" and seen_through(node.args[0]).op == "merge":
            arms = seen_through(node.args[0]).args
            return all_of(self.value(call("field", (arm,), option)) for arm in arms)
        if name == "field" and name_of(node.args[0]) in {"case", "coalesce"}:
            return self.value(_of_each_branch(node.args[0], str(option)))
        if name == "field" and is_unlisted(node.args[0]):
            return unlisted(seen_through(node.args[0]), str(option), self.value)
        if name == "field":
            part = built_from(node.args[0], str(option))
            if part is None:
                return self._field_call(node, str(option))
            changed = name_of(seen_through(node.args[0])) in CHANGING
            return self.value(part) if changed else self._part(node, part)
        if name in RANKING:
            return NOTHING
        if name in CHANGING:
            left = fields_left(node, self.nested.types)
            return as_kind(all_of(map(self.value, left)), "TRANSFORMATION")
        if higher(node):
            return self._higher(node)
        return as_kind(all_of(map(self.value, node.args)), "TRANSFORMATION")

    def _higher(self, node: Expression) -> Traced:
        """Trace `transform(xs, x -> f(x))`, f's parameter being an element, and `filter`."""
        if higher(node) == "filter":
            return self._filtered(node)
        found = as_kind(self._located(for_each(node)), "TRANSFORMATION")
        return found if found.direct else joined(found, self.value(node.args[0]))

    def _filtered(self, node: Expression) -> Traced:
        """Trace the elements that `filter(xs, x -> f(x))` leaves where they are stored.

        What decides is the other columns that f looks at: an element by itself is no other.
        """
        array, function = node.args
        return joined(self._located(array), deciding([self.value(function)], "CONDITIONAL"))

    def _field_call(self, node: Expression, name: str) -> Traced:
        held = self._located(node.args[0], name)
        exploded = taken_from_array(node.args[0])
        return as_kind(held, "TRANSFORMATION") if exploded else held

    def _part(self, node: Expression, part: Expression) -> Traced:
        """Trace one field of an aggregate of structs: `max(struct(a, b)).b` comes from b alone."""
        whole = self.value(node.args[0])
        gathered = {subtype for subtype, _ in whole.direct.values()}
        kind: Subtype = "AGGREGATION" if "AGGREGATION" in gathered else "TRANSFORMATION"
        traced = Traced(as_kind(self.value(part), kind).direct, whole.indirect)
        return joined(traced, self._compared_before(node.args[0], part))

    def _compared_before(self, whole: Expression, part: Expression) -> Traced:
        """Return what decides a field of the greatest or least struct: the fields before it."""
        found = seen_through(whole)
        if found.op != "aggregate" or found.value[0] not in {"max", "min"}:
            return NOTHING
        fields = found.args[0].args
        before = fields[: fields.index(part)] if part in fields else ()
        return deciding(map(self.value, before), "CONDITIONAL")

    def _case(self, node: Expression) -> Traced:
        *pairs, otherwise = node.args
        values = as_kind(all_of(map(self.value, (*pairs[1::2], otherwise))), "TRANSFORMATION")
        return joined(values, deciding(map(self.value, pairs[::2]), "CONDITIONAL"))

    def places(self, expression: Expression) -> Mapping[Source, Location]:
        """Return where the arms of a union take what from, for a column that is no more than it."""
        merged = seen_through(expression)
        known = self.notes.arms.get(merged, ()) if merged.op == "merge" else ()
        found: dict[Source, Location] = {}
        for part, at in zip(merged.args, known, strict=False):
            inner = self.places(part)
            traced = self.value(part)
            for source in (*traced.direct, *(key[:2] for key in traced.indirect)):
                place = inner.get(source, at)
                if place is not None:
                    found[source] = min(place, found.get(source, place))
        return found or NO_PLACES

    # --- rows ------------------------------------------------------------------------------------

    def datasets(self, expression: Expression) -> frozenset[str]:
        """Return the datasets whose rows decide a row set, or those of a value, not its columns."""
        if expression.op in _WITHOUT_ROWS:
            return _NO_DATASETS
        known = self._datasets
        stack = [expression]
        while stack:
            node = stack[-1]
            inner = [part for part in node.args if part.op not in _WITHOUT_ROWS]
            waiting = [part for part in inner if part not in known]
            if waiting:
                stack += waiting
                continue
            known[node] = _united([known[part] for part in inner]) if inner else _NO_DATASETS
            if node.op == "scan":
                known[node] |= {str(node.value)}
            stack.pop()
        return known[expression]

    def rows(self, relation: Expression) -> Deciders:
        """Return the columns that decide which rows there are, with how, how surely.

        And where it is written.
        """
        known = self._rows.get(relation)
        if known is None:
            self._rows[relation] = {}
            known = self._rows[relation] = self._row_set(relation)
        return known

    def _row_set(self, node: Expression) -> Deciders:
        found = self._left_out(node)
        match node.op:
            case "rows":
                self._graph(node, found)
            case "group" | "pick":
                self._group(node, found)
            case "limit":
                found |= self.rows(node.args[0])
                for key in node.args[1:]:
                    self._decided_by(key, found, "SORT", self._place(node))
            case "full":
                for instance in node.args[0].args:
                    found |= self.rows(instance.args[0])
                for condition in node.args[1].args:
                    self._decided_by(condition, found, "JOIN", self._place(node))
            case "intersect" | "except":
                self._compared(node, found)
            case "generate":
                self._made_rows(node, found)
            case "union" | "sample" | "opaque_rows" | "recursion":
                for part in node.args:
                    found |= self.rows(part)
            case _:
                pass
        return found

    def _left_out(self, node: Expression) -> Deciders:
        """Return what was written of a row set, and does not alter which rows it has."""
        found: Deciders = {}
        for entry in self.notes.neutral.get(node, ()):
            self._joined_input(entry, found)
        for key in self.notes.sorts.get(node, ()):
            self._decided_by(key, found, "SORT", None)
        for condition in self.notes.needless.get(node, ()):
            self._decided_by(condition, found, "FILTER", self._place(condition))
        return found

    def _graph(self, node: Expression, found: Deciders) -> None:
        bag, filters, optional = node.args
        for instance in bag.args:
            found |= self.rows(instance.args[0])
        for entry in optional.args:
            instance, on = entry.args
            found |= self.rows(instance.args[0])
            for condition in on.args:
                self._decided_by(condition, found, self._of_on(condition), self._place(condition))
        for condition in filters.args:
            self._condition(condition, found)

    def _condition(self, condition: Expression, found: Deciders) -> None:
        joined = condition in self.notes.joined or (self.matching and _looks_around(condition))
        place = self._place(condition)
        inner = condition.args[0] if name_of(condition) == "not" else condition
        if inner.op in {"exists", "in_rows"}:
            for rows in self.notes.deduplicated.get(condition, ()):
                found |= self._matcher().rows(rows)
            for key, (sure, at) in self._matching(inner, joined=joined).items():
                found.setdefault(key, (sure, at or place))
            self._matched(inner, found)
            return
        self._decided_by(condition, found, "JOIN" if joined else "FILTER", place)

    def _group(self, node: Expression, found: Deciders) -> None:
        rows, keys = node.args[:2]
        found |= self.rows(rows)
        place = self._place(node)
        ranked = node in self.notes.ranked
        for key in keys.args:
            self._decided_by(key, found, "FILTER" if ranked else "GROUP_BY", place)
        for key in node.args[2:]:
            self._decided_by(key, found, "FILTER" if ranked else "SORT", place)

    def _compared(self, node: Expression, found: Deciders) -> None:
        """INTERSECT and EXCEPT look at every column of every arm.

        The first arm of a plain EXCEPT is told by the DISTINCT above it.
        """
        for position, arm in enumerate(node.args):
            rows, *values = arm.args
            found |= self.rows(rows)
            for value in values:
                if position or node.op == "intersect" or node.value:
                    self._decided_by(value, found, "FILTER", self._place(node))

    def _made_rows(self, node: Expression, found: Deciders) -> None:
        """Decide how many rows are made of each: by what an array holds, which NULLs UNPIVOT drops.

        As many as the code says are made of an array that it writes out.
        """
        if node.value[0] == "unpivot":
            for value in node.args if "nulls" not in node.value else ():
                decide(found, self.value(value), "FILTER", self._place(node))
            return
        generator = node.args[0]
        parts = (generator,) if name_of(generator) not in MAKING else generator.args
        parts = tuple(map(uncast, parts))
        for part in parts:
            if name_of(part) not in FIXED and name_of(generator) not in FIXED:
                decide(found, self.value(part), "JOIN", self._place(node))

    def _joined_input(self, entry: Outer, found: Deciders) -> None:
        found |= self.rows(entry.instance.args[0])
        for condition in entry.on:
            self._decided_by(condition, found, self._of_on(condition), self._place(condition))

    def _place(self, node: Expression) -> Location | None:
        return self.notes.words.get(node, ("", None))[1]


def _optional_in(value: Expression) -> list[Expression]:
    """Return the outer-joined inputs that a value is taken from, or counts the matches of."""
    found: list[Expression] = []
    seen: set[Expression] = set()
    stack = [value]
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        match node.op:
            case "maybe":
                found.append(node.args[1])
                stack.append(node.args[0])
            case "fanned":
                found.extend(node.args[1].args)
                stack.append(node.args[0])
            case "member":
                stack.append(node.args[1])
            case "field" | "outer":  # what is taken from around is for the query around to tell
                pass
            case "scalar" | "array_rows" | "exists" | "in_rows":
                stack.extend(_taken_from_around(node))
            case _:
                stack.extend(node.args)
    return found


def _looks_around(condition: Expression) -> bool:
    """Return whether a condition compares with the rows around its subquery."""
    seen: set[Expression] = set()
    stack = [condition]
    while stack:
        node = stack.pop()
        if node.op == "outer":
            return True
        if node not in seen and node.op != "instance":
            seen.add(node)
            stack.extend(node.args)
    return False


def _taken_from_around(subquery: Expression) -> list[Expression]:
    """Return the values of the query around it that a subquery uses."""
    found: list[Expression] = []
    seen: set[Expression] = set()
    stack = [subquery]
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        if node.op == "outer":
            found.append(node.args[0])
        else:
            stack.extend(node.args)
    return found


_NO_DATASETS: frozenset[str] = frozenset()
# What depends on columns only: no rows are counted or looked for in it.
_WITHOUT_ROWS = frozenset({"field", "const"})


def _united(several: list[frozenset[str]]) -> frozenset[str]:
    """Return all of several sets; most often one set, or nothing, is all there is."""
    held = [one for one in several if one]
    return held[0].union(*held[1:]) if len(held) > 1 else held[0] if held else _NO_DATASETS


def _of_each_branch(value: Expression, name: str) -> Expression:
    """Return a field of one of several structs as one of several fields."""
    decides = name_of(value) == "case"
    count = len(value.args) - 1
    parts = [
        part if decides and place % 2 == 0 and place < count else call("field", (part,), name)
        for place, part in enumerate(value.args)
    ]
    return call(name_of(value), parts)

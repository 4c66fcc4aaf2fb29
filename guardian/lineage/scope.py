"""Names → expressions: what a column reference means over a relation, its aliases.

And the queries around it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from guardian.lineage.fields import row_of
from guardian.lineage.relation import Attribute, Relation, Rest, holding, scanned_by
from guardian.model.calls import call
from guardian.model.expression import Expression, as_set, make
from guardian.model.names import PSEUDO_COLUMNS
from guardian.model.plan import STRUCTS, FrameRef, Ref


def matches(qualifier: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    """Return whether `wanted`, as written before a column, names `qualifier` or its last parts."""
    return len(wanted) <= len(qualifier) and qualifier[len(qualifier) - len(wanted) :] == wanted


FEW = 3  # names that are looked for one by one; for more of them an index is worth making


@dataclass(slots=True)
class Scope:
    """Where names are looked up: a relation's columns, then `aliases` (earlier items).

    Then the query around. `parameters` are a lambda's; `frame` answers for a PySpark frame's own
    column. `proven` gathers the columns, by dataset, that datasets of unknown columns surely have.
    """

    relation: Relation
    outer: "Scope | None" = None
    aliases: Mapping[str, Expression] = field(default_factory=dict)
    parameters: Mapping[str, Expression] = field(default_factory=dict)
    frame: Callable[[int], Relation] | None = None
    proven: set[tuple[str, str]] = field(default_factory=set)
    _index: dict[str, list[Attribute]] | None = None
    _asked: int = 0

    def named(self, name: str) -> list[Attribute]:
        """Return the columns called `name`, hidden ones among them."""
        if self._asked < FEW:
            self._asked += 1
            return [item for item in self.relation.attributes if item.name == name]
        if self._index is None:
            self._index = {}
            for attribute in self.relation.attributes:
                self._index.setdefault(attribute.name, []).append(attribute)
        return self._index.get(name, [])

    def attribute(self, ref: Ref) -> Attribute | None:
        """Return the one column that `ref` names, None where there is none or several."""
        found = self._candidates(ref)
        return found[0] if len(found) == 1 else None

    def _candidates(self, ref: Ref) -> list[Attribute]:
        if ref.name[:1] == "$" and ref.name[1:].isdigit():
            return self._at_position(int(ref.name[1:]), ref.qualifier)
        if ref.qualifier:
            return [item for item in self.named(ref.name) if matches(item.qualifier, ref.qualifier)]
        return [item for item in self.named(ref.name) if not item.hidden]

    def _at_position(self, number: int, qualifier: tuple[str, ...]) -> list[Attribute]:
        """Return the column that Snowflake's `$2` means, none where columns are not known."""
        if self.relation.rest:
            return []
        found = [
            item
            for item in self.relation.visible()
            if not qualifier or matches(item.qualifier, qualifier)
        ]
        return found[number - 1 : number]

    def lookup(self, ref: Ref) -> Expression | None:
        """Return what `ref` means, None where nothing answers to it."""
        if not ref.qualifier and ref.name in self.parameters:
            return self.parameters[ref.name]
        return self._own(ref) or self._around(ref)

    def _own(self, ref: Ref) -> Expression | None:
        found = self._candidates(ref)
        if found:
            return one_of(item.expression for item in found)
        if not ref.qualifier and ref.name in self.aliases:
            return self.aliases[ref.name]
        nested = self._field_of_struct(ref) or self._whole_row(ref)
        if nested is not None:
            return nested
        behind = self.relation.behind
        if behind is not None:
            earlier = Scope(behind, frame=self.frame).lookup_explicit(ref)
            if earlier is not None:
                return earlier
        return self._pseudo_column(ref)

    def _pseudo_column(self, ref: Ref) -> Expression | None:
        """Return a column that the engine adds to a table's rows: `_TABLE_SUFFIX`, `ROWID`."""
        if {ref.name.lower(), *(part.lower() for part in ref.qualifier[-1:])}.isdisjoint(
            PSEUDO_COLUMNS
        ):
            return None
        wanted = () if "_metadata" in ref.qualifier else ref.qualifier
        for item in self.relation.attributes:
            of = item.expression
            if of.op == "field" and of.args[0].op == "instance" and matches(item.qualifier, wanted):
                return make("field", of.args, ref.name)
        return None

    def _whole_row(self, ref: Ref) -> Expression | None:
        """Return a table's row as a value, which the table's name stands for: `TO_JSON(t)`."""
        if ref.qualifier:
            return None
        found = [item for item in self.relation.attributes if item.qualifier[-1:] == (ref.name,)]
        rests = [rest for rest in self.relation.rest if _stands_for_row(rest, ref.name)]
        qualifiers = {item.qualifier for item in found} | {rest.qualifier for rest in rests}
        if len(qualifiers) != 1:
            return None
        return (None if rests else _element_of(found)) or row_of(found, rests)

    def lookup_explicit(self, ref: Ref) -> Expression | None:
        """Return what `ref` means by columns that are known to be there."""
        return self._own(ref)

    def _around(self, ref: Ref) -> Expression | None:
        """Return a column of an input whose columns we do not know.

        Else one of the query around.
        """
        outside = self.outer.lookup_known(ref) if self.outer is not None else None
        sure = [rest for rest in self.relation.rest if not rest.doubtful]
        if outside is not None and (ref.qualifier or not sure):
            return make("outer", (outside,))
        rest = self.from_rest(ref)
        if rest is not None:
            return rest
        if outside is not None:
            return make("outer", (outside,))
        if self.outer is not None:
            far = self.outer.lookup(ref)
            return None if far is None else make("outer", (far,))
        return self._before_projection(ref)

    def _before_projection(self, ref: Ref) -> Expression | None:
        """Return a column that a projection left out of an input whose columns we do not know."""
        behind = self.relation.behind
        if behind is None or not behind.rest:
            return None
        return Scope(behind, frame=self.frame, proven=self.proven).from_rest(ref)

    def lookup_known(self, ref: Ref) -> Expression | None:
        """Return what `ref` means by known columns, here or further out."""
        own = self._own(ref)
        if own is not None:
            return own
        if ref.qualifier and any(
            matches(rest.qualifier, ref.qualifier) for rest in self.relation.rest
        ):
            return self.from_rest(ref)
        far = self.outer.lookup_known(ref) if self.outer is not None else None
        return None if far is None else make("outer", (far,))

    def from_rest(self, ref: Ref) -> Expression | None:
        """Return the column of an open input.

        Of the one its qualifier names, else of any that may have it.
        """
        if not ref.qualifier:
            return self._taken(holding(self.relation.rest, ref.name, self.proven), ref.name)
        named = [rest for rest in self.relation.rest if matches(rest.qualifier, ref.qualifier)]
        if named:
            return self._taken(holding(named, ref.name, self.proven), ref.name)
        if any(matches(item.qualifier, ref.qualifier) for item in self.relation.attributes):
            return None  # an input whose columns are known is meant, and no struct of another
        return self._struct_of_rest(ref)

    def _taken(self, rests: list[Rest], name: str) -> Expression | None:
        """Return a column of one of some inputs; of one alone, it is proven to be there.

        A bare name in a subquery proves nothing: it may be of the query around.
        """
        if len(rests) == 1 and not rests[0].doubtful and self.outer is None:
            self.proven.update((dataset, name) for dataset in scanned_by(rests[0]))
        return one_of(rest.column(name) for rest in rests)

    def _struct_of_rest(self, ref: Ref) -> Expression | None:
        """Return `a.b` as field `b` of a column `a`, or `t.a.b` as field `b` of `t.a`.

        Of an open input.
        """
        for split in range(len(ref.qualifier) - 1, 0, -1):
            before, column, inner = (
                ref.qualifier[:split],
                ref.qualifier[split],
                ref.qualifier[split + 1 :],
            )
            named = [rest for rest in self.relation.rest if matches(rest.qualifier, before)]
            base = one_of(rest.column(column) for rest in named)
            if base is not None:
                return fields_of(base, (*inner, ref.name))
        base = one_of(
            rest.column(ref.qualifier[0]) for rest in holding(self.relation.rest, ref.qualifier[0])
        )
        return None if base is None else fields_of(base, (*ref.qualifier[1:], ref.name))

    def _field_of_struct(self, ref: Ref) -> Expression | None:
        """Return `column.field` where the first part of the qualifier is a known column or a.

        Lambda's parameter.
        """
        for split in range(len(ref.qualifier)):
            before, column, inner = (
                ref.qualifier[:split],
                ref.qualifier[split],
                ref.qualifier[split + 1 :],
            )
            if not before and column in self.parameters:
                return fields_of(self.parameters[column], (*inner, ref.name))
            found = self._candidates(Ref(column, before))
            if found:
                base = one_of(item.expression for item in found)
                return None if base is None else fields_of(base, (*inner, ref.name))
        return None

    def whole_row(self, ref: Ref) -> Expression | None:
        """Return the row of a table that an expression names, as a struct of its columns."""
        columns = [
            item
            for item in self.relation.attributes
            if not ref.qualifier and matches(item.qualifier, (ref.name,)) and not item.hidden
        ]
        if not columns:
            return self.outer.whole_row(ref) if self.outer is not None else None
        return row_of(columns)

    def of_frame(self, ref: FrameRef) -> Expression | None:
        """Return the column that `df["x"]` took from its frame, wherever it is now."""
        if self.frame is None:
            return self.lookup(Ref(ref.name))
        origin = self.frame(ref.frame)
        wanted = self.identities(ref)
        found = self._by_identity(wanted)
        if found is not None:
            return found
        if not wanted:
            opened = {rest.identity for rest in origin.rest if ref.name not in rest.excluded}
            rests = [rest for rest in self.relation.rest if rest.identity in opened]
            if rests:
                return self._taken(holding(rests, ref.name, self.proven), ref.name)
        qualifier, last = _split(ref.name)
        return self.lookup(Ref(ref.name)) or self.lookup(Ref(last, qualifier))

    def identities(self, ref: FrameRef) -> frozenset[int]:
        """Return what tells the columns of `df["x"]` apart from all others, whatever they hold."""
        origin = None if self.frame is None else self.frame(ref.frame)
        columns = () if origin is None else origin.attributes
        return frozenset(
            item.identity for item in columns if item.name == ref.name and not item.hidden
        )

    def _by_identity(self, wanted: frozenset[int]) -> Expression | None:
        relation: Relation | None = self.relation
        while relation is not None:
            found = [item.expression for item in relation.attributes if item.identity in wanted]
            if found:
                return one_of(found)
            relation = relation.behind
        return None


def _element_of(columns: Iterable[Attribute]) -> Expression | None:
    """Return the element that `UNNEST` gave some columns from, None where they are a table's."""
    instances = {item.expression.args[0] for item in columns if item.expression.op == "field"}
    made = instances.pop() if len(instances) == 1 else None
    if made is None or made.args[0].op != "generate":
        return None
    generator = made.args[0].args[0]
    named = generator.op == "call" and generator.value == ("unnest", STRUCTS)
    return make("field", (made,), 0) if named else None


def _stands_for_row(rest: Rest, name: str) -> bool:
    """Return whether a bare name means an input's row: it is an alias, not the table's own name.

    `SELECT orders FROM orders` may as well mean a column, where nobody has told the columns.
    """
    relation = rest.instance.args[0]
    return rest.qualifier == (name,) and not (relation.op == "scan" and relation.value == name)


def _split(name: str) -> tuple[tuple[str, ...], str]:
    *before, last = name.split(".")
    return tuple(before), last


def one_of(expressions: Iterable[Expression]) -> Expression | None:
    """Return the expression; where several may be meant, one node that says so.

    None where there is none.
    """
    several = as_set(expressions)
    if len(several) > 1:
        return make("ambiguous", several)
    return several[0] if several else None


def fields_of(base: Expression, names: Iterable[str]) -> Expression:
    """Return a struct's field, and its field, and so on."""
    for name in names:
        base = call("field", (base,), name)
    return base


def stars(relation: Relation, qualifier: tuple[str, ...]) -> tuple[list[Attribute], list[Rest]]:
    """Return the columns, known and unknown, that `*` or `qualifier.*` stands for."""
    if not qualifier:
        return list(relation.visible()), list(relation.rest)
    known = [item for item in relation.attributes if matches(item.qualifier, qualifier)]
    return known, [rest for rest in relation.rest if matches(rest.qualifier, qualifier)]

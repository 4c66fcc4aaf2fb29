"""Each operator of a plan → a relation: names resolved, stars expanded, rows in normal form."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from guardian.lineage.grouping import distinct, grouped, picked, pivoted
from guardian.lineage.joins import (
    Fresh,
    apart,
    closed,
    freeze,
    full_join,
    inner_join,
    left_join,
    matching,
    sealed,
    through,
    unit,
)
from guardian.lineage.relation import (
    Attribute,
    Block,
    Key,
    Relation,
    Rest,
    SideNotes,
    contains_window,
    instance_of,
)
from guardian.lineage.scalars import Resolver, conditions
from guardian.lineage.schemas import Schema
from guardian.lineage.scope import Scope, stars
from guardian.lineage.sets import by_name, by_position, set_operation
from guardian.model import plan
from guardian.model.expression import (
    NULL,
    Expression,
    call,
    in_order,
    is_const,
    make,
    name_of,
    window_parts,
)
from guardian.model.lineage import Location
from guardian.model.names import SYMBOL_OPEN
from guardian.model.plan import Expr, FrameRef, Handle, Item, Operator, Ref, Star, Subquery


@dataclass(slots=True)
class Binder:
    """Binds the plan of one file. `schema` tells the columns of a dataset.

    `warn` is told what was not understood.
    """

    nodes: Sequence[Operator]
    schema: Callable[[str], Schema]
    warn: Callable[[Location | None, str], None]
    notes: SideNotes = field(default_factory=SideNotes)
    fresh: Fresh = field(default_factory=Fresh)
    outer: Scope | None = None
    recursive: Mapping[str, Relation] = field(default_factory=dict)
    bound: dict[Handle, Relation] = field(default_factory=dict)
    place: Location | None = None
    actual: Callable[[str], str] = str

    # --- the walk --------------------------------------------------------------------------------

    def relation(self, handle: Handle) -> Relation:
        """Return the relation of an operator. Inputs come first, in a loop.

        A long chain needs no deep stack.
        """
        for step in reachable(self.nodes, handle, self.bound):
            node = self.nodes[step]
            self.place = getattr(node, "at", None) or self.place
            self.bound[step] = self._bind(node)
        return self.bound[handle]

    def _bind(self, node: Operator) -> Relation:  # noqa: C901, PLR0911, PLR0912 - one arm for each operator
        match node:
            case plan.Scan():
                return self._scan(node)
            case plan.Alias():
                return aliased(self.bound[node.input], node)
            case plan.Project():
                return self._project(node)
            case plan.WithColumns():
                return self._with_columns(node)
            case plan.Drop():
                return self._drop(node)
            case plan.Rename():
                return self._renamed(self.bound[node.input], node)
            case plan.Filter():
                return self._filter(node)
            case plan.Join():
                return self._join(node)
            case plan.Aggregate():
                return grouped(self, node)
            case plan.SetOperation():
                return self._set_operation(node)
            case plan.Distinct():
                return self._distinct(node)
            case plan.Sort():
                return self._sort(node)
            case plan.Limit():
                return self._limit(node)
            case plan.Sample():
                return self._closed_by(self.bound[node.input], "sample", (node.how, node.seed))
            case plan.Generate():
                return self._generate(node)
            case plan.Values():
                return self._values(node)
            case plan.Pivot():
                return pivoted(self, node)
            case plan.Unpivot():
                return self._unpivot(node)
            case plan.Recursive():
                return self._recursive(node)
            case plan.RecursiveRef():
                return self._recursive_ref(node)
            case plan.Opaque():
                return self._opaque(node)

    # --- expressions -----------------------------------------------------------------------------

    def scope(self, relation: Relation, aliases: Mapping[str, Expression] | None = None) -> Scope:
        """Return the scope of expressions over `relation`."""
        return Scope(relation, self.outer, aliases or {}, frame=self._frame)

    def _frame(self, handle: Handle) -> Relation:
        return self.bound[handle] if handle in self.bound else self.relation(handle)

    @property
    def resolver(self) -> Resolver:
        """Return what resolves expressions, with this file's subqueries."""
        return Resolver(self._subquery, self._missing)

    def _missing(self, ref: Ref | FrameRef) -> None:
        qualifier = ref.qualifier if isinstance(ref, Ref) else ()
        name = ".".join((*qualifier, ref.name))
        self.warn(self.place, f"no input has a column `{name}`")

    def _subquery(self, expr: Subquery, scope: Scope, resolver: Resolver) -> Expression:
        inner = self._inside(scope)
        relation, rows = freeze(inner.relation(expr.plan), self.notes)
        operands = tuple(resolver.resolve(operand, scope) for operand in expr.operand)
        visible = [item.expression for item in relation.visible()]
        if expr.kind == "exists":
            return make("exists", (rows,))
        if expr.kind in {"scalar", "array"}:
            value = visible[:1] or [rest.column("*") for rest in relation.rest[:1]] or [NULL]
            return make("scalar" if expr.kind == "scalar" else "array_rows", (rows, value[0]))
        if expr.kind == "in" and len(operands) == len(visible):
            return make("in_rows", (*operands, rows, *visible), len(operands))
        named = make("call", operands, (f"{expr.kind}_{expr.operator}", ""))
        return make("in_rows", (named, rows, *visible), 1)

    def item(
        self, relation: Relation, entry: Item, expression: Expression, position: int
    ) -> Attribute:
        """Return the column that a SELECT item makes.

        A column passed on under its own name keeps its identity.
        """
        name = (
            entry.name if entry.name is not None else implied_name(entry.expr) or f"_col{position}"
        )
        kept = None
        if isinstance(entry.expr, Ref):
            kept = self.scope(relation).attribute(entry.expr)
        elif isinstance(entry.expr, FrameRef):
            kept = next(
                (item for item in relation.attributes if item.expression is expression), None
            )
        if kept is not None and kept.name == name:
            return replace(
                kept,
                hidden=False,
                expression=expression,
                at=kept.at or entry.at,
                text=kept.text or entry.text,
            )
        at, text = (
            (kept.at, kept.text) if kept is not None and kept.text else (entry.at, entry.text)
        )
        return Attribute(name, expression, self.fresh(), at=at or entry.at, text=text)

    def items(
        self,
        relation: Relation,
        entries: Iterable[Item],
        *,
        lateral: bool,
    ) -> tuple[list[Attribute], list[Rest]]:
        """Return the columns of a SELECT list, stars expanded."""
        made: list[Attribute] = []
        rests: list[Rest] = []
        aliases: dict[str, Expression] = {}
        for position, entry in enumerate(entries):
            self.place = entry.at or self.place
            if isinstance(entry.expr, Star):
                known, unknown = self._expanded(relation, entry)
                made.extend(known)
                rests.extend(unknown)
                continue
            symbols = _unknown_names(entry, relation)
            if symbols:
                known, unknown = self._for_each_column(relation, entry, symbols)
                made.extend(known)
                rests.extend(unknown)
                continue
            scope = self.scope(relation, aliases if lateral else None)
            expression = self.resolver.resolve(entry.expr, scope)
            column = self.item(relation, entry, expression, position)
            made.append(column)
            aliases[column.name] = expression
        return made, rests

    def _for_each_column(
        self, relation: Relation, entry: Item, symbols: frozenset[str]
    ) -> tuple[list[Attribute], list[Rest]]:
        """Return what an item makes that stands for every column, its name known at run time only."""
        made = []
        for column in relation.visible():
            scope = self.scope(relation, dict.fromkeys(symbols, column.expression))
            expression = self.resolver.resolve(entry.expr, scope)
            made.append(replace(column, expression=expression, at=entry.at, text=entry.text))
        return made, list(relation.rest)

    def _expanded(self, relation: Relation, entry: Item) -> tuple[list[Attribute], list[Rest]]:
        """Return the columns that a star stands for, with its EXCEPT, REPLACE and RENAME."""
        star = entry.expr
        assert isinstance(star, Star)  # noqa: S101 - the caller asked
        known, unknown = stars(relation, star.qualifier)
        if not known and not unknown:
            return self._struct_star(relation, star, entry), []
        renames = dict(star.rename)
        replaced = {item.name: item for item in star.replace}
        columns = []
        for column in known:
            if column.name in star.excluded:
                continue
            new = replace(column, hidden=False, name=renames.get(column.name, column.name))
            if column.name in replaced:
                other = replaced[column.name]
                expression = self.resolver.resolve(other.expr, self.scope(relation))
                new = replace(
                    new, expression=expression, identity=self.fresh(), at=other.at, text=other.text
                )
            columns.append(new)
        away = frozenset((*star.excluded, *renames))
        return columns, [replace(rest, excluded=rest.excluded | away) for rest in unknown]

    def _struct_star(self, relation: Relation, star: Star, entry: Item) -> list[Attribute]:
        """Return `s.*` of a struct column as one column of unknown fields."""
        *before, last = star.qualifier or ("*",)
        expression = self.resolver.resolve(Ref(last, tuple(before)), self.scope(relation))
        return [
            Attribute(
                "*", call("field", (expression,), "*"), self.fresh(), at=entry.at, text=entry.text
            )
        ]

    # --- operators -------------------------------------------------------------------------------

    def _scan(self, node: plan.Scan) -> Relation:
        schema = Schema(node.columns, complete=True) if node.columns else self.schema(node.dataset)
        instance = instance_of(make("scan", value=self.actual(node.dataset)))
        qualifier = tuple(node.dataset.split(".")) if "://" not in node.dataset else (node.dataset,)
        attributes = tuple(
            Attribute(column.name, make("field", (instance,), column.name), self.fresh(), qualifier)
            for column in schema.columns
        )
        names = frozenset(schema.names())
        rest = (
            ()
            if schema.complete
            else (Rest(instance, qualifier, excluded=names, identity=self.fresh()),)
        )
        keys = frozenset(
            frozenset(make("field", (instance,), name) for name in key) for key in schema.keys
        )
        return Relation(attributes, Block(inner=(instance,)), rest, keys)

    def _project(self, node: plan.Project) -> Relation:
        source = self.bound[node.input]
        made, rests = self.items(
            source,
            node.items,
            lateral=node.lateral,
        )
        return projected(source, tuple(made), tuple(rests))

    def _with_columns(self, node: plan.WithColumns) -> Relation:
        source = self.bound[node.input]
        made, _ = self.items(
            source,
            node.items,
            lateral=False,
        )
        new = {item.name: replace(item, identity=self.fresh()) for item in made}
        kept = [new.pop(item.name, item) if not item.hidden else item for item in source.attributes]
        away = frozenset(item.name for item in made)
        rests = tuple(replace(rest, excluded=rest.excluded | away) for rest in source.rest)
        return projected(source, (*kept, *new.values()), rests)

    def _drop(self, node: plan.Drop) -> Relation:
        source = self.bound[node.input]
        scope = self.scope(source)
        gone: set[int] = set()
        names: set[str] = set()
        for column in node.columns:
            if isinstance(column, Ref) and not column.qualifier:
                names.add(column.name)
                gone |= {item.identity for item in source.attributes if item.name == column.name}
                continue
            found = (
                scope.of_frame(column)
                if isinstance(column, FrameRef)
                else self.resolver.resolve(column, scope)
            )
            gone |= {item.identity for item in source.attributes if item.expression is found}
            if isinstance(column, FrameRef) and not any(
                item.expression is found for item in source.attributes
            ):
                names.add(column.name)
        kept = tuple(item for item in source.attributes if item.identity not in gone)
        rests = tuple(replace(rest, excluded=rest.excluded | names) for rest in source.rest)
        return projected(source, kept, rests)

    def _renamed(self, source: Relation, node: plan.Rename) -> Relation:
        if node.positional:
            named = [
                replace(item, name=name, qualifier=())
                for item, name in zip(source.visible(), node.positional, strict=False)
            ]
            return projected(source, tuple(named), ())
        names = dict(node.pairs)
        known = {item.name for item in source.attributes}
        attributes = [
            replace(item, name=names.get(item.name, item.name)) for item in source.attributes
        ]
        for old, new in node.pairs:
            if old not in known and source.rest:
                found = self.resolver.resolve(Ref(old), self.scope(source))
                attributes.append(Attribute(new, found, self.fresh(), at=self.place))
        rests = tuple(replace(rest, excluded=rest.excluded | set(names)) for rest in source.rest)
        return projected(source, tuple(attributes), rests)

    def _filter(self, node: plan.Filter) -> Relation:
        source = self.bound[node.input]
        condition = self.resolver.resolve(node.condition, self.scope(source))
        return self.filtered(source, condition, node.text or node.clause, node.at)

    def filtered(
        self, source: Relation, condition: Expression, text: str, at: Location | None
    ) -> Relation:
        """Return the rows of `source` for which `condition` holds.

        One with a window function looks at closed rows.
        """
        windowed = contains_window(condition) or any(
            contains_window(item.expression) for item in source.attributes
        )
        if windowed:
            numbered, rows = freeze(
                replace(source, attributes=(*source.attributes, _hidden(condition))), self.notes
            )
            source = closed(numbered, rows)
            condition = source.attributes[-1].expression
            source = replace(source, attributes=source.attributes[:-1])
        parts = tuple(map(_as_exists, conditions(condition)))
        for part in parts:
            self.notes.words.setdefault(part, (text, at))
        block = replace(source.block, filters=tuple(dict.fromkeys((*source.block.filters, *parts))))
        behind = None if source.behind is None else replace(source.behind, block=block)
        return replace(source, block=block, behind=behind, keys=source.keys | _numbered_keys(parts))

    def _join(self, node: plan.Join) -> Relation:
        left = sealed(self.bound[node.left], self.notes)
        right = self._lateral(left, node.right) if node.lateral else self.bound[node.right]
        right = apart(left, sealed(right, self.notes), self.fresh, self.notes)
        if node.kind == "right":
            return self._joined(right, left, node, swapped=True)
        return self._joined(left, right, node, swapped=False)

    def _lateral(self, left: Relation, handle: Handle) -> Relation:
        """Bind the right side of a lateral join.

        It sees the left one's columns as a subquery would.
        """
        return self._inside(self.scope(left)).relation(handle)

    def _inside(
        self, outer: Scope | None, recursive: Mapping[str, Relation] | None = None
    ) -> "Binder":
        """Return a binder for a query inside this one, which may look around it."""
        return replace(
            self,
            outer=outer,
            recursive=self.recursive if recursive is None else recursive,
            bound={},
        )

    def _joined(
        self, left: Relation, right: Relation, node: plan.Join, *, swapped: bool
    ) -> Relation:
        """Join `right` to `left`; `swapped` where the author wrote them the other way round (a.

        Right join).
        """
        kind = "left" if swapped else node.kind
        extra: tuple[Expression, ...] = ()
        if kind == "left":
            right, extra = unit(right, self.notes)
            right = apart(left, right, self.fresh, self.notes)
        if kind == "full":
            left, right = self._whole(left), self._whole(right)
            right = apart(left, right, self.fresh, self.notes)
        using = self._using(left, right, node)
        on = [call("eq", pair) for _, pair in using]
        if node.on is not None:
            both = inner_join(left, right, ())
            on.append(self.resolver.resolve(node.on, self.scope(both)))
        matched = tuple(part for whole in on for part in conditions(whole))
        self.notes.joined.update(matched)
        for part in (*matched, *extra):
            self.notes.words.setdefault(part, (node.text, node.at))
        made = self._combined(left, right, kind, (*matched, *extra), node)
        if using and kind not in {"semi", "anti"}:
            made = self._merged(made, left, using, kind)
        return _in_written_order(made, right) if swapped and not using else made

    def _whole(self, relation: Relation) -> Relation:
        """Return `relation` as one unconditional instance."""
        whole, filters = unit(relation, self.notes)
        if not filters:
            return whole
        numbered, rows = freeze(relation, self.notes)
        return closed(numbered, rows)

    def _combined(
        self,
        left: Relation,
        right: Relation,
        kind: str,
        on: tuple[Expression, ...],
        node: plan.Join,
    ) -> Relation:
        match kind:
            case "left":
                made = left_join(left, right, on)
                self.notes.words.setdefault(
                    made.block.optional[-1].node, (node.text or "LEFT JOIN", node.at)
                )
                return made
            case "full":
                made = full_join(left, right, on)
                self.notes.words.setdefault(
                    made.block.inner[0].args[0], (node.text or "FULL JOIN", node.at)
                )
                return made
            case "semi" | "anti":
                found = matching(left, right, on, self.notes)
                condition = found if kind == "semi" else call("not", (found,))
                self.notes.joined.add(condition)
                kept = self.filtered(left, condition, node.text or kind.upper() + " JOIN", node.at)
                return replace(kept, behind=None)
            case _:
                made = inner_join(left, right, on)
                for instance in right.block.inner:
                    self.notes.words.setdefault(instance, (node.text or "JOIN", node.at))
                return made

    def _using(
        self, left: Relation, right: Relation, node: plan.Join
    ) -> list[tuple[str, tuple[Expression, Expression]]]:
        names: Iterable[str] = node.using
        if node.natural:
            of_right = {item.name for item in right.visible()}
            names = [item.name for item in left.visible() if item.name in of_right]
        pairs = []
        for name in names:
            ref = Ref(name)
            pair = (
                self.resolver.resolve(ref, self.scope(left)),
                self.resolver.resolve(ref, self.scope(right)),
            )
            pairs.append((name, pair))
        return pairs

    def _merged(
        self,
        made: Relation,
        left: Relation,
        using: list[tuple[str, tuple[Expression, Expression]]],
        kind: str,
    ) -> Relation:
        """Return a USING join's columns: its keys once and first.

        The right side's reached by qualifier only.
        """
        names = {name for name, _ in using}
        of_left = {item.identity: item for item in left.attributes}
        keys, hidden = [], []
        for name, (one, _) in using:
            from_left = next(
                (item for item in left.attributes if item.name == name and not item.hidden), None
            )
            columns = [item for item in made.attributes if item.name == name and not item.hidden]
            value = one
            if kind == "full" and len(columns) == 2:
                value = call("coalesce", tuple(item.expression for item in columns))
            if from_left is not None:
                keys.append(replace(from_left, expression=value))
            else:
                qualifier = left.rest[0].qualifier if len(left.rest) == 1 else ()
                keys.append(Attribute(name, value, self.fresh(), qualifier))
            hidden += [
                replace(item, hidden=True) for item in columns if item.identity not in of_left
            ]
        others = [item for item in made.attributes if item.name not in names or item.hidden]
        rests = tuple(replace(rest, excluded=rest.excluded | names) for rest in made.rest)
        return replace(made, attributes=(*keys, *others, *hidden), rest=rests)

    def _set_operation(self, node: plan.SetOperation) -> Relation:
        arms = [self.bound[handle] for handle in node.inputs]
        aligned = by_name(arms, missing=node.allow_missing) if node.by_name else by_position(arms)
        return set_operation(self, aligned, node)

    def _distinct(self, node: plan.Distinct) -> Relation:
        source = self.bound[node.input]
        if not node.on:
            return distinct(self, source, node.at)
        scope = self.scope(source)
        on = tuple(self.resolver.resolve(key, scope) for key in node.on)
        return picked(self, source, on, self.resolver.order(node.order, scope), node.at)

    def _sort(self, node: plan.Sort) -> Relation:
        source = self.bound[node.input]
        keys = self.resolver.order(node.order, self.scope(source))
        sorts = tuple(dict.fromkeys((*source.block.sorts, *(key for key, _, _ in keys))))
        return replace(source, order=keys, block=replace(source.block, sorts=sorts))

    def _limit(self, node: plan.Limit) -> Relation:
        source = self.bound[node.input]
        flags = tuple((descending, nulls) for _, descending, nulls in source.order)
        made = self._closed_by(
            source, "limit", (node.count, node.offset, flags), [key for key, _, _ in source.order]
        )
        rows = made.block.inner[0].args[0]
        self.notes.words.setdefault(rows, (f"LIMIT {node.count}", node.at))
        if node.count == "1":
            return replace(made, keys=made.keys | {frozenset()})
        return made

    def _closed_by(
        self, source: Relation, op: str, value: object, extra: Sequence[Expression] = ()
    ) -> Relation:
        """Return `source` under an operator that takes some of its rows."""
        markers = tuple(map(_hidden, extra))
        numbered, rows = freeze(
            replace(source, attributes=(*source.attributes, *markers)), self.notes
        )
        keys = tuple(item.expression for item in numbered.attributes[len(source.attributes) :])
        numbered = replace(
            numbered, attributes=numbered.attributes[: len(source.attributes)], order=()
        )
        return closed(numbered, make(op, (rows, *keys), value))

    def _generate(self, node: plan.Generate) -> Relation:
        source = (
            Relation((), Block())
            if node.input is None
            else sealed(self.bound[node.input], self.notes)
        )
        generator = self.resolver.resolve(node.generator, self.scope(source))
        made = make("generate", (generator,), (node.outer, node.fields))
        taken = [instance for instance in source.block.instances() if instance.args[0] is made]
        instance = instance_of(made, len(taken))
        qualifier = (node.qualifier,) if node.qualifier else ()
        new = tuple(
            Attribute(name, make("field", (instance,), name), self.fresh(), qualifier, at=node.at)
            for name in node.columns
        )
        rest = (
            (Rest(instance, qualifier, identity=self.fresh()),)
            if node.fields or not node.columns
            else ()
        )
        block = replace(source.block, inner=(*source.block.inner, instance))
        self.notes.words.setdefault(instance, ("explode", node.at))
        return Relation((*source.attributes, *new), block, (*source.rest, *rest))

    def _values(self, node: plan.Values) -> Relation:
        if not node.columns and not node.rows and not node.fingerprint:
            return Relation((), Block(), keys=frozenset({frozenset()}))
        empty = self.scope(Relation((), Block()))
        rows = tuple(
            make("list", tuple(self.resolver.resolve(value, empty) for value in row))
            for row in node.rows
        )
        instance = instance_of(
            make(
                "values", in_order(rows), (node.fingerprint if not rows else "", len(node.columns))
            )
        )
        attributes = tuple(
            Attribute(name, make("field", (instance,), position), self.fresh())
            for position, name in enumerate(node.columns)
        )
        return Relation(attributes, Block(inner=(instance,)))

    def _unpivot(self, node: plan.Unpivot) -> Relation:
        source = sealed(self.bound[node.input], self.notes)
        scope = self.scope(source)
        values = tuple(self.resolver.resolve(Ref(name), scope) for name in node.columns)
        made = make("generate", values, ("unpivot", node.columns))
        instance = instance_of(made)
        block = replace(source.block, inner=(*source.block.inner, instance))
        kept = tuple(item for item in source.attributes if item.name not in node.columns)
        if node.keys is not None:
            wanted = {key.name for key in node.keys if isinstance(key, Ref)}
            kept = tuple(item for item in kept if item.name in wanted)
        name = Attribute(node.name_column, make("field", (instance,), 0), self.fresh(), at=node.at)
        value = Attribute(
            node.value_column, make("field", (instance,), 1), self.fresh(), at=node.at
        )
        rests = tuple(
            replace(rest, excluded=rest.excluded | set(node.columns)) for rest in source.rest
        )
        return Relation((*kept, name, value), block, rests)

    def _recursive(self, node: plan.Recursive) -> Relation:
        """Bind a recursive query: the step sees what the last round gave each column.

        Until no column changes.
        """
        anchor = self._positional(self.bound[node.anchor], node.columns)
        seen = anchor
        result = anchor
        shape = plan.SetOperation(kind="union", inputs=(), all=True)
        for _ in range(max(2, min(len(anchor.attributes), 6))):
            inner = self._inside(self.outer, {**self.recursive, node.name: seen})
            step = inner.relation(node.step)
            result = set_operation(self, by_position([anchor, step]), shape)
            seen = _found_so_far(anchor, result)
        return distinct(self, result, node.at) if node.distinct else result

    def _positional(self, relation: Relation, names: tuple[str, ...]) -> Relation:
        return self._renamed(relation, plan.Rename(0, positional=names)) if names else relation

    def _recursive_ref(self, node: plan.RecursiveRef) -> Relation:
        seen = self.recursive.get(node.name)
        if seen is None:
            return self._positional(self.relation(node.anchor), node.columns)
        return replace(
            seen, attributes=tuple(replace(item, identity=self.fresh()) for item in seen.attributes)
        )

    def _opaque(self, node: plan.Opaque) -> Relation:
        inputs = [sealed(self.bound[handle], self.notes) for handle in node.inputs]
        frozen = [freeze(relation, self.notes) for relation in inputs]
        rows = make("opaque_rows", tuple(rows for _, rows in frozen), node.fingerprint)
        whole = [closed(relation, inside) for relation, inside in frozen]
        if node.keeps and len(whole) == 1:
            return closed(frozen[0][0], rows)
        values = [item.expression for relation in whole for item in relation.visible()]
        values += [rest.column("*") for relation in whole for rest in relation.rest]
        made = make("opaque", values, ("rows", node.fingerprint))
        instance = instance_of(rows)
        attributes = tuple(
            Attribute(
                name,
                make("member", (instance, make("field_of", (made,), name))),
                self.fresh(),
                at=node.at,
            )
            for name in node.columns
        )
        rest = () if node.columns else (Rest(instance, identity=self.fresh()),)
        return Relation(attributes, Block(inner=(instance,)), rest)


# --- pieces that need no binder ------------------------------------------------------------------


def reachable(
    nodes: Sequence[Operator], root: Handle, done: Mapping[Handle, Relation]
) -> list[Handle]:
    """Return the operators that `root` needs and that are not done, inputs first."""
    wanted: set[Handle] = set()
    stack = [root]
    while stack:
        handle = stack.pop()
        if handle in wanted or handle in done:
            continue
        wanted.add(handle)
        stack.extend(inputs_of(nodes[handle]))
    return sorted(wanted)


def inputs_of(node: Operator) -> tuple[Handle, ...]:
    """Return the operators whose rows `node` takes, but for those that see the rows around them."""
    match node:
        case plan.Join():
            return (node.left,) if node.lateral else (node.left, node.right)
        case plan.SetOperation() | plan.Opaque():
            return node.inputs
        case plan.Recursive():
            return (node.anchor,)
        case plan.Scan() | plan.Values() | plan.RecursiveRef():
            return ()
        case _:
            return () if node.input is None else (node.input,)


def aliased(source: Relation, node: plan.Alias) -> Relation:
    """Return the same rows under a name; earlier qualifiers no longer reach them."""
    qualifier = (node.name,)
    visible = source.visible()
    names = node.columns or tuple(item.name for item in visible)
    named = [
        replace(item, qualifier=qualifier, name=name)
        for item, name in zip(visible, names, strict=False)
    ]
    named += [replace(item, qualifier=qualifier) for item in visible[len(named) :]]
    rests = tuple(replace(rest, qualifier=qualifier) for rest in source.rest)
    return replace(source, attributes=tuple(named), rest=rests, behind=None)


def projected(
    source: Relation, attributes: tuple[Attribute, ...], rests: tuple[Rest, ...]
) -> Relation:
    """Return other columns over the same rows."""
    return replace(source, attributes=attributes, rest=rests, behind=replace(source, behind=None))


def _unknown_names(entry: Item, relation: Relation) -> frozenset[str]:
    """Return the run-time names that an item takes columns by, if its own name is such a name, too."""
    if entry.name is None or SYMBOL_OPEN not in entry.name:
        return frozenset()
    own = {item.name for item in relation.attributes}
    refs = (part for part in parts_of(entry.expr) if isinstance(part, Ref) and not part.qualifier)
    return frozenset(ref.name for ref in refs if SYMBOL_OPEN in ref.name and ref.name not in own)


def parts_of(expr: Expr) -> Iterable[Expr]:
    """Yield an author's expression and the calls' arguments below it."""
    yield expr
    for arg in getattr(expr, "args", ()):
        yield from parts_of(arg)


def implied_name(expr: Expr) -> str | None:
    """Return the name that an expression has without being given one."""
    if isinstance(expr, Ref | FrameRef):
        return expr.name
    if isinstance(expr, plan.Call) and expr.name == "field":
        return expr.option
    return None


def _hidden(expression: Expression) -> Attribute:
    return Attribute("", expression, 0, hidden=True)


def _as_exists(condition: Expression) -> Expression:
    """Return `x IN (SELECT y …)` as EXISTS with `y = x`.

    As a row's condition both let the same rows through.
    """
    if condition.op != "in_rows" or not isinstance(condition.value, int):
        return condition
    count = condition.value
    operands, rows, values = (
        condition.args[:count],
        condition.args[count],
        condition.args[count + 1 :],
    )
    if len(values) != count or rows.op not in {"rows", "scan"} or any(map(contains_window, values)):
        return condition
    equal = [
        call("eq", (value, _taken_outside(operand)))
        for value, operand in zip(values, operands, strict=True)
    ]
    if rows.op == "scan":
        return make(
            "exists",
            (
                make(
                    "rows",
                    (
                        make("bag", (instance_of(rows),)),
                        make("all", in_order(equal)),
                        make("list", ()),
                    ),
                ),
            ),
        )
    bag, filters, optional = rows.args
    every = in_order(dict.fromkeys((*filters.args, *equal)))
    return make("exists", (make("rows", (bag, make("all", every), optional)),))


def _taken_outside(operand: Expression) -> Expression:
    return operand if is_const(operand) else make("outer", (operand,))


def _numbered_keys(parts: Iterable[Expression]) -> frozenset[Key]:
    """Return the keys that `ROW_NUMBER() OVER (PARTITION BY k …) = 1` makes: one row for each k."""
    keys = set()
    for part in parts:
        if name_of(part) != "eq":
            continue
        for one, other in (part.args, part.args[::-1]):
            if is_const(other, "number") and other.value == ("number", "1") and one.op == "member":
                numbered = one.args[1]
                if numbered.op == "window" and name_of(numbered.args[0]) == "row_number":
                    _, partition, _ = window_parts(numbered)
                    keys.add(frozenset(through(key, one.args[0]) for key in partition))
    return frozenset(keys)


def _in_written_order(made: Relation, right: Relation) -> Relation:
    """Return a right join's columns in the order they were written: the other side's first."""
    first = {item.identity for item in right.attributes}
    ordered = [item for item in made.attributes if item.identity in first]
    ordered += [item for item in made.attributes if item.identity not in first]
    return replace(made, attributes=tuple(ordered))


def _found_so_far(anchor: Relation, result: Relation) -> Relation:
    """Return the recursion's rows so far as an input.

    What its columns were made from, over an instance of its own.
    """
    rows = make("recursion", (freeze_rows(anchor),))
    instance = instance_of(rows)
    attributes = tuple(
        replace(item, expression=make("member", (instance, item.expression)), qualifier=())
        for item in result.visible()
    )
    return Relation(attributes, Block(inner=(instance,)))


def freeze_rows(relation: Relation) -> Expression:
    """Return the row set of a relation whose join graph is settled."""
    return freeze(relation, SideNotes())[1]

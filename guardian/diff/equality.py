"""Whether two expressions of two revisions agree, where what differs around them is told elsewhere.

Identical nodes agree at once. Otherwise a column is compared apart from the row set it sits on: a
change of the rows is reported once, and never again for each column.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from guardian.lineage.relation import contains_window, rebuilt
from guardian.model.calls import call
from guardian.model.definition import Definition
from guardian.model.expression import Expression, make, name_of

UNORDERED = frozenset(
    {
        "and",
        "or",
        "add",
        "mul",
        "eq",
        "neq",
        "is",
        "in",
        "greatest",
        "least",
    }
)


def spine(rows: Expression) -> list[Expression]:
    """Return the row set and those that it is made from.

    As long as each is made from one input alone.
    """
    chain: list[Expression] = []
    node: Expression | None = rows
    while node is not None:
        chain.append(node)
        node = _input_of(node)
    return chain


def _input_of(node: Expression) -> Expression | None:
    match node.op:
        case "rows":
            bag = node.args[0].args
            return bag[0].args[0] if len(bag) == 1 else None
        case "group" | "pick" | "limit" | "sample":
            return node.args[0]
        case "opaque_rows":
            return node.args[0] if len(node.args) == 1 else None
        case _:
            return None


class Reduced:
    """The columns and row sets of two definitions in reduced form."""

    def __init__(
        self,
        columns: tuple[Mapping[Expression, Expression], Mapping[Expression, Expression]],
        rows: tuple[Expression, Expression],
    ) -> None:
        """Take, of the base and of the head, columns with their reduced forms, and the rows'."""
        self._columns = columns
        self._same = Sameness(*rows)
        self._rows = rows

    def same_rows(self) -> bool:
        """Return whether the row sets are one."""
        return self._rows[0] is self._rows[1]

    def same_column(self, base: Expression, head: Expression) -> bool:
        """Return whether two columns, in the forms that the definitions have them in, agree."""
        left, right = self._columns[0].get(base), self._columns[1].get(head)
        if left is None or right is None or self.same_rows():
            return left is not None and left is right
        return self._same(left, right)


class Sameness:
    """Compares expressions of the base with those of the head."""

    def __init__(
        self,
        base_rows: Expression,
        head_rows: Expression,
        required: Callable[[str, str], bool] = lambda *_: False,
        declared: Callable[[str, str], str | None] = lambda *_: None,
        reduced: Callable[[], Reduced] | None = None,
    ) -> None:
        """Take both row sets; columns over them are compared apart from them.

        `required` tells whether a dataset's column is declared never to be NULL, `declared` its
        type. `reduced` makes the form that what is declared allows: what differs here may be the
        same there.
        """
        self._reduced = reduced
        self._declared = declared
        self._required = required
        self._rows = (base_rows, head_rows)
        self._base = set(spine(base_rows))
        self._head = set(spine(head_rows))
        self._equated = _equalities(self._base) & _equalities(self._head)
        self._known: dict[tuple[Expression, Expression], bool] = {}

    def __call__(self, base: Expression, head: Expression) -> bool:
        """Return whether the two agree."""
        return self._same(base, head) or self._same_reduced(base, head)

    def same_rows(self, columns: Iterable[tuple[Expression, Expression]]) -> bool:
        """Return whether both row sets hold the same rows.

        `columns` are those of both sides. In reduced form a total is no row set of its own, but a
        value: what is no change of the rows there must be none of a column either.
        """
        if self._rows[0] is self._rows[1]:
            return True
        if self._reduced is None or not self._reduced().same_rows():
            return False
        return all(
            self._same_reduced(base, head) for base, head in columns if self._same(base, head)
        )

    def proven(self, columns: Iterable[tuple[Expression, Expression]]) -> bool:
        """Return whether both write the same, whatever else is told, with these columns.

        As one form, or as one reduced form.
        """
        if self._rows[0] is not self._rows[1] and not (
            self._reduced and self._reduced().same_rows()
        ):
            return False
        return all(base is head or self._same_reduced(base, head) for base, head in columns)

    def _same_reduced(self, base: Expression, head: Expression) -> bool:
        if self._reduced is None:
            return False
        reduced = self._reduced()
        # Constants are rows in reduced form alone: no change of rows tells where they differ.
        if self._rows[0] is self._rows[1] and not reduced.same_rows():
            return False
        return reduced.same_column(base, head)

    def _same(self, base: Expression, head: Expression) -> bool:
        if base is head:
            return True
        key = (base, head)
        known = self._known.get(key)
        if known is None:
            self._known[key] = False
            known = self._known[key] = self._compare(base, head) or self._equal_here(base, head)
        return known

    def _equal_here(self, base: Expression, head: Expression) -> bool:
        """Return whether both row sets hold only rows in which the two are equal."""
        return bool(self._equated) and call("eq", (base, head)) in self._equated

    def _compare(self, base: Expression, head: Expression) -> bool:
        if (base.op == "ambiguous") != (head.op == "ambiguous"):
            return self._one_of(base, head)
        if _is_merge(base) != _is_merge(head):
            return self._with_an_arm(base, head, united=head if _is_merge(head) else base)
        if base.op == "member" and head.op == "member":
            return self._members(base, head)
        if base.op == "member" and base.args[0].args[0] in self._base:
            return self._sees(base, self._rows[1]) and self._same(base.args[1], head)
        if head.op == "member" and head.args[0].args[0] in self._head:
            return self._sees(head, self._rows[0]) and self._same(base, head.args[1])
        known = self._plainer(base, head)
        if known != (base, head):
            return self._same(*known)
        if self._counts_rows(base) and self._counts_rows(head):
            return True
        if base.op != head.op or base.value != head.value or len(base.args) != len(head.args):
            return False
        return self._alike(base, head)

    def _one_of(self, base: Expression, head: Expression) -> bool:
        """Compare a column with a name that one of several inputs has, as nobody declares them.

        It is that of the input that has it in the other revision: in two it would be refused.
        """
        if base.op == "ambiguous":
            return any(self._same(candidate, head) for candidate in base.args)
        return any(self._same(base, candidate) for candidate in head.args)

    def _plainer(self, base: Expression, head: Expression) -> tuple[Expression, Expression]:
        """Return two expressions without what is told elsewhere, or is declared never to matter."""
        if base.op == "fanned" or head.op == "fanned":
            return _inside(base, "fanned"), _inside(head, "fanned")
        if (base.op == "maybe") != (head.op == "maybe"):
            return _inside(base, "maybe"), _inside(head, "maybe")
        return self._without_effect(base), self._without_effect(head)

    def _alike(self, base: Expression, head: Expression) -> bool:
        """Compare two expressions of one operator, part by part."""
        if base.op == "instance":
            return base.args[0].op == head.args[0].op == "values"  # which rows: told once
        if base.op in {"exists", "scalar", "in_rows", "array_rows"}:
            return False
        if (base.op == "call" and base.value[0] in UNORDERED) or base.op in {"all", "bag"}:
            return self.same_bag(base.args, head.args)
        if base.op == "window":
            return self._windows(base, head)
        return bool(base.args) and all(map(self._same, base.args, head.args))

    def _counts_rows(self, node: Expression) -> bool:
        """Return whether a node counts rows: COUNT(*), or of a column that is never NULL."""
        if node.op != "aggregate":
            return False
        name, _, distinct, count, conditional, _ = node.value
        if name != "count" or distinct or conditional or count > 1:
            return False
        if count == 0:
            return True
        return self.never_null(node.args[0])

    def never_null(self, expression: Expression) -> bool:
        """Return whether an expression is a column that is declared never to be NULL."""
        if expression.op != "field" or expression.args[0].args[0].op != "scan":
            return False
        return self._required(str(expression.args[0].args[0].value), str(expression.value))

    def _without_effect(self, node: Expression) -> Expression:
        """Return what is inside a COALESCE or a cast that what is declared makes superfluous."""
        if name_of(node) == "coalesce" and self.never_null(node.args[0]):
            return node.args[0]
        if name_of(node) == "cast" and self._is_of_type(node.args[0], str(node.value[1])):
            return node.args[0]
        return node

    def _is_of_type(self, column: Expression, kind: str) -> bool:
        """Return whether `column` is declared to be of the type that it is cast to."""
        if column.op != "field" or column.args[0].args[0].op != "scan":
            return False
        known = self._declared(str(column.args[0].args[0].value), str(column.value))
        return known is not None and known.replace(" ", "").lower() == kind.replace(" ", "").lower()

    def always_true(self, condition: Expression) -> bool:
        """Return whether a condition asks for no more than what is declared."""
        asks = name_of(condition) == "not" and name_of(condition.args[0]) == "is_null"
        return asks and self.never_null(condition.args[0].args[0])

    def _sees(self, member: Expression, rows: Expression) -> bool:
        """Return whether a window seen through a closed relation looks at the rows `rows`."""
        return not contains_window(member.args[1]) or member.args[0].args[0] is rows

    def _members(self, base: Expression, head: Expression) -> bool:
        """Compare values seen through closed relations.

        On the spine apart from them, elsewhere with them.
        """
        one, other = base.args[0].args[0], head.args[0].args[0]
        if one is other:
            return base.args[0].value == head.args[0].value and self._same(
                base.args[1], head.args[1]
            )
        on_spine = one in self._base and other in self._head
        if base.args[1].op == "merge" and head.args[1].op == "merge":
            return self._merges(one, other, base.args[1], head.args[1])
        if one in self._base and other not in self._head:
            return self._same(base.args[1], head)
        if other in self._head and one not in self._base:
            return self._same(base, head.args[1])
        if not on_spine and (_collects(base.args[1]) or _collects(head.args[1])):
            return False
        return self._same(base.args[1], head.args[1])

    def _with_an_arm(self, base: Expression, head: Expression, *, united: Expression) -> bool:
        """Compare a column with one of a union that its rows are an arm of now, or were before."""
        other, on_spine = (base, self._base) if united is head else (head, self._head)
        if other.op == "member" and other.args[0].args[0] in on_spine:
            inner = other.args[1]
            return self._same(inner, head) if united is head else self._same(base, inner)
        alone = self._rows[0] if united is head else self._rows[1]
        known = self._head if united is head else self._base
        for rows, value in zip(united.args[0].args[0].args, united.args[1].args, strict=False):
            if rows is alone or scanned(rows) == scanned(alone):
                known.update(spine(rows))
                pair = (base, value) if united is head else (value, head)
                return self._same(*pair)
        return False

    def _merges(
        self, one: Expression, other: Expression, base: Expression, head: Expression
    ) -> bool:
        """Compare a union's column arm by arm.

        Arms that only one side has are a change of the rows.
        """
        if one.op != "union" or other.op != "union":
            return base is head
        for left, right in matched_arms(one.args, other.args):
            self._base.update(spine(one.args[left]))
            self._head.update(spine(other.args[right]))
            if not self._same(base.args[left], head.args[right]):
                return False
        return True

    def same_bag(self, base: Sequence[Expression], head: Sequence[Expression]) -> bool:
        """Return whether both hold the same, in any order."""
        return len(base) == len(head) and not any(self.differing(base, head))

    def differing(
        self, base: Iterable[Expression], head: Iterable[Expression]
    ) -> tuple[list[Expression], list[Expression]]:
        """Return what only the base has and what only the head has."""
        rest = list(head)
        gone = []
        for item in base:
            match = next((other for other in rest if other is item), None)
            match = match or next((other for other in rest if self._same(item, other)), None)
            if match is None:
                gone.append(item)
            else:
                rest.remove(match)
        return gone, rest

    def _windows(self, base: Expression, head: Expression) -> bool:
        count = int(base.value[1])
        one, other = base.args, head.args
        return (
            self._same(one[0], other[0])
            and self.same_bag(one[1 : 1 + count], other[1 : 1 + count])
            and all(map(self._same, one[1 + count :], other[1 + count :]))
        )


def _equalities(relations: Iterable[Expression]) -> set[Expression]:
    """Return the equalities that hold in every row of these row sets."""
    graphs = (node for node in relations if node.op == "rows")
    return {part for graph in graphs for part in graph.args[1].args if name_of(part) == "eq"}


def _is_merge(node: Expression) -> bool:
    """Return whether a value is a union's column."""
    united = node.op == "member" and node.args[1].op == "merge"
    return united and node.args[0].args[0].op == "union"


def _inside(node: Expression, op: str) -> Expression:
    return node.args[0] if node.op == op else node


_collecting: dict[Expression, bool] = {}


def _collects(node: Expression) -> bool:
    """Return whether a value depends on more rows than its own."""
    known = _collecting.get(node)
    if known is None:
        known = node.op in {"aggregate", "window"} or (
            node.op not in {"instance", "member"} and any(map(_collects, node.args))
        )
        _collecting[node] = known
    return known


def matched_arms(base: Sequence[Expression], head: Sequence[Expression]) -> list[tuple[int, int]]:
    """Return the arms of two unions that belong together.

    Equal ones, then those over the same datasets, then in order.
    """
    left, right = list(range(len(base))), list(range(len(head)))
    pairs: list[tuple[int, int]] = []

    def take(agree: Callable[[Expression, Expression], bool]) -> None:
        for index in list(left):
            match = next((other for other in right if agree(base[index], head[other])), None)
            if match is not None:
                pairs.append((index, match))
                left.remove(index)
                right.remove(match)

    take(lambda one, other: one is other)
    take(lambda one, other: scanned(one) == scanned(other))
    if len(base) == len(head):
        pairs += zip(left, right, strict=True)
    return sorted(pairs)


def scanned(root: Expression) -> frozenset[str]:
    """Return the datasets below a node."""
    return frozenset(str(node.value) for node in nodes_below(root) if node.op == "scan")


def nodes_below(*roots: Expression) -> set[Expression]:
    """Return every node of the graph below `roots`, they among them."""
    seen: set[Expression] = set()
    stack = list(roots)
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            stack.extend(node.args)
    return seen


# --- translating ---------------------------------------------------------------------------------


def translated(
    definition: Definition,
    *,
    datasets: Mapping[str, str] | None = None,
    renames: Mapping[tuple[str, str], str] | None = None,
) -> Definition:
    """Return `definition` with inputs, or their columns, under other names.

    What was renamed upstream is the same column.
    """
    if not datasets and not any(
        read in {name for name, _ in renames or {}} for read in definition.reads
    ):
        return definition
    memo: dict[Expression, Expression] = {}

    def new(expression: Expression) -> Expression:
        return _translate(expression, datasets=datasets or {}, renames=renames or {}, memo=memo)

    columns = tuple(
        replace(column, expression=new(column.expression)) for column in definition.columns
    )
    words = {new(node): said for node, said in definition.words.items()}
    return replace(definition, columns=columns, rows=new(definition.rows), words=words)


def _translate(
    root: Expression,
    *,
    datasets: Mapping[str, str],
    renames: Mapping[tuple[str, str], str],
    memo: dict[Expression, Expression],
) -> Expression:
    known = memo.get(root)
    if known is not None:
        return known
    if root.op == "scan":
        made = make("scan", value=datasets.get(str(root.value), str(root.value)))
    else:
        args = tuple(
            _translate(arg, datasets=datasets, renames=renames, memo=memo) for arg in root.args
        )
        made = rebuilt(root, args)
        if made.op == "field" and made.args[0].args[0].op == "scan":
            name = renames.get((str(made.args[0].args[0].value), str(made.value)))
            made = make("field", made.args, name) if name else made
    memo[root] = made
    return made

"""A column that is gone, computed from what its dataset still has."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from guardian.diff import Pair
from guardian.lineage.relation import rebuilt
from guardian.lineage.text import LIMIT, text_of
from guardian.model.definition import Output
from guardian.model.expression import Expression, make
from guardian.rewriting import Value

MOST_PARTS = 60  # of an expression
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*\Z|[A-Z_][A-Z0-9_]*\Z")
_TOKEN = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class Computed:
    """A value over the columns of one use of a dataset, and how it is written."""

    expression: Expression
    value: Value


def computed(
    pair: Pair, gone: Output, dataset: str, earlier: Mapping[tuple[str, str], Computed]
) -> Computed | None:
    """Return how a column that is gone can be computed from what `dataset` has now.

    None where it cannot, as far as is seen. `earlier` are columns of inputs that are computed now.
    """
    use = make("instance", (make("scan", value=dataset),), 0)
    held = {
        column.name: column.expression
        for column in pair.head.columns
        if _PLAIN.match(column.name) and pair.base.column(column.name) is not None
    }
    parts = 0

    def over(node: Expression) -> Expression | None:
        nonlocal parts
        parts += 1
        same = next((name for name, one in held.items() if pair.same(node, one)), None)
        if same is not None and node.op != "const":
            return make("field", (use,), same)
        if node.op != "call" or parts > MOST_PARTS:
            return None
        args = [arg if arg.op == "const" else over(arg) for arg in node.args]
        known = tuple(arg for arg in args if arg is not None)
        taken = any(arg.op != "const" for arg in known)
        return rebuilt(node, known) if taken and len(known) == len(args) else None

    found = over(with_computed(gone.expression, earlier))
    text = "…" if found is None else text_of(found)
    if found is None or "…" in text or len(text) > LIMIT:
        return None
    names = [one.span() for one in _TOKEN.finditer(text) if one[0] in held]
    return Computed(found, Value(text, tuple(names)))


def with_computed(root: Expression, known: Mapping[tuple[str, str], Computed]) -> Expression:
    """Return `root` with columns that are gone computed where they are taken."""
    if not known:
        return root
    memo: dict[Expression, Expression] = {}

    def new(node: Expression) -> Expression:
        if node not in memo:
            made = rebuilt(node, tuple(map(new, node.args))) if node.args else node
            memo[node] = _computed(made, known) or made
        return memo[node]

    return new(root)


def _computed(node: Expression, known: Mapping[tuple[str, str], Computed]) -> Expression | None:
    if node.op != "field" or node.args[0].args[0].op != "scan":
        return None
    made = known.get((str(node.args[0].args[0].value), str(node.value)))
    return None if made is None else _of_use(made.expression, node.args[0])


def _of_use(node: Expression, use: Expression) -> Expression:
    if node.op == "field":
        return make("field", (use,), node.value)
    return rebuilt(node, tuple(_of_use(arg, use) for arg in node.args)) if node.args else node

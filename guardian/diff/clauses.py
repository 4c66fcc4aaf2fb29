"""A row set as the clauses that it is made of, and which of them only one of two row sets has."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from guardian.diff.equality import Sameness, matched_arms, scanned
from guardian.lineage.text import NOTHING, text_of, texts_apart
from guardian.model.expression import Expression
from guardian.model.lineage import Location

Words: TypeAlias = Mapping[Expression, tuple[str, Location | None]]

DEEPEST = 8
MOST_SHOWN = 6
MOST_OF_KEYS = 120  # characters of a list of keys that is told whole
BEGINNING = 40  # characters of a clause that is told by a part of it
KEYED = ("GROUP BY", "DISTINCT")
ONE_INPUT = frozenset({"group", "pick", "limit", "sample"})


@dataclass(frozen=True, slots=True)
class Clause:
    """One part of what the rows are: its kind, the node it is compared by, how it reads."""

    kind: str
    node: Expression
    text: str
    at: Location | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """The clauses that only the base has, and those that only the head has.

    `moved`: the same clauses, put together otherwise.
    """

    gone: tuple[Clause, ...] = ()
    new: tuple[Clause, ...] = ()
    moved: bool = False

    def __bool__(self) -> bool:
        """Return whether there is any."""
        return bool(self.gone or self.new or self.moved)


def difference(
    base: Expression,
    head: Expression,
    words: tuple[Words, Words],
    same: Sameness | None = None,
    depth: int = 0,
) -> Difference:
    """Return how two row sets differ, going down into inputs that both sides make.

    But otherwise.
    """
    if base is head:
        return Difference()
    same = same or Sameness(base, head)
    left, right = _unmatched(_level(base, head, words[0]), _level(head, base, words[1]), same)
    if not left and not right:
        return Difference(moved=_shape(base) != _shape(head))
    gone: list[Clause] = []
    new: list[Clause] = []
    moved = False
    for one, other in _inner_pairs(left, right):
        if depth == DEEPEST:
            break
        inside = difference(_relation(one.node), _relation(other.node), words, depth=depth + 1)
        if inside:
            left.remove(one)
            right.remove(other)
            gone += inside.gone
            new += inside.new
            moved = moved or inside.moved
    left += _kept_side(right, words[0])
    right += _kept_side(left, words[1])
    return Difference((*_told(left), *gone), (*_told(right), *new), moved)


def _kept_side(joins: Sequence[Clause], words: Words) -> list[Clause]:
    """Return the outer joins, neutral so far, that the other revision makes inner joins of."""
    made = {_relation(clause.node) for clause in joins if clause.kind == "JOIN"}
    nodes = [node for node in words if node.op == "optional" and node.args[0].args[0] in made]
    return [_outer_clause(node, words) for node in sorted(nodes, key=lambda node: node.digest)]


def _outer_clause(node: Expression, words: Words) -> Clause:
    said, at = words.get(node, ("", None))
    text = _join_text("LEFT JOIN", node.args[0], said) or text_of(node)
    return Clause("LEFT JOIN", node, text, at)


def _level(rows: Expression, other: Expression, words: Words) -> list[Clause]:
    """Return the clauses of `rows`; as one input, where the other side joins it with more."""
    if rows.op != "rows" and other.op == "rows":
        inputs = {instance.args[0] for instance in other.args[0].args}
        if rows in inputs or any(scanned(rows) == scanned(item) for item in inputs):
            return [Clause("JOIN", rows, f"FROM {_from(rows)}", words.get(rows, ("", None))[1])]
    return clauses(rows, words)


def joined_texts(clauses: Iterable[Clause]) -> str | None:
    """Return clauses as one line, None where there are none."""
    return _line(_texts(clauses))


def _texts(clauses: Iterable[Clause]) -> list[str]:
    return list(dict.fromkeys(clause.text for clause in clauses))


def _line(texts: Sequence[str]) -> str | None:
    more = f"; and {len(texts) - MOST_SHOWN} more" if len(texts) > MOST_SHOWN else ""
    return "; ".join(texts[:MOST_SHOWN]) + more if texts else None


def both_texts(found: Difference) -> tuple[str | None, str | None]:
    """Return what is gone and what is new as one line each.

    Two clauses of a kind that are too long to show where they differ, or read alike, are told by
    the parts that do.
    """
    gone, new = list(found.gone), list(found.new)
    alike = {clause.text for clause in gone} & {clause.text for clause in new}
    apart = []
    for one in [clause for clause in gone if _hides(clause, alike)]:
        other = next((item for item in new if item.kind == one.kind and _hides(item, alike)), None)
        if other is not None:
            gone.remove(one)
            new.remove(other)
            apart.append(_parts_apart(one, other))
    was, now = ([text for text in dict.fromkeys(side) if text != NOTHING] for side in _sides(apart))
    return _line([*was, *_texts(gone)]), _line([*now, *_texts(new)])


def _hides(clause: Clause, alike: Container[str]) -> bool:
    """Return whether a clause's text does not show where it differs from another of its kind."""
    long = clause.kind.startswith("GROUP") and len(clause.text) > MOST_OF_KEYS
    return long or clause.text.endswith("…") or clause.text in alike


def _parts_apart(one: Clause, other: Clause) -> tuple[str, str]:
    """Return the parts of two clauses that differ, behind the words that these begin with."""
    parts = texts_apart(one.node, other.node)
    if not (one.text.startswith(KEYED) and other.text.startswith(KEYED)):
        before, after = (
            part if part in {NOTHING, text_of(side.node)} else f"{_beginning(side.text)} … {part}"
            for part, side in zip(parts, (one, other), strict=True)
        )
        return before, after
    words = (next(word for word in KEYED if side.text.startswith(word)) for side in (one, other))
    before, after = (f"{word} …, {part}" for word, part in zip(words, parts, strict=True))
    return before, after


def _beginning(text: str) -> str:
    """Return what a clause begins with, to know it by."""
    return text[:BEGINNING].rpartition(" ")[0] or text[: BEGINNING // 2]


def _sides(pairs: Sequence[tuple[str, str]]) -> tuple[list[str], list[str]]:
    return [one for one, _ in pairs], [other for _, other in pairs]


def _told(left: Sequence[Clause]) -> Iterator[Clause]:
    """Yield clauses without the conditions of a join that is told as a whole."""
    whole = {clause.text for clause in left if "JOIN" in clause.kind}
    for clause in left:
        if clause.kind != "WHERE" or not any(clause.text in text for text in whole):
            yield clause


def _shape(rows: Expression) -> list[str]:
    """Return the operators that a row set goes through in a straight line."""
    chain = []
    while rows.op in ONE_INPUT:
        chain.append(rows.op)
        rows = rows.args[0]
    return chain


# --- clauses -------------------------------------------------------------------------------------


def clauses(rows: Expression, words: Words) -> list[Clause]:
    """Return the clauses of a row set, down to the inputs of its join graph."""
    found: list[Clause] = []
    node = rows
    while node.op in ONE_INPUT:
        found += _taking(node, words)
        node = node.args[0]
    return found + list(_graph(node, words) if node.op == "rows" else _other(node, words))


def _taking(node: Expression, words: Words) -> Iterator[Clause]:
    """Yield the clauses of an operator that takes one input."""
    said, at = words.get(node, ("", None))
    match node.op:
        case "group":
            yield _grouping(node, said, at)
        case "pick":
            keys = node.args[1]
            yield Clause("DISTINCT ON", keys, f"one row for each {_listed(keys.args)}", at)
        case "limit":
            count, offset, _ = node.value
            text = f"LIMIT {count}" + (f" OFFSET {offset}" if offset else "")
            yield Clause(text, node, text, at)
        case _:
            yield Clause(f"SAMPLE {node.value[0]}", node, f"SAMPLE {node.value[0]}", at)
    if node.op in {"pick", "limit"}:
        flags = node.value if node.op == "pick" else node.value[2]
        keys_of_order = node.args[2:] if node.op == "pick" else node.args[1:]
        for key, flag in zip(keys_of_order, flags, strict=True):
            direction = (" DESC" if flag[0] else "") + (" NULLS FIRST" if flag[1] else "")
            yield Clause(f"ORDER BY {flag}", key, f"ORDER BY {text_of(key)}{direction}", at)


def _grouping(node: Expression, said: str, at: Location | None) -> Clause:
    keys = node.args[1]
    kind = f"GROUP BY {node.value}"
    if said in {"UNION", "INTERSECT", "EXCEPT"}:
        return Clause(kind, keys, said, at)
    if node.value:
        sets = "; ".join(_set_text(chosen, keys.args) for chosen in node.value)
        return Clause(kind, keys, f"GROUPING SETS ({sets})", at)
    start = "DISTINCT" if said == "DISTINCT" else "GROUP BY"
    return Clause(kind, keys, f"{start} {_listed(keys.args)}".strip(), at)


def _set_text(chosen: Iterable[str], keys: Iterable[Expression]) -> str:
    """Return one grouping set: its keys, told by their digests."""
    names = {key.digest.hex(): text_of(key) for key in keys}
    return ", ".join(sorted(names.get(digest, "?") for digest in chosen)) or "all rows"


def _graph(node: Expression, words: Words) -> Iterator[Clause]:
    bag, filters, optional = node.args
    for instance in bag.args:
        yield _input(instance, words, alone=len(bag.args) == 1)
    for condition in filters.args:
        said, at = words.get(condition, ("", None))
        joins = _is_join(condition)
        text = (" ".join(said.split()) if joins else "") or text_of(condition, qualified=joins)
        yield Clause("WHERE", condition, text, at)
    for entry in optional.args:
        yield _outer_clause(entry, words)


def _is_join(condition: Expression) -> bool:
    """Return whether a condition looks at several inputs."""
    return len(scanned(condition)) > 1


def _input(instance: Expression, words: Words, *, alone: bool) -> Clause:
    if instance.args[0].op == "generate":
        at = words.get(instance, ("", None))[1]
        return Clause("JOIN", instance, text_of(instance.args[0]), at)
    said, at = words.get(instance, ("", None))
    kind = "FROM" if alone else "JOIN"
    return Clause(
        "JOIN", instance, _join_text(kind, instance, said) or f"{kind} {_from(instance)}", at
    )


def _join_text(kind: str, instance: Expression, said: str) -> str | None:
    """Return a join in the author's words, its kind and its input before a bare condition."""
    text = " ".join(said.split())
    if not text or text in {"JOIN", "LEFT JOIN", "FULL JOIN", "explode"}:
        return None
    if "JOIN" in text.upper():
        return text
    return f"{kind} {_from(instance)} ON {text}"


def _other(node: Expression, words: Words) -> Iterator[Clause]:
    said, at = words.get(node, (node.op.upper(), None))
    match node.op:
        case "union":
            for arm in node.args:
                yield Clause("UNION", arm, f"UNION ALL {_from(arm)}", at)
        case "scan":
            yield Clause("JOIN", node, f"FROM {node.value}", at)
        case "values" if node.args:
            for row in node.args:
                yield Clause("VALUES", row, f"({', '.join(map(text_of, row.args))})", at)
        case "opaque_rows":
            yield Clause(f"OPAQUE {node.value}", node, "code that was not understood", at)
        case _:
            yield Clause(node.op.upper(), node, said, at)


def _listed(keys: tuple[Expression, ...]) -> str:
    return ", ".join(sorted(map(text_of, keys)))


def _from(rows: Expression) -> str:
    return ", ".join(sorted(scanned(rows))) or text_of(rows)


# --- matching ------------------------------------------------------------------------------------


def _unmatched(
    base: Sequence[Clause], head: Sequence[Clause], same: Sameness
) -> tuple[list[Clause], list[Clause]]:
    """Return the clauses that only one side has."""
    rest = [clause for clause in head if not same.always_true(clause.node)]
    gone = []
    for clause in base:
        if same.always_true(clause.node):
            continue
        match = next((other for other in rest if _agree(clause, other, same)), None)
        if match is None:
            gone.append(clause)
        else:
            rest.remove(match)
    return gone, rest


def _agree(base: Clause, head: Clause, same: Sameness) -> bool:
    if base.kind != head.kind:
        return False
    if base.kind.startswith(("LIMIT", "SAMPLE")):
        return True  # what they are taken from is compared on its own
    if base.kind in {"JOIN", "UNION"}:
        return _relation(base.node) is _relation(head.node)
    return same(base.node, head.node)


def _inner_pairs(left: list[Clause], right: list[Clause]) -> list[tuple[Clause, Clause]]:
    """Return inputs that both sides join or unite, but made otherwise: they are compared inside."""
    pairs = []
    for kind in ("JOIN", "UNION"):
        base = [clause for clause in left if clause.kind == kind]
        head = [clause for clause in right if clause.kind == kind]
        arms = matched_arms(
            [_relation(item.node) for item in base], [_relation(item.node) for item in head]
        )
        pairs += [(base[one], head[other]) for one, other in arms]
    return [pair for pair in pairs if not all(_relation(item.node).op == "scan" for item in pair)]


def _relation(node: Expression) -> Expression:
    return node.args[0] if node.op == "instance" else node

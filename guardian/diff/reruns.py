"""What makes a rerun over the same inputs differ: chance, missing orders, the clock."""

from collections import Counter
from collections.abc import Iterable, Iterator

from guardian.diff import Both, Detector
from guardian.diff.equality import nodes_below
from guardian.lineage.relation import instances_in
from guardian.model.aggregates import window_parts
from guardian.model.changes import Change
from guardian.model.definition import Definition
from guardian.model.expression import Expression
from guardian.model.lineage import Location

# Functions of chance, and how many arguments they have with a seed (none: they take no seed).
RANDOM: dict[str, int | None] = {
    "rand": 1, "random": 1, "randn": 1, "uuid": 1, "shuffle": 2, "randstr": 2, "uniform": 3,
    "monotonically_increasing_id": None, "spark_partition_id": None, "generate_uuid": None,
    "uuid_string": 1, "newsequentialid": None, "random_bytes": None, "randomblob": None,
    "crypt_gen_random": None,
}  # fmt: skip
CLOCK = frozenset({
    "current_date", "current_timestamp", "current_time", "current_datetime", "localtimestamp",
    "localtime", "now", "today", "getdate", "sysdate", "unix_timestamp", "clock_timestamp",
})  # fmt: skip
# What is made of the time it runs at tells no row from another afterwards.
HASHES = frozenset({"md5", "sha", "sha1", "sha2", "hash", "xxhash64", "crc32", "farm_fingerprint"})
PICKS = frozenset({"first", "last", "any_value", "some_value", "arbitrary"})
COLLECTS = frozenset({
    "array_agg", "collect_set", "string_agg", "json_agg", "jsonb_agg", "json_array_agg",
    "array_concat_agg", "list", "group_concat",
})  # fmt: skip
# Window functions whose rows have places, or a first and a last, by their order alone.
PLACED = frozenset(
    {"row_number", "ntile", "lag", "lead", "first_value", "last_value", "nth_value", "cume_dist"}
)
# Functions of a list that give the same whatever order it is in.
ANY_ORDER = frozenset({
    "array_sort", "list_sort", "array_size", "array_length", "size", "len", "cardinality",
    "array_contains", "list_contains", "array_max", "array_min", "arrays_overlap", "exists",
    "forall", "explode", "explode_outer", "unnest",
})  # fmt: skip
# What a value is passed on through, unchanged.
PASSING = frozenset({"member", "maybe"})


def added_nondeterminism(both: Both) -> Iterator[Change]:
    """Yield one change for each kind of thing that makes a rerun differ and that is new."""
    for pair in both.pairs:
        before, after = _causes(pair.base), _causes(pair.head)
        known = Counter(before.values())
        for kind in sorted(Counter(after.values()) - known):
            marked = (
                at
                for node, found in after.items()
                if found == kind and (at := pair.head.words.get(node, ("", None))[1]) is not None
            )
            yield Change(
                rule="nondeterminism-added",
                dataset=pair.head.dataset,
                after=kind,
                job=pair.head.job,
                location=min(marked, default=_place(pair.head, kind, after)),
                base_location=pair.base.at,
            )


def _place(definition: Definition, kind: str, causes: dict[Expression, str]) -> Location:
    """Return where the first column is written that such a thing is part of."""
    wanted = {node for node, found in causes.items() if found == kind}
    places = [
        column.at
        for column in definition.columns
        if not wanted.isdisjoint(nodes_below(column.expression))
    ]
    return min(places, default=definition.at)


def _causes(definition: Definition) -> dict[Expression, str]:
    """Return the nodes that make a rerun differ, each with what it is in words."""
    roots = (definition.rows, *(column.expression for column in definition.columns))
    nodes = _exposed(roots)
    excused = _excused(nodes)
    found = {
        node: kind
        for node in nodes
        if node not in excused and (kind := _randomness(node)) is not None
    }
    timed = nodes_below(*filter(_is_hash, nodes), *_mixed_keys(nodes))
    found.update({node: f"{_name(node)} in a key" for node in filter(_is_clock, timed)})
    return found


def _mixed_keys(nodes: Iterable[Expression]) -> Iterator[Expression]:
    """Yield grouping keys that are computed from columns; the time alone is one key for all."""
    for node in nodes:
        if node.op == "group":
            yield from (key for key in node.args[1].args if instances_in(key))


def _randomness(node: Expression) -> str | None:
    match node.op:
        case "sample":
            return None if node.value[1] else "a sample without a seed"
        case "limit":
            ordered = any(map(_decides, node.args[1:])) or node.value[0] == "0"
            return None if ordered else "LIMIT without ORDER BY"
        case "pick":
            ordered = any(map(_decides, node.args[2:]))
            return None if ordered else "one row for each key, without an order"
        case "window":
            return _unplaced(node)
        case "aggregate":
            unordered = node.value[0] in PICKS | COLLECTS and not node.value[-1]
            kept = unordered and any(map(_decides, node.args[:1]))
            return f"{_name(node)} of rows in no order" if kept else None
        case "call":
            name = str(node.value[0])
            seeds = RANDOM.get(name)
            seeded = seeds is not None and len(node.args) >= seeds
            return _name(node) if name in RANDOM and not seeded else None
        case "symbol":
            name = str(node.value)
            drawn = name.endswith("()") or name in {"uuid1", "uuid4"}
            return f"{name.removesuffix('()').upper()}()" if drawn else None
        case _:
            return None


def _unplaced(node: Expression) -> str | None:
    """Return a window function of the rows' places where no order gives them one."""
    function, _, order = window_parts(node)
    name = str(function.value[0]) if function.op in {"call", "aggregate"} else ""
    return (
        f"{name.upper()} without ORDER BY"
        if name in PLACED and not any(map(_decides, order))
        else None
    )


def _decides(key: Expression) -> bool:
    """Return whether rows can differ in a sort key: `ORDER BY (SELECT NULL)` orders nothing."""
    pending = [key]
    while pending:
        node = pending.pop()
        if node.op not in {"const", "symbol", "call", "scalar"} or _is_chance(node):
            return True
        pending.extend(() if node.op == "scalar" else node.args)
    return False


def _is_chance(node: Expression) -> bool:
    return node.op == "call" and node.value[0] in RANDOM


def _exposed(roots: Iterable[Expression]) -> set[Expression]:
    """Return every node below `roots` but for lists of which the order does not show."""
    seen: set[Expression] = set()
    stack = list(roots)
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        if node.op == "call" and node.value[0] in ANY_ORDER:
            for argument in node.args:
                stack.extend(_without_order(argument))
        else:
            stack.extend(node.args)
    return seen


def _without_order(argument: Expression) -> Iterator[Expression]:
    """Yield an argument, or what is in it where it is a list of values."""
    while argument.op in PASSING:
        yield argument.args[0]
        argument = argument.args[1]
    if argument.op == "aggregate" and argument.value[0] in COLLECTS:
        yield from argument.args
    else:
        yield argument


def _excused(nodes: Iterable[Expression]) -> set[Expression]:
    """Return what picks one of equals: a value of the group's keys, a LIMIT under EXISTS."""
    excused: set[Expression] = set()
    for node in nodes:
        if node.op == "exists":
            excused.update(part for part in nodes_below(*node.args) if part.op == "limit")
        if node.op == "member" and node.args[0].args[0].op == "group":
            keys = set(node.args[0].args[0].args[1].args)
            excused.update(part for part in _aggregates(node.args[1]) if keys.issuperset(part.args))
    return excused


def _aggregates(expression: Expression) -> Iterator[Expression]:
    if expression.op == "aggregate":
        yield expression
    elif expression.op == "call":
        for argument in expression.args:
            yield from _aggregates(argument)


def _is_hash(node: Expression) -> bool:
    return node.op == "call" and node.value[0] in HASHES


def _is_clock(node: Expression) -> bool:
    return node.op == "call" and node.value[0] in CLOCK


def _name(node: Expression) -> str:
    return f"{str(node.value[0]).upper()}()"


RERUNS = Detector(rules=("nondeterminism-added",), detect=added_nondeterminism)

"""Every scalar rewrite of the normal form, run on both sides in DuckDB over NULLs and boundaries."""

from collections.abc import Iterator
from typing import TypeAlias

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardian.model.aggregates import aggregate
from guardian.model.calls import call
from guardian.model.expression import NULL, Expression, const, make, name_of
from guardian.model.truth import as_condition

TABLE = make("instance", (make("scan", value="t"),), 0)
NUMBERS = ("a", "b", "c")
FLAGS = ("p", "q")
ROWS = """
CREATE TABLE t AS
SELECT a, b, c, p, q
FROM (VALUES (NULL), (-1), (0), (1), (2)) x(a), (VALUES (NULL), (0), (1)) y(b),
     (VALUES (NULL), (1), (2)) z(c), (VALUES (NULL), (TRUE), (FALSE)) u(p), (VALUES (NULL), (TRUE), (FALSE)) v(q)
"""
INFIX = {
    "eq": "=",
    "neq": "<>",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
    "is": "IS NOT DISTINCT FROM",
}
ARITHMETIC = {"add": "+", "sub": "-", "mul": "*"}

# A tree as the author wrote it: (operator, arguments), a column's name, or a constant.
Tree = tuple[str, tuple["Tree", ...]] | str | int | bool | None


def written(tree: Tree) -> str:
    """Return a tree as DuckDB SQL, as the author wrote it."""
    if tree is None:
        return "NULL"
    if not isinstance(tree, tuple):
        return str(tree)
    name, args = tree
    return spelled(name, [written(arg) for arg in args])


def spelled(name: str, args: list[str]) -> str:
    """Return one operator over arguments that are spelled already."""
    if name in {"and", "or"}:
        return "(" + f" {name.upper()} ".join(args) + ")"
    if name in INFIX or name in ARITHMETIC:
        return f"({args[0]} {(INFIX | ARITHMETIC)[name]} {args[1]})"
    match name:
        case "not":
            return f"(NOT {args[0]})"
        case "neg":
            return f"(- {args[0]})"
        case "is_null":
            return f"({args[0]} IS NULL)"
        case "between":
            return f"({args[0]} BETWEEN {args[1]} AND {args[2]})"
        case "in":
            return f"({args[0]} IN ({', '.join(args[1:])}))"
        case "case":
            pairs = " ".join(
                f"WHEN {c} THEN {v}" for c, v in zip(args[:-1:2], args[1:-1:2], strict=True)
            )
            return f"(CASE {pairs} ELSE {args[-1]} END)"
        case _:
            return f"{name}({', '.join(args)})"


def canonical(tree: Tree) -> Expression:
    """Return the normal form of a tree."""
    if isinstance(tree, tuple):
        return call(tree[0], tuple(map(canonical, tree[1])))
    if tree is None:
        return NULL
    if isinstance(tree, bool):
        return const("boolean", str(tree).lower())
    return make("field", (TABLE,), tree) if isinstance(tree, str) else const("number", str(tree))


def printed(node: Expression) -> str:
    """Return a normal form as DuckDB SQL."""
    if node.op == "field":
        return str(node.value)
    if node.op == "const":
        return str(node.value[1]) or "NULL"
    return spelled(name_of(node), [printed(arg) for arg in node.args])


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(ROWS)
        yield connection


Trees: TypeAlias = st.SearchStrategy[Tree]

numbers: Trees = st.deferred(lambda: number_leaf | number_tree)
flags: Trees = st.deferred(lambda: flag_leaf | flag_tree)
number_leaf: Trees = st.sampled_from([*NUMBERS, -1, 0, 1, 2, None])
flag_leaf: Trees = st.sampled_from([*FLAGS, True, False])


def node(name: str, *args: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    return st.tuples(st.just(name), st.tuples(*args))


number_tree: Trees = st.one_of(
    *(node(name, numbers, numbers) for name in ARITHMETIC),
    node("neg", numbers),
    node("coalesce", numbers, numbers),
    node("coalesce", numbers, numbers, numbers),
    node("nullif", numbers, numbers),
    node("case", flags, numbers, numbers),
    node("case", flags, numbers, flags, numbers, numbers),
    node("greatest", number_leaf, number_leaf),
)
flag_tree: Trees = st.one_of(
    *(node(name, numbers, numbers) for name in INFIX),
    node("and", flags, flags),
    node("or", flags, flags),
    node("and", flags, flags, flags),
    node("or", flags, flags, flags),
    node("not", flags),
    node("is_null", numbers),
    node("eq", flags, st.sampled_from([True, False])),
    node("neq", flags, st.sampled_from([True, False])),
    node("is", flags, st.sampled_from([True, False])),
    node("is", numbers, st.sampled_from([0, 1])),
    node("coalesce", flags, st.sampled_from([True, False])),
    node("case", flags, flags, flags),
    node("between", numbers, numbers, numbers),
    node("in", st.sampled_from(NUMBERS), st.sampled_from([0, 1, 2]), st.sampled_from([0, 1, None])),
    node("in", st.sampled_from(NUMBERS), st.sampled_from([0, 1]), st.sampled_from(NUMBERS)),
)


@settings(max_examples=400, deadline=None)
@given(tree=flag_tree | number_tree)
def test_a_normal_form_means_what_the_author_wrote(
    database: duckdb.DuckDBPyConnection, tree: Tree
) -> None:
    """Evaluate what was written and its normal form on every combination of values."""
    form = canonical(tree)
    query = f"SELECT count(*) FROM t WHERE ({written(tree)}) IS DISTINCT FROM ({printed(form)})"
    assert database.execute(query).fetchone() == (0,), f"{written(tree)}  ->  {printed(form)}"


@settings(max_examples=300, deadline=None)
@given(tree=flag_tree)
def test_a_condition_lets_the_same_rows_through(
    database: duckdb.DuckDBPyConnection, tree: Tree
) -> None:
    """Evaluate a condition as a filter: where it is unknown, it may as well be false."""
    form = printed(as_condition(canonical(tree)))
    query = (
        f"SELECT count(*) FROM t WHERE coalesce({written(tree)}, FALSE) <> coalesce({form}, FALSE)"
    )
    assert database.execute(query).fetchone() == (0,), f"{written(tree)}  ->  {form}"


@settings(max_examples=150, deadline=None)
@given(tree=flag_tree)
def test_a_normal_form_is_its_own_normal_form(tree: Tree) -> None:
    """Rebuild the normal form from its parts: nothing is left to rewrite."""
    form = canonical(tree)

    def again(expression: Expression) -> Expression:
        if expression.op != "call":
            return expression
        return call(name_of(expression), tuple(map(again, expression.args)))

    assert again(form) is form


A, B, C = (canonical(name) for name in NUMBERS)
P = canonical("p")
ONE, TWO = const("number", "1"), const("number", "2")

EQUAL = {
    "de morgan": (
        ("not", (("or", (("eq", ("a", 1)), ("le", ("b", 0)))),)),
        ("and", (("neq", ("a", 1)), ("gt", ("b", 0)))),
    ),
    "comparison turned": (("gt", ("a", "b")), ("lt", ("b", "a"))),
    "in is or": (("in", ("a", 1, 2)), ("or", (("eq", (2, "a")), ("eq", ("a", 1))))),
    "not in is and": (
        ("not", (("in", ("a", 1, 2)),)),
        ("and", (("neq", ("a", 2)), ("neq", ("a", 1)))),
    ),
    "between is two": (("between", ("a", 0, 1)), ("and", (("le", ("a", 1)), ("ge", ("a", 0))))),
    "coalesce is case": (("coalesce", ("a", "b")), ("case", (("is_null", ("a",)), "b", "a"))),
    "coalesce is case, mirrored": (
        ("coalesce", ("a", "b")),
        ("case", (("not", (("is_null", ("a",)),)), "a", "b")),
    ),
    "coalesce nested": (
        ("coalesce", ("a", ("coalesce", ("b", "c")))),
        ("coalesce", ("a", "b", "c")),
    ),
    "nullif is case": (("nullif", ("a", "b")), ("case", (("eq", ("a", "b")), None, "a"))),
    "case nested": (
        ("case", ("p", "a", ("case", ("q", "b", "c")))),
        ("case", ("p", "a", "q", "b", "c")),
    ),
    "adjacent branches of one value": (
        ("case", (("eq", ("a", 1)), 5, ("eq", ("a", 2)), 5, 0)),
        ("case", (("in", ("a", 1, 2)), 5, 0)),
    ),
    "a test for null, the other way round": (
        ("case", (("is_null", ("a",)), "b", "c")),
        ("case", (("not", (("is_null", ("a",)),)), "c", "b")),
    ),
    "a flag compared with true": (("eq", ("p", True)), "p"),
    "a flag with a default is whether it holds": (
        ("coalesce", ("p", False)),
        ("case", ("p", True, False)),
    ),
    "what an AND adds to its OR": (("or", ("p", ("and", ("p", "q")))), "p"),
    "what an OR takes from its AND": (("and", ("p", ("or", ("p", "q")))), "p"),
    "what all parts of an OR share": (
        ("or", (("and", ("p", "q")), ("and", ("p", ("gt", ("a", 0)))))),
        ("and", ("p", ("or", ("q", ("gt", ("a", 0)))))),
    ),
    "what all parts of an AND share": (
        ("and", (("or", ("p", "q")), ("or", ("p", ("gt", ("a", 0)))))),
        ("or", ("p", ("and", ("q", ("gt", ("a", 0)))))),
    ),
    "a CASE in THEN": (
        ("case", ("p", ("case", ("q", 1, 2)), 3)),
        ("case", (("and", ("p", "q")), 1, "p", 2, 3)),
    ),
    "branches that exclude each other": (
        ("case", (("eq", ("a", 1)), "b", ("eq", ("a", 2)), "c", 0)),
        ("case", (("eq", ("a", 2)), "c", ("eq", ("a", 1)), "b", 0)),
    ),
    "a branch that is never reached": (
        ("case", ("p", 1, ("and", ("p", "q")), 2, 3)),
        ("case", ("p", 1, 3)),
    ),
    "a bound that the branch before has set": (
        ("case", (("lt", ("a", 0)), 1, ("and", (("ge", ("a", 0)), ("lt", ("a", 2)))), 2, 3)),
        ("case", (("lt", ("a", 0)), 1, ("lt", ("a", 2)), 2, 3)),
    ),
    "not true, asked the other way round": (
        ("case", (("not", (("coalesce", ("p", False)),)), "a", "b")),
        ("case", ("p", "b", "a")),
    ),
    "nothing for the one value": (
        ("case", (("neq", ("a", 0)), "a", None)),
        ("nullif", ("a", 0)),
    ),
    "a default behind a CASE": (
        ("coalesce", (("case", ("p", "a", None)), 0)),
        ("case", ("p", ("coalesce", ("a", 0)), 0)),
    ),
    "a test for the null constant": (("is", ("a", None)), ("is_null", ("a",))),
    "a product of constants": (("mul", (2, 3)), 6),
    "plus commutes": (("add", ("a", "b")), ("add", ("b", "a"))),
}
DIFFERENT = {
    "a value and its NOT do not cancel out": (("or", ("p", ("not", ("p",)))), True),
    "a flag with a default is not the flag": (("coalesce", ("p", False)), "p"),
    "branches that overlap": (
        ("case", (("le", ("a", 1)), "b", ("le", ("a", 2)), "c", 0)),
        ("case", (("le", ("a", 2)), "c", ("le", ("a", 1)), "b", 0)),
    ),
    "a bound that the branch before has not set": (
        ("case", (("lt", ("a", 0)), 1, ("and", (("ge", ("a", 0)), ("lt", ("b", 1)))), 2, 3)),
        ("case", (("lt", ("a", 0)), 1, ("lt", ("b", 1)), 2, 3)),
    ),
    "a value that is not null where the operand is": (
        ("case", (("neq", ("a", 0)), "b", None)),
        ("case", (("eq", ("a", 0)), None, "b")),
    ),
    "negation is no swap of branches": (
        ("case", (("not", ("p",)), "a", "b")),
        ("case", ("p", "b", "a")),
    ),
    "null-safe is not plain": (("is", ("a", "b")), ("eq", ("a", "b"))),
    "coalesce keeps its order": (("coalesce", ("a", "b")), ("coalesce", ("b", "a"))),
    "minus does not commute": (("sub", ("a", "b")), ("sub", ("b", "a"))),
    "at least is not more than": (("ge", ("a", 1)), ("gt", ("a", 1))),
    "absorption by true or unknown": (("or", (("eq", ("a", "a")),)), True),
}


@pytest.mark.parametrize("pair", EQUAL.values(), ids=EQUAL)
def test_equal_meaning_is_one_object(
    database: duckdb.DuckDBPyConnection, pair: tuple[Tree, Tree]
) -> None:
    one, other = pair
    assert canonical(one) is canonical(other)
    assert differing(database, one, other) == 0


@pytest.mark.parametrize("pair", DIFFERENT.values(), ids=DIFFERENT)
def test_the_nearest_unsound_rewrite_is_not_made(
    database: duckdb.DuckDBPyConnection, pair: tuple[Tree, Tree]
) -> None:
    one, other = pair
    assert canonical(one) is not canonical(other)
    assert differing(database, one, other) > 0


def differing(database: duckdb.DuckDBPyConnection, one: Tree, other: Tree) -> int:
    query = f"SELECT count(*) FROM t WHERE ({written(one)}) IS DISTINCT FROM ({written(other)})"
    found = database.execute(query).fetchone()
    assert found is not None
    return int(found[0])


def test_counting_a_constant_is_counting_rows() -> None:
    assert aggregate("count", (ONE,)) is aggregate("count", ())
    assert aggregate("count", (A,)) is not aggregate("count", ())


def test_a_filter_on_an_aggregate_is_a_case_in_it() -> None:
    condition = canonical(("gt", ("b", 0)))
    inside = call("case", (condition, A, NULL))
    assert aggregate("sum", (A,), condition=condition) is aggregate("sum", (inside,))
    assert aggregate("min", (A,), distinct=True) is aggregate("min", (A,))
    assert aggregate("sum", (A,), distinct=True) is not aggregate("sum", (A,))

"""The graph against the plainest thing that can be said: a set of pairs, closed under itself."""

import time

from hypothesis import given
from hypothesis import strategies as st

from guardian.lineage.graph import Graph
from guardian.lineage.reach import Atlas, reach
from guardian.model.lineage import ColumnRef, Edge, Lineage, Location
from guardian.model.reach import Direction
from tests.shop import LINEAGE, column, edge

DIRECTIONS: tuple[Direction, ...] = ("down", "up")
NAMES = [f"{dataset}.{field}" for dataset in ("a", "b", "c", "d") for field in ("x", "y")]
PAIRS = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=25)


def closure(pairs: list[tuple[str, str]], start: str) -> set[str]:
    reached: set[str] = set()
    while True:
        more = {b for a, b in pairs if (a == start or a in reached) and b not in reached}
        if not more:
            return reached - {start}
        reached |= more


def of(pairs: list[tuple[str, str]]) -> Lineage:
    return Lineage(edges=tuple(edge(a, b, f"{a}-{b}.sql") for a, b in pairs))


def reached(graph: Graph, start: str, direction: Direction) -> set[str]:
    found = reach(Atlas(graph), start, direction).reached
    return {f"{item.column.dataset}.{item.column.column}" for item in found}


@given(PAIRS, st.sampled_from(NAMES), st.integers(0, 25))
def test_walks_are_the_transitive_closure_however_the_documents_are_cut(
    pairs: list[tuple[str, str]], start: str, cut: int
) -> None:
    graph = Graph([of(pairs[:cut])], under=Graph([of(pairs[cut:])]))
    if not any(start in pair for pair in pairs):
        return
    down, up = (reached(graph, start, direction) for direction in DIRECTIONS)
    assert down == closure(pairs, start)
    assert up == closure([(b, a) for a, b in pairs], start)


def test_both_layers_answer() -> None:
    graph = Graph([], under=Graph([LINEAGE]))
    assert graph.reads("etl/daily.sql", "analytics.orders")
    assert not graph.reads("etl/daily.sql", "raw.orders")
    assert graph.rows_flow("analytics.orders", "mart.daily_revenue", "etl/daily.sql")
    assert graph.has_column(column("mart.daily_revenue.orders"))
    assert graph.columns("ref.countries") == {"country", "label"}
    assert "raw.orders" in graph.datasets()


def test_a_long_chain_and_a_wide_fan_are_quick() -> None:
    at = Location("job.py", 1)

    def step(source: str, target: str) -> Edge:
        return Edge(
            source=ColumnRef(source, "c"), target=ColumnRef(target, "c"), type="DIRECT",
            subtype="IDENTITY", job="job.py", location=at, confidence=1.0,
        )  # fmt: skip

    chain = [step(f"t{number}", f"t{number + 1}") for number in range(50_000)]
    fan = [step("t0", f"wide{number}") for number in range(50_000)]
    started = time.perf_counter()
    graph = Graph([Lineage(edges=tuple(chain + fan))])
    assert len(reached(graph, "t0.c", "down")) == 100_000
    assert time.perf_counter() - started < 5

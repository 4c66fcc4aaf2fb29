"""`guardian lineage` and `guardian path`, against networkx and by eye."""

import json
from itertools import pairwise
from pathlib import Path

import networkx as nx  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.cli import run
from guardian.errors import ConfigError
from guardian.lineage.graph import Graph
from guardian.lineage.reach import Atlas, Limits, reach, way
from guardian.model.lineage import Dataset, Lineage
from guardian.model.plan import Exposure
from guardian.render.walks import MOST_LINES, dot, mermaid, tree
from tests.shop import LINEAGE, column, edge

NAMES = [f"{dataset}.{field}" for dataset in ("a", "b", "c", "d") for field in ("x", "y", "z")]
PAIRS = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=40)
SHOP = Atlas(Graph([LINEAGE]))


def atlas(pairs: list[tuple[str, str]]) -> Atlas:
    edges = tuple(edge(a, b, f"{a}-{b}.sql") for a, b in pairs)
    return Atlas(
        Graph([Lineage(edges=edges, datasets=tuple(Dataset(n, (), complete=True) for n in "abcd"))])
    )


@given(PAIRS, st.sampled_from(NAMES), st.sampled_from(NAMES))
def test_reach_and_distance_are_those_of_networkx(
    pairs: list[tuple[str, str]], start: str, end: str
) -> None:
    known = {name for pair in pairs for name in pair}
    if start not in known or end not in known:
        return
    plain = nx.DiGraph(pairs)
    for direction, graph in (("down", plain), ("up", plain.reverse())):
        expected = nx.single_source_shortest_path_length(graph, start)
        found = reach(atlas(pairs), start, direction)  # type: ignore[arg-type]  # one of two words
        distances = {
            f"{item.column.dataset}.{item.column.column}": item.distance for item in found.reached
        }
        assert distances == {name: length for name, length in expected.items() if name != start}
    steps = way(atlas(pairs), start, end)
    if start != end and nx.has_path(plain, start, end):
        assert len(steps) == nx.shortest_path_length(plain, start, end)
        assert (steps[0].via, steps[-1].column) == (column(start), column(end))
        assert all(one.column == other.via for one, other in pairwise(steps))
    elif start != end:
        assert steps == ()


def test_limits_are_counted_and_confidence_is_multiplied() -> None:
    chain = atlas([("a.x", "b.x"), ("b.x", "c.x"), ("c.x", "d.x")])
    assert [item.distance for item in reach(chain, "a.x", "down", Limits(depth=2)).reached] == [
        1,
        2,
    ]
    short = reach(chain, "a.x", "down", Limits(most=1))
    assert (len(short.reached), short.left_out) == (1, 1)
    unsure = [
        edge("a.x", "b.x", "1.sql", confidence=0.5),
        edge("b.x", "c.x", "2.sql", confidence=0.5),
    ]
    found = reach(Atlas(Graph([Lineage(edges=tuple(unsure))])), "a.x", "down")
    assert [item.confidence for item in found.reached] == [0.5, 0.25]


def test_a_way_by_values_goes_before_a_shorter_one_by_a_filter() -> None:
    edges = (
        edge("a.x", "c.x", "filter.sql", subtype="FILTER"),
        edge("a.x", "b.x", "1.sql"),
        edge("b.x", "c.x", "2.sql"),
    )
    found = Atlas(Graph([Lineage(edges=edges)]))
    assert [item.job for item in way(found, "a.x", "c.x")] == ["1.sql", "2.sql"]
    assert [item.indirect for item in reach(found, "a.x", "down").reached] == [False, True]
    direct = reach(found, "a.x", "down", Limits(direct_only=True)).reached
    assert [item.distance for item in direct] == [1, 2]


def test_who_shows_it_to_people_is_told() -> None:
    shown = Exposure(name="Daily", kind="dashboard", datasets=("c",), columns=(("c", "x"),))
    other = Exposure(name="Other", kind="kpi", datasets=("c",), columns=(("c", "y"),))
    known = atlas([("a.x", "b.x"), ("b.x", "c.x")])
    found = reach(Atlas(known.graph, {"b.x-c.x.sql": "team/marts"}, (shown, other)), "a.x", "down")
    assert [(item.name, item.distance) for item in found.exposures] == [("Daily", 3)]
    assert [item.repository for item in found.reached] == ["", "team/marts"]
    assert "team/marts: " in tree(found)


class TestNames:
    @pytest.mark.parametrize("asked", ["raw.orders.amount", "RAW.Orders.Amount"])
    def test_a_column_is_found_whatever_its_case_and_without_its_schema(self, asked: str) -> None:
        assert reach(SHOP, asked, "down").start == (column("raw.orders.amount"),)

    def test_one_that_several_have_is_asked_about(self) -> None:
        with pytest.raises(ConfigError, match="may mean several"):
            reach(SHOP, "orders", "down")

    @pytest.mark.parametrize(
        ("asked", "told"),
        [
            ("raw.oders", "raw.orders"),
            ("raw.orders.amont", "raw.orders.amount"),
            ("§", "guardian scan"),
        ],
    )
    def test_what_is_not_there_is_answered_with_the_nearest(self, asked: str, told: str) -> None:
        with pytest.raises(ConfigError) as caught:
            reach(SHOP, asked, "down")
        assert told in str(caught.value)


class TestShapes:
    def test_a_long_chain_is_printed_without_depth_and_within_limits(self) -> None:
        pairs = [(f"t{number}.x", f"t{number + 1}.x") for number in range(5_000)]
        edges = tuple(edge(a, b, "job.sql") for a, b in pairs)
        found = reach(Atlas(Graph([Lineage(edges=edges)])), "t0.x", "down")
        assert len(found.reached) == 5_000
        assert len(tree(found).splitlines()) <= MOST_LINES + 4
        assert '"+' in mermaid(found)

    def test_names_of_strangers_stay_labels(self) -> None:
        evil = 'b"]; n0 --> n9\x1b[31m'
        found = reach(
            Atlas(Graph([Lineage(edges=(edge("a.x", f"{evil}.x", "j.sql"),))])), "a.x", "down"
        )
        assert "\x1b" not in tree(found) + mermaid(found) + dot(found)
        assert mermaid(found).count("-->") == 1
        assert '\\"' in dot(found)


def test_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.sql").write_text("CREATE TABLE mart.b AS SELECT x AS y FROM raw.a WHERE z > 1;")
    assert run(["lineage", "-q", "-C", str(tmp_path), "raw.a.x"]) == 0
    assert json.loads(capsys.readouterr().out)["reached"][0]["column"] == {
        "dataset": "mart.b",
        "column": "y",
    }
    assert run(["lineage", "-q", "-C", str(tmp_path), "mart.b", "--up", "-f", "tree"]) == 0
    assert "raw.a.z  filter, confidence 0.90  a.sql:1" in capsys.readouterr().out
    assert run(["path", "-q", "-C", str(tmp_path), "raw.a.x", "mart.b.y"]) == 0
    assert "→ mart.b.y  identity, confidence 0.90  a.sql:1" in capsys.readouterr().out
    assert run(["path", "-q", "-C", str(tmp_path), "mart.b.y", "raw.a.x"]) == 1
    assert run(["lineage", "-q", "-C", str(tmp_path), "nothing"]) == 2

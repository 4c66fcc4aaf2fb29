"""Linking only what differs tells the same as linking everything."""

import random
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from guardian import pipeline
from guardian.engines.deep import deep
from guardian.lineage.document import document
from guardian.lineage.graph import Graph
from guardian.lineage.growing import GrowingGraph
from guardian.lineage.link import Memory, World, differing, link
from guardian.model.lineage import ColumnRef, Coverage, Diagnostic
from guardian.model.plan import Lowered
from tests.casebook import InMemory, folders, lowered

CASES = folders(Path(__file__).parent / "cases" / "report", "base")
MIXED = 12  # cases whose files make up one repository


@cache
def revisions(case: Path) -> tuple[tuple[Lowered, ...], tuple[Lowered, ...]]:
    seen = pipeline.Seen()
    base, head = (lowered(case / side, seen)[0] for side in ("base", "head"))
    return base, head


def edited(seed: int) -> tuple[list[Lowered], list[Lowered]]:
    """Return a repository of several cases, and the same with some files edited, gone or new."""
    chance = random.Random(seed)  # noqa: S311 - repeatable edits, no secret
    base: list[Lowered] = []
    head: list[Lowered] = []
    for case in chance.sample(CASES, MIXED):
        before, after = revisions(case)
        edits = {file.path: file for file in after}
        base += before
        for file in before:
            fate = chance.random()
            if fate < 0.3:
                head.append(edits.get(file.path, file))
            elif fate < 0.9:
                head.append(file)
        known = {file.path for file in before}
        head += [file for file in after if file.path not in known and chance.random() < 0.5]
    return base, head


@pytest.mark.parametrize("seed", range(25))
def test_what_is_not_linked_is_the_same_in_both_revisions(seed: int) -> None:
    deep(lambda: compare_with_all_linked(*edited(seed)))


def compare_with_all_linked(base: Sequence[Lowered], head: Sequence[Lowered]) -> None:
    memory = Memory()
    one, other = link(base, memory=memory), link(head, memory=memory)
    whole_one, whole_other = link(base), link(head)
    found = differing(one, other)
    for name in {*whole_one.schemas, *whole_other.schemas, *whole_other.declarations} - {*found}:
        for part in ("definitions", "schemas", "declarations"):
            assert getattr(whole_one, part).get(name) == getattr(whole_other, part).get(name)
    for made, whole in ((one, whole_one), (other, whole_other)):
        for name in found:
            assert made.definitions.get(name) == whole.definitions.get(name)
            assert made.schemas.get(name) == whole.schemas.get(name)
    assert pipeline.new_warnings(one, other) == news(base, head, whole_one, whole_other)
    same_graph(other, Graph([document(whole_other, Coverage())]))


def news(
    base: Sequence[Lowered], head: Sequence[Lowered], one: World, other: World
) -> tuple[Diagnostic, ...]:
    same = {id(file) for file in base}
    changed = {file.path for file in head if id(file) not in same}
    known = {(warning.file, warning.message) for warning in one.warnings}
    return tuple(
        warning
        for warning in other.warnings
        if warning.file in changed or (warning.file, warning.message) not in known
    )


def same_graph(world: World, whole: Graph) -> None:
    """Check that a growing graph answers every question as the whole one, in whatever order."""
    chance = random.Random(len(whole.datasets()))  # noqa: S311 - as above
    growing = GrowingGraph(world)
    assert growing.datasets() == whole.datasets()
    names = sorted(whole.datasets())
    chance.shuffle(names)
    jobs = sorted({edge.job for name in names for edge in whole.leaving_dataset(name)})
    for name in names:
        columns = {edge.source.column for edge in whole.leaving_dataset(name)}
        refs = [ColumnRef(name, column) for column in (*sorted(whole.columns(name)), *columns)]
        chance.shuffle(refs)
        for ref in refs:
            assert list(growing.leaving(ref)) == list(whole.leaving(ref))
            assert list(growing.arriving(ref)) == list(whole.arriving(ref))
            assert growing.has_column(ref) == whole.has_column(ref)
        assert list(growing.leaving_dataset(name)) == list(whole.leaving_dataset(name))
        assert list(growing.arriving_in_dataset(name)) == list(whole.arriving_in_dataset(name))
        assert list(growing.row_flows(name)) == list(whole.row_flows(name))
        assert list(growing.column_flows(name)) == list(whole.column_flows(name))
        assert list(growing.column_flows_into(name)) == list(whole.column_flows_into(name))
        assert growing.columns(name) == whole.columns(name)
        assert growing.is_complete(name) == whole.is_complete(name)
        assert growing.has_side_keys(name) == whole.has_side_keys(name)
        for job in jobs:
            assert growing.reads(job, name) == whole.reads(job, name)
            for source in chance.sample(names, min(5, len(names))):
                assert growing.rows_flow(source, name, job) == whole.rows_flow(source, name, job)


def test_a_report_links_what_differs_and_what_that_needs() -> None:
    """Twenty chains of ten tables: a change in one of them leaves the others alone."""
    texts = {
        f"{chain}_{step}.sql": f"CREATE TABLE c{chain}_{step} AS SELECT * FROM c{chain}_{step - 1}"
        for chain in range(20)
        for step in range(1, 10)
    }
    edits = {**texts, "7_4.sql": "CREATE TABLE c7_4 AS SELECT *, 1 AS one FROM c7_3"}
    memory, seen = Memory(), pipeline.Seen()
    base, head = (
        link(pipeline.lower(InMemory(files), sorted(files), None, seen)[0], memory=memory)
        for files in (texts, edits)
    )
    assert differing(base, head) == tuple(f"c7_{step}" for step in range(4, 10))
    assert {definition.dataset for definition, _ in memory.bound.values()} == {
        f"c7_{step}" for step in range(1, 10)
    }


@pytest.mark.parametrize(
    ("edit", "lowered_again"),
    [
        ({"etl/other.sql": "INSERT INTO x.b SELECT 2 AS n"}, False),
        ({"etl/new.sql": "CREATE TABLE x.z (n INT);"}, True),
        ({"ddl/a.sql": "CREATE TABLE x.a (one INT, two INT);"}, True),
    ],
)
def test_a_script_that_asks_for_columns_is_lowered_again_where_tables_differ(
    edit: dict[str, str],
    lowered_again: bool,  # noqa: FBT001 - from the table
) -> None:
    texts = {
        "ddl/a.sql": "CREATE TABLE x.a (one INT);",
        "etl/other.sql": "INSERT INTO x.b SELECT 1 AS n",
        "job.py": "from pyspark.sql import SparkSession\n"
        "df = SparkSession.builder.getOrCreate().table('x.a')\n"
        "df.select([c for c in df.columns]).write.saveAsTable('x.c')\n",
    }
    seen = pipeline.Seen()
    base, head = (
        {file.path: file for file in pipeline.lower(InMemory(files), ["job.py"], None, seen)[0]}
        for files in (texts, {**texts, **edit})
    )
    assert base["job.py"].writes
    assert (head["job.py"] is not base["job.py"]) == lowered_again

"""Statements in every dialect, each with the edges that a reader of the query expects."""

import pytest

from guardian.model.lineage import Edge
from tests import casebook
from tests.constructs import TABLES, Block, Expected, constructs

CASES = [
    pytest.param(
        block,
        dialect,
        id=f"{block.construct}-{block.title.replace(' ', '-')}-{dialect}",
        marks=[pytest.mark.xfail(reason=block.gap, strict=True)] if block.gap else [],
    )
    for construct in constructs()
    for block in construct.blocks
    for dialect in block.dialects
]


@pytest.mark.parametrize(("block", "dialect"), CASES)
def test_edges(block: Block, dialect: str) -> None:
    tables = "".join(f"CREATE TABLE {table};\n" for table in (*TABLES, *block.tables))
    files = {"ddl.sql": tables, "query.sql": block.statement}
    document = casebook.lineage_of(files, dialect)
    found = {_seen(edge, block) for edge in document.edges}
    assert sorted(found - block.optional) == sorted(block.edges)
    columns = [
        _cased(column.name, block)
        for dataset in document.datasets
        if _cased(dataset.name, block).lower() == "t"
        for column in dataset.columns
    ]
    assert columns == block.columns
    said = [warning.message for warning in document.warnings]
    assert len(said) == len(block.warnings), said
    assert all(wanted in message for message, wanted in zip(said, block.warnings, strict=True))


def _seen(edge: Edge, block: Block) -> Expected:
    source = _cased(f"{edge.source.dataset}.{edge.source.column}", block)
    target = "rows" if edge.target.column is None else _cased(edge.target.column, block)
    return target, edge.type.lower(), source


def _cased(name: str, block: Block) -> str:
    """Return a name as the block compares it; T-SQL's own schema is left out."""
    return (name if block.exact else name.lower()).removeprefix("dbo.")


MARKED = "CREATE VIEW t AS SELECT o.id, c.name FROM orders o, customers c WHERE o.customer_id = c.id(+) AND c.region(+) = 'EU' AND o.status = 'x'"
OUTER = "CREATE VIEW t AS SELECT o.id, c.name FROM orders o LEFT JOIN customers c ON o.customer_id = c.id AND c.region = 'EU' WHERE o.status = 'x'"


@pytest.mark.parametrize(
    ("other", "rules"), [(OUTER, set()), (OUTER.replace("LEFT JOIN", "JOIN"), {"rows-changed"})]
)
def test_a_marked_condition_is_that_of_an_outer_join(other: str, rules: set[str]) -> None:
    tables = {"ddl.sql": "".join(f"CREATE TABLE {table};\n" for table in TABLES)}
    base, head = {**tables, "q.sql": MARKED}, {**tables, "q.sql": other}
    report = casebook.difference(base, head, "oracle")
    assert {change.rule for change in report.changes} == rules

"""Classified columns, followed to where nobody has classified them; and what ends that."""

from collections.abc import Mapping

import pytest

from tests.casebook import difference
from tests.test_conformance import contract, sql

PERSONAL = {
    "contracts/c.odcs.yaml": contract(
        "id: \nmail: classification: personal\nborn: tags: [pii]", "c"
    )
}
OURS = {**PERSONAL, "contracts/t.odcs.yaml": contract("id: \nv: logicalType: string")}
LOST = ("c.mail (personal)", "not classified in its contract", 1.0)


def leaks(value: str, source: str = "c", files: Mapping[str, str] = OURS) -> list[tuple[str, ...]]:
    """Return what the table shows of classified columns when one is made as `value` tells."""
    before = {**files, "j.sql": sql(f"SELECT id, 'x' AS v FROM {source}")}
    report = difference(
        before, {**files, "j.sql": sql(f"SELECT id, {value} AS v FROM {source}")}, "spark"
    )
    return [
        (one.before or "", one.after or "", f"{one.confidence:g}")
        for one in report.changes
        if one.rule == "contract-classification-lost"
    ]


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ("mail", "1"),
        ("LOWER(TRIM(mail))", "1"),
        ("CONCAT('mail: ', mail)", "1"),
        ("COALESCE(mail, 'none')", "1"),
        ("CASE WHEN id > 3 THEN mail ELSE '' END", "1"),
        ("MAX(mail) OVER (PARTITION BY id)", "1"),
        ("COLLECT_LIST(mail) OVER (PARTITION BY id)", "1"),
        ("BASE64(mail)", "1"),
        ("SUBSTR(mail, 1, 9)", "0.7"),
        ("REGEXP_REPLACE(mail, '@.*', '')", "0.7"),
        ("our_own_function(mail)", "0.5"),
    ],
)
def test_what_shows_a_classified_column(value: str, left: str) -> None:
    """A column that can be read back, or a part of it, is as sensitive as what it is made from."""
    assert leaks(value) == [("c.mail (personal)", "not classified in its contract", left)]


@pytest.mark.parametrize(
    "value",
    [
        "SHA2(mail, 256)", "MD5(LOWER(mail))", "HASH(mail)", "MASK(mail)", "our_mask_function(mail)",
        "REGEXP_REPLACE(mail, '.', '*')", "LEFT(mail, 1)", "LENGTH(mail)", "YEAR(born)",
        "COUNT(mail) OVER (PARTITION BY id)", "mail IS NULL", "mail = 'a@b.nl'",
        "CASE WHEN mail LIKE '%.nl' THEN 'nl' ELSE 'other' END",
        "ROW_NUMBER() OVER (PARTITION BY mail ORDER BY id)", "AES_ENCRYPT(mail, 'k')", "id",
    ],
)  # fmt: skip
def test_what_ends_a_classification(value: str) -> None:
    """Masks, hashes, measures and conditions show nobody's value."""
    assert leaks(value) == []


def test_a_classification_across_jobs() -> None:
    """It is followed through tables of which nobody has promised anything, and told where new."""
    middle = {**OURS, "m.sql": "CREATE TABLE m AS SELECT id, UPPER(mail) AS who FROM c"}
    assert leaks("who", "m", middle) == [
        ("c.mail (personal)", "not classified in its contract", "1")
    ]
    bare = {**PERSONAL, "m.sql": middle["m.sql"]}
    assert leaks("who", "m", bare) == [("c.mail (personal)", "under no contract", "0.8")]


@pytest.mark.parametrize(
    "own", ["v: classification: personal", "v: classification: internal", "v: tags: [pii]"]
)
def test_a_column_that_somebody_classified(own: str) -> None:
    """Whoever classifies a column has thought of it."""
    assert (
        leaks("mail", files={**PERSONAL, "contracts/t.odcs.yaml": contract(f"id: \n{own}")}) == []
    )


def test_a_condition_carries_no_classification() -> None:
    """A filter or a join on a classified column shows nothing of it."""
    before = {**OURS, "j.sql": sql("SELECT c.id, 'x' AS v FROM c")}
    after = {
        **OURS,
        "j.sql": sql("SELECT c.id, 'x' AS v FROM c JOIN d ON d.k = c.mail WHERE c.mail > ''"),
    }
    report = difference(before, after, "spark")
    assert "contract-classification-lost" not in {one.rule for one in report.changes}


def test_a_word_in_a_contract_makes_no_code_worse() -> None:
    """Code that was there before a column was classified is no finding of that change."""
    code = {
        "j.sql": sql("SELECT id, mail AS v FROM c"),
        "contracts/t.odcs.yaml": OURS["contracts/t.odcs.yaml"],
    }
    before = {**code, "contracts/c.odcs.yaml": contract("id: \nmail: logicalType: string", "c")}
    report = difference(before, {**code, **PERSONAL}, "spark")
    assert "contract-classification-lost" not in {one.rule for one in report.changes}

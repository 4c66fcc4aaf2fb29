"""The page of limits says what the code says."""

import importlib
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[1] / "docs" / "limits.md"
ROWS = re.findall(r"^\|[^|]+\| ([0-9,]+) \w+ \| `([^`]+)` \|", PAGE.read_text(), re.MULTILINE)


def test_the_page_has_rows() -> None:
    assert len(ROWS) > 20


@pytest.mark.parametrize(("told", "where"), ROWS)
def test_a_limit_is_what_the_page_says(told: str, where: str) -> None:
    module, _, name = where.partition(":")
    value: object = importlib.import_module(f"guardian.{module}")
    owner, _, field = name.partition(".")
    value = getattr(value, owner)
    if field and isinstance(value, type):
        value = getattr(value(), field)
    assert value == int(told.replace(",", ""))

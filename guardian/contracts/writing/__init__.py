"""A contract → text: the Open Data Contract Standard, dbt's schema file, the simple JSON form."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from guardian.contracts.writing import dbt, odcs, simple
from guardian.model.contract import Contract, Format

Write: TypeAlias = Callable[[Contract], str]
FORMS: Mapping[Format, Write] = {"odcs": odcs.written, "dbt": dbt.written, "json": simple.written}
"""Each reads back as the clauses that it can say; what a form has no words for is left out."""

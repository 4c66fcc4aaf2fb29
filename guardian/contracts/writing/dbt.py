"""A contract as a dbt schema file: an enforced model contract, constraints and tests."""

from collections.abc import Iterator
from typing import Any

import yaml

from guardian.contracts.writing.scalars import plain
from guardian.model.contract import Clause, Contract, Interval, TypeName


def written(contract: Contract) -> str:
    """Return a contract as the YAML beside a model.

    Ranges and lengths need the packages `dbt_utils` and `dbt_expectations`; fields of structs,
    rules about the data and service levels have no words there.
    """
    model: dict[str, Any] = {
        "name": contract.dataset.rpartition(".")[2],
        "config": {"contract": {"enforced": True}},
        "constraints": [
            _key(clause) for clause in contract.clauses if clause.kind == "primary-key"
        ],
        "columns": [_column(contract, name) for name in contract.columns() if "." not in name],
        "data_tests": [
            {
                "dbt_utils.unique_combination_of_columns": {
                    "combination_of_columns": _columns_of(clause)
                }
            }
            for clause in contract.clauses
            if clause.kind == "unique-key"
        ],
    }
    document = {"version": 2, "models": [{key: value for key, value in model.items() if value}]}
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)


def _columns_of(clause: Clause) -> list[str]:
    return list(clause.value) if isinstance(clause.value, tuple) else []


def _key(clause: Clause) -> dict[str, Any]:
    return {"type": "primary_key", "columns": _columns_of(clause)}


def _column(contract: Contract, name: str) -> dict[str, Any]:
    about = [clause for clause in contract.clauses if clause.column == name]
    kind = next((c.value for c in about if isinstance(c.value, TypeName)), TypeName())
    required = any(clause.kind == "required" for clause in about)
    made = {
        "name": name,
        "data_type": kind.physical or _TYPES.get(kind.logical, kind.logical),
        "constraints": [{"type": "not_null"}] if required else [],
        "data_tests": [test for clause in about for test in _tests(clause)],
    }
    return {key: value for key, value in made.items() if value}


# A model contract names the engine's type; these are understood by all of dbt's adapters.
_TYPES = {"integer": "bigint", "number": "numeric", "object": "variant", "array": "array"}


def _tests(clause: Clause) -> Iterator[Any]:
    value = clause.value
    match clause.kind:
        case "unique":
            yield "unique"
        case "values" if isinstance(value, tuple):
            yield {"accepted_values": {"values": list(value)}}
        case "range" if isinstance(value, Interval) and not clause.name:
            open_ = value.low_open or value.high_open
            yield {
                "dbt_utils.accepted_range": _ends(value) | ({"inclusive": False} if open_ else {})
            }
        case "length" if isinstance(value, Interval):
            yield {"dbt_expectations.expect_column_value_lengths_to_be_between": _ends(value)}
        case "pattern":
            yield {"dbt_expectations.expect_column_values_to_match_regex": {"regex": str(value)}}
        case _:
            pass


def _ends(value: Interval) -> dict[str, Any]:
    ends = {"min_value": value.low, "max_value": value.high}
    return {key: plain(end) for key, end in ends.items() if end is not None}

"""PySpark lineage held against Catalyst: what Spark's own analyzer makes of the same script.

The truth of each script is recorded beside it, so that no Spark is needed to compare; where Spark is
there, one session asks whether it still says so, and what it says of random chains of calls.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.catalyst import chains, oracle, scoring
from tests.catalyst.headers import Table, header
from tests.catalyst.scoring import Compared

# Scripts of which we know that our lineage is another one, and how.
GAPS = {"a_pandas_udfs": "a pandas UDF that aggregates counts as TRANSFORMATION, not AGGREGATION"}


def _parameter(path: Path) -> Any:
    name = path.stem if path.name != "job.py" else path.parent.name
    marks = [pytest.mark.xfail(reason=GAPS[name], strict=True)] if name in GAPS else []
    return pytest.param(path, id=name, marks=marks)


SCRIPTS = [_parameter(path) for path in scoring.scripts()]
SEEDS = range(150)
# The rest is shown to decide nothing: a DISTINCT of groups, a CASE of two equal branches, a join
# that only an aggregate dropped later had needed. Catalyst's analyzer does not look.
DECIDING = 0.97


@pytest.mark.parametrize("script", SCRIPTS)
def test_lineage_is_what_catalyst_says(script: Path) -> None:
    compared = scoring.compare(script, scoring.known(script))
    assert list(compared.differences()) == []


def test_catalyst_says_what_is_recorded(tmp_path: Path) -> None:
    """Ask one Spark about everything: most of the time is its start."""
    why_not = oracle.missing()
    if why_not:
        pytest.skip(why_not)
    written = [_chain(tmp_path, seed) for seed in SEEDS]
    scripts = scoring.scripts()
    told = oracle.ask([*scripts, *written])
    changed = [path.name for path in scripts if told[path] != scoring.known(path)]
    assert changed == [], "look at them, then: python -m tests.catalyst --record"
    compared = _on_chains(written, told)
    assert [line for one in compared for line in _wrong(one)] == []
    assert scoring.score(compared, direct=False).recall > DECIDING


def _chain(folder: Path, seed: int) -> Path:
    path = folder / f"chain_{seed}.py"
    path.write_text(chains.script(seed, chains=1), encoding="utf-8")
    return path


def _on_chains(written: Iterable[Path], told: Mapping[Path, Mapping[str, Any]]) -> list[Compared]:
    """Return our lineage of random chains beside Catalyst's; few are none that Spark can run."""
    ran = [path for path in written if "failed" not in told[path]]
    assert len(ran) > 0.95 * len(SEEDS), [one["failed"] for one in told.values() if "failed" in one]
    return [scoring.compare(path, told[path]) for path in ran]


def _wrong(compared: Compared) -> list[str]:
    """Return each edge that is not Catalyst's, and each of its that says what a column is made of."""
    missed = compared.truth - compared.ours
    flowing = {claim for claim in missed if claim[2].startswith((*scoring.DIRECT, "WINDOW"))}
    claims = sorted((compared.ours - compared.truth) | flowing)
    return [f"{compared.name}: {' '.join(claim)}" for claim in claims]


# --- the oracle itself ----------------------------------------------------------------------------


def test_a_header_goes_on_behind_its_line() -> None:
    text = (
        "# table raw.t(a int,\n#     b struct<c:int>) = (1, null)\n# args --x 1\n# env S=p\nx = 1\n"
    )
    found = header(text)
    assert found.tables == (Table("raw.t", "a int, b struct<c:int>", "(1, null)"),)
    assert found.arguments == ("--x", "1")
    assert found.environment == (("S", "p"),)


def test_a_difference_is_found() -> None:
    """The comparison can fail: a truth with one more edge, one column less."""
    (script,) = scoring.scripts("a_renames")
    told = scoring.known(script)
    one = told["out.one"]
    other = {**told, "out.one": {**one, "rows": [*one["rows"], "FILTER raw.orders.status"]}}
    assert list(scoring.compare(script, other).differences()) == [
        "missing   out.one (rows) <- FILTER raw.orders.status"
    ]
    fewer = {name: held for name, held in told.items() if name != "out.one"}
    assert not scoring.compare(script, fewer).exact

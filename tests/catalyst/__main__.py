"""`python -m tests.catalyst [--live | --record] [SCRIPT…]`: differences, and the score."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.catalyst import oracle, scoring
from tests.catalyst.scoring import Compared


def main() -> int:
    """Print each difference and the score; the exit status is 0 where all is the same."""
    parser = argparse.ArgumentParser(prog="python -m tests.catalyst", description=__doc__)
    parser.add_argument(
        "scripts", nargs="*", type=Path, help="default: all of tests/catalyst/scripts"
    )
    parser.add_argument(
        "--live", action="store_true", help="ask Spark, instead of what is recorded"
    )
    parser.add_argument(
        "--record", action="store_true", help="ask Spark, and write down what it says"
    )
    chosen = parser.parse_args()
    scripts = chosen.scripts or scoring.scripts()
    told = _told(scripts, live=chosen.live or chosen.record)
    failed = {script: str(one["failed"]) for script, one in told.items() if "failed" in one}
    compared = [
        scoring.compare(script, one) for script, one in told.items() if script not in failed
    ]
    if chosen.record:
        for script in told.keys() - failed.keys():
            scoring.record(script, told[script])
    _print(compared, failed)
    return 0 if not failed and all(one.exact for one in compared) else 1


def _told(scripts: Sequence[Path], *, live: bool) -> Mapping[Path, Mapping[str, Any]]:
    asked = [one for one in scripts if live or not scoring.recorded(one).is_file()]
    why_not = oracle.missing() if asked else None
    if why_not:
        sys.exit(why_not)
    told = oracle.ask(asked) if asked else {}
    return {one: told[one] if one in told else scoring.known(one) for one in scripts}


def _print(compared: Sequence[Compared], failed: Mapping[Path, str]) -> None:
    for script, reason in failed.items():
        print(f"{script}: Spark fails\n{reason}")  # noqa: T201 - a command's output
    for one in compared:
        differences = list(one.differences())
        if differences:
            print(one.name, *differences, sep="\n    ")  # noqa: T201
    exact = sum(one.exact for one in compared)
    print(f"{exact} of {len(compared)} scripts exact; {len(failed)} that Spark cannot run")  # noqa: T201
    for name, direct in (("DIRECT", True), ("INDIRECT", False)):
        found = scoring.score(compared, direct=direct)
        print(  # noqa: T201
            f"{name:9}precision {found.precision:.4f}  recall {found.recall:.4f}  "
            f"F1 {found.f1:.4f}  of {found.true}"
        )


if __name__ == "__main__":
    sys.exit(main())

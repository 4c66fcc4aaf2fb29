"""Asks Catalyst: runs scripts in a child process with a local Spark, returns the lineage it tells."""

import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
# A whole run takes about a minute; a hundred scripts, fifteen seconds.
PATIENCE = 580


def missing() -> str | None:
    """Return what is missing to ask Spark, None where it can be asked."""
    if importlib.util.find_spec("pyspark") is None:
        return "pyspark is not installed: pip install -e '.[oracle]'"
    if shutil.which("java") is None:
        return "Spark needs Java 17 or 21 on the path"
    return None


def ask(scripts: Sequence[Path]) -> Mapping[Path, Mapping[str, Any]]:
    """Return what each script writes, as Catalyst has it; one Spark for all.

    By dataset: `rows`, what bears on all of them, and `columns`, what bears on each; or, of a
    script that fails, `failed` with its reason.
    """
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "scripts.txt"
        listed.write_text("\n".join(str(path.resolve()) for path in scripts), encoding="utf-8")
        done = subprocess.run(  # noqa: S603 - our own module
            [sys.executable, "-m", "tests.catalyst.session", str(listed)],
            cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE,
        )  # fmt: skip
        answer = listed.with_suffix(".json")
        if not answer.is_file():
            raise RuntimeError(f"Spark did not answer:\n{done.stderr[-3000:]}")
        told = json.loads(answer.read_text(encoding="utf-8"))["scripts"]
    return {path: told[str(path.resolve())] for path in scripts}

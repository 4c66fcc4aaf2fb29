"""The lines that a benchmark prints."""

import sys


def row(what: str, seconds: float | str, ratio: float | str = "") -> None:
    """Print one line: what was measured, its seconds, and how often that is what it is told by."""
    took = f"{seconds:.3f}" if isinstance(seconds, float) else seconds
    times = f"{ratio:,.1f}" if isinstance(ratio, float) else ratio
    sys.stdout.write(f"{what:<40}{took:>10}{times:>10}\n")
    sys.stdout.flush()

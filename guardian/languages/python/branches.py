"""Branches and limits: which way to go where only a run would tell, and how much one file may cost.

The program is interpreted several times, each time along another path (as a model checker replays
a schedule). A run asks `Path.decide` at each open condition; `Explorer` hands out paths until every
outcome of every branch was taken once, and all combinations of a few.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

Site: TypeAlias = tuple[str, int, int]

STEP_LIMIT = 300_000
RUN_LIMIT = 24
COMBINATION_LIMIT = 8
FAILURE_LIMIT = 12
# The choice between the entries of a table is a site of its own for each entry, told by its column.
OPTION_LIMIT = 64
OPTION_SITE = 1_000_000
OPTION_STEPS, OPTION_PART = 12_000, 60_000
CALL_DEPTH = 60
LOOP_LIMIT = 400
CONTAINER_LIMIT = 20_000
TEXT_LIMIT = 1_000_000


class LimitReached(Exception):  # noqa: N818 - it ends a run, it is not an error of ours
    """The file's budget is used up; the run ends where it is."""


class PathLimitReached(Exception):  # noqa: N818 - it ends one path, it is not an error of ours
    """One of several commands has used up its part of the budget; the others go on."""


@dataclass
class Budget:
    """The steps left for one file, shared by all of its runs.

    Counted, not timed, so that results do not vary. A file of several commands gets more, and no
    command more than its part.
    """

    left: int = STEP_LIMIT
    part: int = 0
    # What is left when the path at hand has used up its part.
    floor: int = 0

    def spend(self, steps: int = 1) -> None:
        """Take `steps` away.

        Raises:
            LimitReached: nothing is left.
            PathLimitReached: nothing is left for this path.
        """
        self.left -= steps
        if self.left < self.floor:
            raise LimitReached if self.left < 0 else PathLimitReached

    def begin_path(self) -> None:
        """Start another path with a whole part."""
        self.floor = max(0, self.left - self.part) if self.part else 0

    def divide(self, commands: int) -> None:
        """Give each of several commands a part, once."""
        if not self.part and commands > 1:
            self.left += min(commands, OPTION_LIMIT) * OPTION_STEPS
            self.part = OPTION_PART
            self.begin_path()


@dataclass
class Path:
    """One way through the program: decisions to repeat, then free ones."""

    prefix: tuple[bool, ...]
    covered: set[tuple[Site, bool]]
    trace: list[tuple[Site, bool]] = field(default_factory=list)
    facts: dict[str, bool] = field(default_factory=dict)
    equal: dict[str, str] = field(default_factory=dict)
    # The program raised on this path: what it decided is worth another try.
    failed: bool = False

    def decide(self, site: Site, key: str = "", *, prefer: bool = True) -> bool:
        """Return which way to go at `site`; the same `key` is answered alike throughout the run."""
        remembered = self._remembered(key)
        if remembered is not None:
            return remembered
        position = len(self.trace)
        if position < len(self.prefix):
            outcome = self.prefix[position]
        elif (site, prefer) in self.covered and (site, not prefer) not in self.covered:
            outcome = not prefer
        else:
            outcome = prefer
        self.trace.append((site, outcome))
        self._remember(key, outcome=outcome)
        return outcome

    def _remembered(self, key: str) -> bool | None:
        if not key:
            return None
        if key.startswith("not "):
            inner = self._remembered(key[4:])
            return None if inner is None else not inner
        left, mark, right = key.partition(" == ")
        if mark and left in self.equal:
            return self.equal[left] == right
        return self.facts.get(key)

    def _remember(self, key: str, *, outcome: bool) -> None:
        if not key:
            return
        if key.startswith("not "):
            self._remember(key[4:], outcome=not outcome)
            return
        self.facts[key] = outcome
        left, mark, right = key.partition(" == ")
        if mark and outcome:
            self.equal[left] = right


class Explorer:
    """Hands out paths, those that lead to an outcome not seen yet first."""

    def __init__(self) -> None:
        """Start with the path that has no decision made."""
        self.covered: set[tuple[Site, bool]] = set()
        self.pending: list[tuple[tuple[bool, ...], tuple[Site, bool] | None]] = [((), None)]
        self.runs = self.failures = 0

    def paths(self) -> Iterator[Path]:
        """Yield each path to run; the caller runs it before asking for the next."""
        while self.pending and self.runs < RUN_LIMIT + self._options():
            chosen = self._choose()
            if chosen is None:
                return
            path = Path(prefix=chosen, covered=self.covered)
            self.runs += 1
            yield path
            self._learn(path)

    def _options(self) -> int:
        """Return how many more paths tables of functions are worth, one for each entry."""
        sites = {site for site, _ in self.covered if site[2] >= OPTION_SITE}
        return min(len(sites), OPTION_LIMIT)

    def left_out(self) -> list[Site]:
        """Return the branches of which one outcome was never taken."""
        seen = {site for site, _ in self.covered}
        return sorted(
            site
            for site in seen
            if (site, True) not in self.covered or (site, False) not in self.covered
        )

    def _choose(self) -> tuple[bool, ...] | None:
        # Each command first, then the branches inside of them.
        for index, (prefix, goal) in enumerate(self.pending):
            if goal is not None and goal[0][2] >= OPTION_SITE and goal not in self.covered:
                self.pending.pop(index)
                return prefix
        for index, (prefix, goal) in enumerate(self.pending):
            if goal is None or goal not in self.covered:
                self.pending.pop(index)
                return prefix
        if self.runs >= COMBINATION_LIMIT:
            return None
        return self.pending.pop(0)[0]

    def _learn(self, path: Path) -> None:
        if path.failed and self.failures < FAILURE_LIMIT:
            self.failures += 1
        else:
            self.covered.update(path.trace)
        outcomes = tuple(outcome for _, outcome in path.trace)
        for index in range(len(path.prefix), min(len(outcomes), 64)):
            site, outcome = path.trace[index]
            self.pending.append(((*outcomes[:index], not outcome), (site, not outcome)))

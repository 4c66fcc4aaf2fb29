"""What variables hold behind IF, loops and error handlers: the values of all ways through them.

Behind IF a variable is a CASE of both branches, which is just what the engine does. In a loop it is
an opaque value made of all that decides it: what it was before, what one round makes of it, and
the condition; so it changes as soon as one of them does. Nothing is picked silently.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlglot.tokenizer_core import Token

from guardian.languages.expressions import parts
from guardian.languages.sql.script import Script
from guardian.languages.sql.variables import condition_of, one_of
from guardian.model.plan import Expr, OpaqueExpr, Symbol

Tokens = Sequence[Token]
Values = dict[str, Expr]
# Each loop inside another one is read up to four times as often, so there is an end to it.
MAX_LOOPS = 3
MAX_STATEMENTS = 5_000
_SESSION = ("@", "$", ":")


@dataclass(frozen=True, slots=True)
class _Way:
    """What variables hold at the end of one way, and whether that end is left (RETURN, THROW)."""

    values: Values
    ended: bool = False


@dataclass(slots=True)
class _Frame:
    """An open block.

    `kind` is `if`, `else`, `loop`, `block` or `handler`. `entry` is the way that led here, `then`
    the one through what was read of it. `waiting` says that an IF may go on with ELSE. `chained` is
    an ELSEIF, which ends with its IF.
    """

    kind: str
    entry: _Way
    condition: Tokens = ()
    then: _Way | None = None
    waiting: bool = False
    chained: bool = False


@dataclass(slots=True)
class Flow:
    """The blocks around the statement at hand; each method is told of a word of control flow."""

    script: Script
    frames: list[_Frame] = field(default_factory=list)
    scoped: bool = True

    def branch(self, condition: Tokens, *, chained: bool = False) -> None:
        """Open the first branch of IF."""
        self.frames.append(_Frame("if", self._here(), condition, chained=chained))

    def turn(self) -> None:
        """Open the branch behind ELSE."""
        frame = self.frames[-1]
        frame.then = frame.then or self._here()
        frame.kind, frame.waiting = "else", False
        self._go_on(frame.entry)

    def join(self) -> None:
        """Close an IF: both of its branches may have been run."""
        frame = self.frames.pop()
        if frame.kind == "if":
            first, second = frame.then or self._here(), frame.entry
        else:
            first, second = frame.then or frame.entry, self._here()
        self._meet(frame, first, second)

    def block(self, kind: str = "block") -> None:
        """Open a block."""
        self.frames.append(_Frame(kind, self._here()))

    def handle(self) -> None:
        """Begin the handler of the innermost block: it is run where an error ends the block."""
        if not self.frames or self.frames[-1].kind not in {"block", "handler"}:
            return
        frame = self.frames[-1]
        if frame.kind == "handler":
            self._either(frame)
        frame.kind, frame.then = "handler", self._here()
        self.script.state.ended = False

    def leave(self) -> None:
        """Close the innermost block or loop."""
        if not self.frames:
            return
        frame = self.frames.pop()
        if frame.kind == "handler":
            self._either(frame)
        elif frame.kind == "loop":
            declared = self.script.state.values
            self._go_on(_Way({**declared, **frame.entry.values}))
        if self.scoped and frame.kind in {"block", "handler"}:
            self._forget(frame.entry.values)

    def _forget(self, known: Values) -> None:
        """Forget the variables that a block has declared; those of the session stay."""
        state = self.script.state
        state.values = {
            name: value
            for name, value in state.values.items()
            if name in known or name[0] in _SESSION
        }

    def loop(self, condition: Tokens, read_body: Callable[[], None]) -> None:
        """Open a loop; `read_body` gives the variables what one round of it does."""
        state = self.script.state
        entry = self._here()
        if state.loops < MAX_LOOPS and state.read_again < MAX_STATEMENTS:
            state.loops += 1
            only_values, state.only_values = state.only_values, True
            try:
                varying = _Rounds(self.script, entry.values, condition, read_body).values()
            finally:
                state.only_values = only_values
                state.loops -= 1
            entry = _Way({**entry.values, **varying})
        elif not state.only_values:
            line = condition[0].line if condition else 1
            self.script.warn(
                line,
                "the script has too many loops: what this one does to variables is not followed",
            )
        self.frames.append(_Frame("loop", entry))
        self._go_on(entry)

    def end_here(self) -> None:
        """Note that nothing behind the statement at hand is run in this branch."""
        self.script.state.ended = True

    def _here(self) -> _Way:
        state = self.script.state
        return _Way(dict(state.values), state.ended)

    def _go_on(self, way: _Way) -> None:
        self.script.state.values = dict(way.values)
        self.script.state.ended = False

    def _meet(self, frame: _Frame, first: _Way, second: _Way) -> None:
        """Go on with what two branches have made, as far as their ends go on at all."""
        if first.ended or second.ended:
            way = second if first.ended else first
            self._go_on(way)
            self.script.state.ended = way.ended
            return
        differing = [
            name
            for name in {**first.values, **second.values}
            if first.values.get(name) != second.values.get(name)
        ]
        self._go_on(frame.entry)
        condition = condition_of(frame.condition, self.script) if differing else None
        merged = {**second.values, **first.values}
        for name in differing:
            one, other = first.values.get(name), second.values.get(name)
            if condition is not None and one is not None and other is not None:
                merged[name] = one_of(condition, one, other)
        self.script.state.values = merged

    def _either(self, frame: _Frame) -> None:
        """Go on behind a handler: it may have been run or not, for reasons that no code tells."""
        usual, handled = frame.then or frame.entry, self._here()
        if usual.ended or handled.ended:
            self._go_on(handled if usual.ended else usual)
            return
        merged = {**handled.values, **usual.values}
        for name, value in usual.values.items():
            other = handled.values.get(name, value)
            if other != value:
                merged[name] = OpaqueExpr("one of", (value, other))
        self._go_on(_Way(merged))


@dataclass(slots=True)
class TransactFlow(Flow):
    """T-SQL's flow, in which a branch is one statement or a block, and no END closes an IF."""

    scoped: bool = False
    tried: bool = False
    done: bool = False

    def settle(self) -> None:
        """Close every IF that may have gone on with ELSE: another statement begins."""
        while self.frames and self.frames[-1].waiting:
            self.join()
            self.complete()

    def complete(self) -> None:
        """Note that a whole statement has been read, and with it what it is the body of."""
        while self.frames:
            frame = self.frames[-1]
            if frame.kind == "if":
                frame.then, frame.waiting = self._here(), True
                return
            if frame.kind == "else":
                self.join()
            elif frame.kind == "loop":
                self.leave()
            else:
                return
        self.done = True

    def begin(self, label: str) -> None:
        """Open BEGIN, BEGIN TRY or BEGIN CATCH."""
        if label == "CATCH" and self.tried:
            self.handle()
            self.tried = False
            return
        self.settle()
        self.block()

    def end(self, label: str) -> None:
        """Close END; the block of TRY stays open for its CATCH."""
        self.settle()
        if label == "TRY":
            self.tried = True
            return
        self.leave()
        self.complete()

    def otherwise(self) -> None:
        """Turn to ELSE."""
        if self.frames and self.frames[-1].waiting:
            self.turn()


@dataclass(slots=True)
class _Rounds:
    """Finds what variables hold in any round of a loop."""

    script: Script
    entry: Values
    condition: Tokens
    read_body: Callable[[], None]

    def values(self) -> Values:
        """Return the variables that the loop alters, each with all that decides what it holds."""
        changed = self._after_round(self.entry)
        symbols: Values = {}
        stepped: Values = {}
        for _ in range(2):  # what one round alters may let the next one alter more
            if not changed:
                break
            symbols.update(self._symbols(changed, len(symbols)))
            stepped = self._after_round({**self.entry, **symbols})
            changed = {name: value for name, value in stepped.items() if name not in symbols}
        self.script.state.values = {**self.entry, **symbols}
        condition = (condition_of(self.condition, self.script),) if self.condition else ()
        return {
            name: OpaqueExpr(
                "loop", (*self._deciding(name, symbols, stepped, condition), *condition)
            )
            for name in symbols
        }

    def _after_round(self, before: Values) -> Values:
        """Return the variables that one round gives another value than they had `before`."""
        self.script.state.values = dict(before)
        self.read_body()
        after = self.script.state.values
        return {
            name: value
            for name, value in after.items()
            if name in self.entry and value != before.get(name)
        }

    def _symbols(self, names: Values, known: int) -> Values:
        """Return a symbol for each name, by its place: what it is called does not matter."""
        depth = self.script.state.loops
        return {
            name: Symbol(f"loop {depth} value {known + place}") for place, name in enumerate(names)
        }

    def _deciding(
        self, name: str, symbols: Values, stepped: Values, condition: tuple[Expr, ...]
    ) -> tuple[Expr, ...]:
        """Return what a variable was and becomes, and the same of all that this depends on."""
        names = {value: known for known, value in symbols.items()}
        wanted, found = [name], []
        seen = set()
        for part in condition:
            wanted += [names[inner] for inner in parts(part) if inner in names]
        while wanted:
            current = wanted.pop(0)
            if current in seen:
                continue
            seen.add(current)
            step = stepped.get(current, symbols[current])
            found += [self.entry[current], step]
            wanted += [names[inner] for inner in parts(step) if inner in names]
        return tuple(found)

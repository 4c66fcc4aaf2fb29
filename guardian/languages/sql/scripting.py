"""Scripts whose statements end in semicolons: the control flow around their statements.

BigQuery, Snowflake, Databricks and MySQL scripts, PL/pgSQL, PL/SQL, in one reading.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlglot.tokenizer_core import Token

from guardian.languages.sql import forms
from guardian.languages.sql.flow import Flow
from guardian.languages.sql.forms import word
from guardian.languages.sql.giving import (
    LISTS,
    declarations_begin,
    declare_parameters,
    declare_record,
    declare_variables,
    gather,
    gives_values,
    prepared_text,
)
from guardian.languages.sql.namespace import note_namespace
from guardian.languages.sql.records import (
    expanded,
    one_by_one,
    row_of_trigger,
    whole_rows,
)
from guardian.languages.sql.script import Script
from guardian.model.plan import Handle

Tokens = Sequence[Token]
Run = Callable[[Tokens, Script], Handle | None]
_ENDS_DECLARING = frozenset({"BEGIN", "PROCEDURE", "FUNCTION"})
_LOOPS = frozenset({"WHILE", "LOOP", "REPEAT", "FOR"})
_LEAVES = frozenset({"RETURN", "RAISE", "LEAVE", "BREAK", "CONTINUE", "ITERATE", "EXIT", "SIGNAL"})


def run_scripting(statements: Sequence[Tokens], script: Script, run: Run) -> Handle | None:
    """Lower statements in order; return the rows of the last bare query."""
    flow = Flow(script)
    last = None
    for index in range(len(statements)):
        last = _Step(statements, index, flow, script, run).lower(statements[index]) or last
    while flow.frames:
        flow.leave()
    return last


@dataclass(slots=True)
class _Step:
    """One statement on its way: the control flow in front of it, then what it says."""

    statements: Sequence[Tokens]
    index: int
    flow: Flow
    script: Script
    run: Run

    def lower(self, tokens: Tokens) -> Handle | None:
        state = self.script.state
        while True:
            if state.declaring and word(tokens[0]) not in _ENDS_DECLARING:
                declare_variables(tokens, self.script)
                return None
            shorter = self._behind_control(tokens)
            if shorter is None:
                break
            if not shorter:
                return None
            tokens = shorter
        if forms.is_end(tokens):
            self._close()
            return None
        if word(tokens[0]) in _LEAVES:
            self.flow.end_here()
        if note_namespace(tokens, self.script):
            return None
        tokens = one_by_one(tokens, self.script.dialect)
        gather(tokens, self.script)
        if word(tokens[0]) == "DECLARE" and self.script.dialect in LISTS:
            self.flow.block()
        state.read_again += state.only_values
        if gives_values(tokens, self.script) or state.only_values:
            return None
        prepared = prepared_text(tokens, self.script)
        prepared = expanded(whole_rows(prepared, self.script), self.script) if prepared else ()
        return self.run(prepared, self.script) if prepared else None

    def _behind_control(self, tokens: Tokens) -> Tokens | None:
        """Return what stands behind a word of control flow, None where none stands in front."""
        header = declarations_begin(tokens)
        if header:
            self.flow.block()
            declare_parameters(tokens[:header], self.script)
            self.script.state.declaring = True
            return tokens[header:]
        handler = _handler_begins(tokens)
        if handler:
            self.flow.block()
            return tokens[handler:]
        shorter = forms.unblocked_once(tokens)
        if shorter is tokens:
            return None
        self._note(tokens[: len(tokens) - len(shorter)], shorter)
        return shorter

    def _note(self, control: Tokens, behind: Tokens) -> None:
        """Tell the flow of the words in front of a statement."""
        declared, self.script.state.declaring = self.script.state.declaring, False
        match word(control[0]):
            case "CREATE":
                self.flow.block()
                declare_parameters(control, self.script)
                row_of_trigger(control, self.script)
            case "BEGIN" if not declared:
                self.flow.block()
            case "IF":
                self.flow.branch(control[1:-1])
            case "ELSEIF" | "ELSIF":
                self._turn()
                self.flow.branch(control[1:-1], chained=True)
            case "ELSE":
                self._turn()
            case "EXCEPTION" | "WHEN":
                self.flow.handle()
            case first if first in _LOOPS:
                self._loop(control, behind)
            case _:
                pass

    def _turn(self) -> None:
        if self.flow.frames and self.flow.frames[-1].kind == "if":
            self.flow.turn()

    def _loop(self, control: Tokens, behind: Tokens) -> None:
        condition = control[1:-1] if word(control[0]) == "WHILE" else ()
        if word(control[0]) == "FOR":
            declare_record(control, self.script)

        def read() -> None:
            _read_body(behind, self.statements[self.index + 1 :], self.script, self.run)

        self.flow.loop(condition, read)

    def _close(self) -> None:
        """Close what END closes: an IF with all its ELSEIFs, a block or a loop."""
        frames = self.flow.frames
        while frames and frames[-1].kind in {"if", "else"}:
            chained = frames[-1].chained
            self.flow.join()
            if not chained:
                break
        else:
            self.flow.leave()


def _handler_begins(tokens: Tokens) -> int:
    """Return where the block of `DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN …` begins, else 0."""
    said = forms.words(tokens, 3)
    if said[:1] != ["DECLARE"] or "HANDLER" not in said:
        return 0
    return next((place + 1 for place, one in enumerate(tokens) if word(one) == "BEGIN"), 0)


def _read_body(first: Tokens, rest: Sequence[Tokens], script: Script, run: Run) -> None:
    """Read the statements of a loop for what they give variables, up to the loop's END."""
    flow = Flow(script)
    flow.block()
    statements = [first, *rest] if first else list(rest)
    for index, tokens in enumerate(statements):
        _Step(statements, index, flow, script, run).lower(tokens)
        if not flow.frames:
            return

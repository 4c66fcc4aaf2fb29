"""T-SQL scripts: batches, procedures, statements without semicolons, dynamic SQL.

sqlglot's tokens are cut at the words that begin a statement, and each piece is read by itself;
control flow (`IF`, `WHILE`, `BEGIN TRY`) is taken off, and both of its branches are read.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import msgspec
from sqlglot.tokenizer_core import Token, TokenType

from guardian.languages.sql import forms
from guardian.languages.sql.assigning import declare_parameters
from guardian.languages.sql.dynamic import (
    declare_table,
)
from guardian.languages.sql.executing import calls_procedure, executed
from guardian.languages.sql.flow import TransactFlow
from guardian.languages.sql.forms import word
from guardian.languages.sql.functions import note_function, one_value
from guardian.languages.sql.namespace import databases_used
from guardian.languages.sql.routines import header_of, note_routine, returned_type
from guardian.languages.sql.script import Script
from guardian.languages.sql.sharing import leave
from guardian.languages.sql.transacting import run_one
from guardian.languages.sql.variables import value_of
from guardian.model.names import fold
from guardian.model.plan import Expr, Handle, Opaque

Tokens = Sequence[Token]
_DML = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE"})
_STARTERS = _DML | {
    "WITH", "CREATE", "ALTER", "DROP", "EXEC", "EXECUTE", "DECLARE", "SET", "IF", "WHILE", "BEGIN",
    "END", "ELSE", "RENAME",
}  # fmt: skip
# These are ordinary names, too: they begin a statement only at the start of a line or of a block.
_SOFT = frozenset({
    "PRINT", "RETURN", "THROW", "RAISERROR", "USE", "OPEN", "CLOSE", "FETCH", "DEALLOCATE", "GOTO",
    "BREAK", "CONTINUE", "WAITFOR", "DBCC", "COMMIT", "ROLLBACK", "SAVE", "GRANT", "REVOKE", "DENY",
    "UPDATE STATISTICS", "COPY", "REVERT", "BACKUP", "RESTORE", "KILL", "GO", "ENABLE", "DISABLE",
    "BULK", "CHECKPOINT",
})  # fmt: skip
_GO = frozenset({"GO"})
_CONTROL = frozenset({"BEGIN", "END", "ELSE", "IF", "WHILE"})
_ROUTINES = frozenset({"PROCEDURE", "PROC", "FUNCTION", "TRIGGER"})
_SET_OPERATORS = frozenset({"UNION", "ALL", "EXCEPT", "INTERSECT"})
_LABELS = frozenset({"TRY", "CATCH", "TRAN", "TRANSACTION", "DISTRIBUTED"})


def run_batches(tokens: Tokens, script: Script) -> Handle | None:
    """Lower the batches between GO lines; each procedure among several is a job of its own."""
    script.state.several_databases |= len(databases_used(tokens)) > 1
    batches = list(_batches(tokens))
    headers = [header_of(batch, script) for batch in batches]
    procedures = sum(1 for header in headers if header is not None and header.procedure)
    last = None
    for batch, header in zip(batches, headers, strict=True):
        job = script.job
        name = header.name if header is not None and header.procedure else None
        if name is not None and procedures > 1:
            script.job = f"{job}#{name}"
        if script.depth == 0:
            script.procedure = name or ""
        run = _Batch(batch, script, TransactFlow(script))
        last = run.run() or last
        if header is not None:
            called = [] if run.called is None else [run.called]
            if run.returned and not header.procedure and not header.table:
                value = one_value(run.returned)
                note_function(header.name, value, run.parameters, script, run.returns)
            note_routine(header, run.results or called, run.parameters, script)
        if name is not None:
            script.procedures.append((name, script.job))
            leave(script)
            _forget_local(script)
            _move_hints(batch, job, script)
            script.dropped.clear()
        script.job = job
        if script.depth == 0:  # dynamic SQL leaves its caller what it was given
            script.state.forget_variables()
    return last


def _forget_local(script: Script) -> None:
    """Forget what a procedure's end drops: its temporary tables and table variables."""
    for names in (script.views, script.columns):
        for name in [
            name for name in names if name.startswith(("#", "@")) and not name.startswith("##")
        ]:
            names.pop(name, None)
    script.variables.clear()


def _move_hints(batch: Tokens, job: str, script: Script) -> None:
    """Give the hints that stand inside a procedure to its job."""
    if script.job == job or not batch:
        return
    first, last = script.line(batch[0].line).line, script.line(batch[-1].line).line
    script.tables[:] = [
        msgspec.structs.replace(edge, job=script.job)
        if edge.job == job and first <= edge.at.line <= last
        else edge
        for edge in script.tables
    ]


def _batches(tokens: Tokens) -> Iterator[Tokens]:
    """Yield what stands between GO lines."""
    begin = 0
    for index, token in enumerate(tokens if forms.says(tokens, _GO) else ()):
        if _is_go(tokens, index):
            if index > begin:
                yield tokens[begin:index]
            count = index + 1 < len(tokens) and tokens[index + 1].line == token.line
            begin = index + (2 if count else 1)
    if begin < len(tokens):
        yield tokens[begin:]


def _is_go(tokens: Tokens, index: int) -> bool:
    token = tokens[index]
    if word(token) != "GO" or (
        index and tokens[index - 1].line == token.line and word(tokens[index - 1]) != ";"
    ):
        return False
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    alone = following is None or following.line > token.line
    return alone or (following is not None and following.token_type is TokenType.NUMBER)


@dataclass(slots=True)
class _Batch:
    """One batch on its way through the splitter.

    `current` is the statement that is being collected, `said` its words outside all brackets.
    `place` is where the statement behind it begins, `flow` what is around it. `results` are the
    rows of bare queries, but for those of error handlers, `parameters` what those of a procedure
    hold; `called` are the rows of the procedure that is called last.
    """

    tokens: Tokens
    script: Script
    flow: TransactFlow
    place: int = 0
    current: list[Token] = field(default_factory=list)
    said: set[str] = field(default_factory=set)
    depth: int = 0
    cases: int = 0
    last: Handle | None = None
    results: list[Handle] = field(default_factory=list)
    parameters: dict[str, Expr] = field(default_factory=dict)
    called: Handle | None = None
    returned: list[Expr] = field(default_factory=list)
    returns: str = ""

    def run(self) -> Handle | None:
        """Lower every statement of the batch; return the rows of the last bare query."""
        index = self._behind_header()
        if index == 0 and _calls_bare(self.tokens):
            first = self.tokens[0]
            run = Token(TokenType.EXECUTE, "EXEC", first.line, first.col, first.start, first.start)
            self.tokens = [run, *self.tokens]
        declare_parameters(self.tokens[:index], self.script)
        self.parameters = dict(self.script.state.values)
        returns = [place for place in range(index) if word(self.tokens[place]) == "RETURNS"]
        if returns and "TABLE" in forms.words(self.tokens[returns[0] :], 5):
            declare_table(self.tokens[returns[0] : index], self.script)
        elif returns:
            self.returns = returned_type(self.tokens[returns[0] + 1 : index])
        self._note_table_parameters(index)
        return self.run_from(index)

    def _note_table_parameters(self, end: int) -> None:
        """Note `@rows dbo.Kind READONLY`: rows that the caller has."""
        for index in range(end):
            if word(self.tokens[index]) == "READONLY":
                start = index
                while start and self.tokens[start].token_type is not TokenType.PARAMETER:
                    start -= 1
                name = f"@{fold(self.tokens[start + 1].text, self.script.dialect)}"
                rows = Opaque(fingerprint=name, reason="a table that the caller gives")
                self.script.views[name] = self.script.builder.add(rows)

    def run_from(self, index: int) -> Handle | None:
        """Lower the statements from one token on; of a loop's body, up to its end."""
        while index < len(self.tokens):
            token = self.tokens[index]
            text = word(token)
            self.place = index
            if self.flow.done and self.script.state.only_values:
                return None
            if text == ";":
                self._finish()
            elif self._is_label(index):
                self._finish()
                self.script.state.ended = False
                index += 1
            elif self.depth == 0 and self.cases == 0 and self._starts(index, text):
                self._finish()
                index = self._control(index, text)
                continue
            else:
                self._collect(token, text)
            index += 1
        self.place = index
        self._finish()
        self.flow.settle()
        return self.last

    def _collect(self, token: Token, text: str) -> None:
        self.current.append(token)
        if self.depth == 0:
            self.said.add(text)
        if text == "(":
            self.depth += 1
        elif text == ")":
            self.depth = max(0, self.depth - 1)
        elif text == "CASE":
            self.cases += 1
        elif text == "END" and self.cases:
            self.cases -= 1

    def _control(self, index: int, text: str) -> int:
        """Take a word of control flow off, or begin a statement with it; return where to go on."""
        if text in {"BEGIN", "END", "ELSE"}:
            begin = index
            index += 1
            while index < len(self.tokens) and word(self.tokens[index]) in _LABELS:
                index += 1
            self._note_control(text, forms.words(self.tokens[begin + 1 : index], 1))
            if forms.words(self.tokens[index : index + 3], 3) == ["ATOMIC", "WITH", "("]:
                index = forms.closing(self.tokens, index + 2) + 1
            return index
        self._collect(self.tokens[index], text)
        return index + 1

    def _note_control(self, text: str, labels: Sequence[str]) -> None:
        """Tell the flow of BEGIN, END and ELSE; BEGIN TRANSACTION is a statement like others."""
        label = labels[0] if labels else ""
        if text == "ELSE":
            self.flow.otherwise()
        elif text == "END":
            self.flow.end(label)
        elif label in {"", "TRY", "CATCH"}:
            self.flow.begin(label)
        else:
            self.flow.settle()
            self.flow.complete()

    def _behind_header(self) -> int:
        """Return where the body of a procedure begins: behind the AS that a statement follows."""
        if word(self.tokens[0]) not in {"CREATE", "ALTER"} or not _ROUTINES & set(
            forms.words(self.tokens, 6)
        ):
            return 0
        depth = 0
        for index, token in enumerate(self.tokens):
            text = word(token)
            depth += (text == "(") - (text == ")")
            following = word(self.tokens[index + 1]) if index + 1 < len(self.tokens) else ""
            if text == "AS" and depth == 0 and following in _STARTERS | _SOFT:
                before = word(self.tokens[index - 1])
                if not (following in {"EXECUTE", "EXEC"} and before == "WITH"):
                    return index + 1
            if text == "BEGIN" and depth == 0:
                return index
        return 0

    def _starts(self, index: int, text: str) -> bool:
        """Return whether the word at `index` begins a statement.

        And does not go on with the one before.
        """
        if text in _SOFT:
            return self._opens_line(index)
        if text not in _STARTERS or self._is_name(index):
            return False
        if not self.current:
            return True
        head = word(self.current[0])
        before = word(self.current[-1])
        if head == "ALTER" and self._alters(index, text):
            return False
        if head in _PERMISSIONS and not self._has({"TO", "FROM"}):
            return False
        if text in _CONTROL:
            return text != "IF" or head not in {"DROP", "CREATE", "ALTER"} or before not in _KINDS
        if text == "WITH":
            options = head in {"CREATE", "ALTER"} and not self._has({"AS"})
            return not options and self._begins_with(index, before)
        if text == "SET":
            return not self._is_set_clause(head, before)
        if text == "SELECT":
            return not self._awaits_query(head, before)
        if text in {"EXEC", "EXECUTE"}:
            return (
                not (head == "INSERT" and not self._has({"SELECT", "VALUES", "EXEC", "EXECUTE"}))
                and before != "WITH"
            )
        if text in _DML:
            return not (
                before in {"THEN", "ON", "FOR", "AS", ",", "BULK", "AFTER", "BEFORE", "OF"}
                or self._is_open_with(head)
                or self._is_join_hint(index, text)
            )
        return before not in {"FOR", "AS", "AFTER", "OF", "GRANT"}

    def _is_label(self, index: int) -> bool:
        """Return whether a line is `name:`, where GOTO goes on."""
        token = self.tokens[index]
        if self.depth or index + 1 >= len(self.tokens) or word(self.tokens[index + 1]) != ":":
            return False
        alone = index + 2 >= len(self.tokens) or self.tokens[index + 2].line > token.line
        opens = index == 0 or self.tokens[index - 1].line < token.line
        return token.token_type is TokenType.VAR and (opens or not self.current) and alone

    def _alters(self, index: int, text: str) -> bool:
        """Return whether a word goes on with ALTER TABLE: `DROP COLUMN`, `SET (`."""
        following = word(self.tokens[index + 1]) if index + 1 < len(self.tokens) else ""
        if text == "SET":
            return following == "("
        return text in {"DROP", "ALTER"} and following in {"COLUMN", "CONSTRAINT", "PERIOD"}

    def _is_name(self, index: int) -> bool:
        """Return whether a word is part of a name (`@end`, `t.set`) or a function (`UPDATE(a)`)."""
        before = self.tokens[index - 1].token_type if index else None
        following = word(self.tokens[index + 1]) if index + 1 < len(self.tokens) else ""
        text = word(self.tokens[index])
        return before in {TokenType.PARAMETER, TokenType.DOT} or (
            text == "UPDATE" and following == "("
        )

    def _opens_line(self, index: int) -> bool:
        token = self.tokens[index]
        if index == 0 or not self.current:
            return True
        before = self.tokens[index - 1]
        if before.line == token.line or word(before) in {
            ",",
            "(",
            ".",
            "=",
            "AS",
            "SELECT",
            "BY",
            "AND",
            "OR",
            "ON",
            "SET",
        }:
            return False
        following = self.tokens[index + 1] if index + 1 < len(self.tokens) else None
        if word(token) == "FETCH":  # OFFSET … ROWS FETCH NEXT … ROWS ONLY
            return word(before) not in {"ROWS", "ROW"}
        return following is None or word(following) not in {",", ".", "=", "AS", ")"}

    def _begins_with(self, index: int, before: str) -> bool:
        """Return whether WITH opens a list of CTEs.

        A name follows, then AS or a list of columns.
        """
        following = self.tokens[index + 1] if index + 1 < len(self.tokens) else None
        if following is None or word(following) == "(" or before in {"AS", "FOR", ","}:
            return False
        second = word(self.tokens[index + 2]) if index + 2 < len(self.tokens) else ""
        return second in {"AS", "("}

    def _is_set_clause(self, head: str, before: str) -> bool:
        if before in {"UPDATE", "DELETE", "ALTER"}:
            return True
        if head in {"UPDATE", "WITH"}:
            return self._has({"UPDATE"}) and not self._has({"SET"})
        return head in {"ALTER", "MERGE"} and before in {"UPDATE", "DATABASE"}

    def _awaits_query(self, head: str, before: str) -> bool:
        if before in _SET_OPERATORS | {"AS", "FOR", "RETURN"}:
            return True
        if head in {"CREATE", "ALTER"}:  # a view whose query begins with its CTEs
            return self._has({"WITH"}) and not self._has({"SELECT"})
        if head == "INSERT":
            return not self._has({"SELECT", "VALUES", "EXEC", "EXECUTE", "DEFAULT"})
        return self._is_open_with(head) or (
            head == "WITH" and self._has({"INSERT"}) and not self._has({"SELECT", "VALUES"})
        )

    def _is_open_with(self, head: str) -> bool:
        """Return whether the statement is a list of CTEs that still lacks its query."""
        return head == "WITH" and not self._has(_DML)

    def _is_join_hint(self, index: int, text: str) -> bool:
        following = word(self.tokens[index + 1]) if index + 1 < len(self.tokens) else ""
        return text == "MERGE" and following == "JOIN"

    def _has(self, texts: frozenset[str] | set[str]) -> bool:
        """Return whether one of `texts` stands in the current statement outside all brackets."""
        return not self.said.isdisjoint(texts)

    def _finish(self) -> None:
        statement, self.current, self.said = self.current, [], set()
        self.depth = self.cases = 0
        if statement:
            self.flow.settle()
            if not (self.flow.done and self.script.state.only_values):
                self._run(statement)

    def _run(self, statement: Tokens) -> None:
        """Lower a statement, or note the condition that the one behind it depends on."""
        match word(statement[0]):
            case "IF":
                self.flow.branch(statement[1:])
                return
            case "WHILE":
                self.flow.loop(statement[1:], self._body_reader())
                return
            case "RETURN" | "THROW" | "GOTO" | "BREAK" | "CONTINUE" as first:
                if first == "RETURN" and self.returns and statement[1:]:
                    self.returned.append(value_of(statement[1:], self.script))
                self.flow.end_here()
            case _:
                pass
        self.script.state.read_again += self.script.state.only_values
        if not self.script.state.only_values or word(statement[0]) in _ASSIGNING:
            rows = run_one(statement, self.script)
            if rows is None and calls_procedure(statement) and not self.script.state.only_values:
                self.called = executed(statement, self.script)
            self._note_result(rows)
        self.flow.complete()

    def _note_result(self, rows: Handle | None) -> None:
        if rows is None:
            return
        self.last = rows
        if all(frame.kind != "handler" for frame in self.flow.frames):
            self.results.append(rows)

    def _body_reader(self) -> Callable[[], None]:
        """Return what reads the statement behind the one at hand for its variables alone."""
        place = self.place

        def read() -> None:
            _Batch(self.tokens, self.script, TransactFlow(self.script)).run_from(place)

        return read


_ASSIGNING = frozenset({"SET", "DECLARE", "SELECT", "FETCH", "EXEC", "EXECUTE"})


def _calls_bare(tokens: Tokens) -> bool:
    """Return whether a batch begins with a procedure's name, for which EXEC may be left out."""
    first, following = tokens[0], tokens[1] if len(tokens) > 1 else None
    if first.token_type not in {TokenType.VAR, TokenType.IDENTIFIER}:
        return False
    if word(first) in _STARTERS | _SOFT | _CONVERSING:
        return False
    if following is None or following.line > first.line:
        return True
    return following.token_type in _BEHIND_PROCEDURE


_CONVERSING = frozenset({
    "SEND", "RECEIVE", "GET", "MOVE", "ADD", "READTEXT", "WRITETEXT", "UPDATETEXT", "LINENO",
    "SHUTDOWN", "SETUSER", "SCRIPT", "RECONFIGURE",
})  # fmt: skip
_BEHIND_PROCEDURE = frozenset({
    TokenType.STRING, TokenType.NATIONAL_STRING, TokenType.NUMBER, TokenType.PARAMETER,
    TokenType.DOT, TokenType.SEMICOLON,
})  # fmt: skip
_PERMISSIONS = frozenset({"GRANT", "DENY", "REVOKE"})
_KINDS = frozenset({
    "TABLE", "VIEW", "PROCEDURE", "PROC", "FUNCTION", "INDEX", "SCHEMA", "TRIGGER", "DATABASE",
    "COLUMN",
    "CONSTRAINT", "SYNONYM", "TYPE", "SEQUENCE", "USER", "ROLE", "STATISTICS",
})  # fmt: skip

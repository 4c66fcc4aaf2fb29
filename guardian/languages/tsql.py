"""T-SQL scripts: batches, procedures, statements without semicolons, dynamic SQL.

sqlglot's tokens are cut at the words that begin a statement, and each piece is read by itself;
control flow (`IF`, `WHILE`, `BEGIN TRY`) is taken off, and both of its branches are read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import msgspec
from sqlglot.tokenizer_core import Token, TokenType

from guardian.languages.sql import forms, transact
from guardian.languages.sql.dynamic import (
    assign,
    bulk_insert,
    execute,
    insert_execution,
    inserts_execution,
    next_comma,
)
from guardian.languages.sql.forms import word
from guardian.languages.sql.names_in_tokens import dataset_at
from guardian.languages.sql.running import run_parsed, run_statement
from guardian.languages.sql.script import Script
from guardian.model.plan import Handle, Write

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
_CONTROL = frozenset({"BEGIN", "END", "ELSE", "IF", "WHILE"})
_ROUTINES = frozenset({"PROCEDURE", "PROC", "FUNCTION", "TRIGGER"})
_SET_OPERATORS = frozenset({"UNION", "ALL", "EXCEPT", "INTERSECT"})
_LABELS = frozenset({"TRY", "CATCH", "TRAN", "TRANSACTION", "DISTRIBUTED"})


def run_batches(tokens: Tokens, script: Script) -> Handle | None:
    """Lower the batches between GO lines; each procedure among several is a job of its own."""
    batches = list(_batches(tokens))
    routines = sum(1 for batch in batches if _routine(batch, script) is not None)
    last = None
    for batch in batches:
        job = script.job
        name = _routine(batch, script)
        if name is not None and routines > 1:
            script.job = f"{job}#{name}"
        last = _Batch(batch, script).run() or last
        if name is not None:
            _forget_local(script)
            _move_hints(batch, job, script)
            script.dropped.clear()
        script.job = job
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
    for index, token in enumerate(tokens):
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


def _routine(batch: Tokens, script: Script) -> str | None:
    """Return the name of the procedure that a batch creates."""
    for index in range(min(len(batch), 6)):
        if word(batch[index]) in {"PROCEDURE", "PROC"} and word(batch[0]) in {"CREATE", "ALTER"}:
            return dataset_at(batch, index + 1, script)[0]
    return None


@dataclass(slots=True)
class _Batch:
    """One batch on its way through the splitter.

    `current` is the statement that is being collected, `said` its words outside all brackets.
    """

    tokens: Tokens
    script: Script
    current: list[Token] = field(default_factory=list)
    said: set[str] = field(default_factory=set)
    depth: int = 0
    cases: int = 0
    last: Handle | None = None

    def run(self) -> Handle | None:
        """Lower every statement of the batch; return the rows of the last bare query."""
        index = self._behind_header()
        while index < len(self.tokens):
            token = self.tokens[index]
            text = word(token)
            if text == ";":
                self._finish()
            elif self.depth == 0 and self.cases == 0 and self._starts(index, text):
                self._finish()
                index = self._control(index, text)
                continue
            else:
                self._collect(token, text)
            index += 1
        self._finish()
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
            index += 1
            while index < len(self.tokens) and word(self.tokens[index]) in _LABELS:
                index += 1
            if forms.words(self.tokens[index : index + 3], 3) == ["ATOMIC", "WITH", "("]:
                index = forms.closing(self.tokens, index + 2) + 1
            return index
        self._collect(self.tokens[index], text)
        return index + 1

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
                before in {"THEN", "ON", "FOR", "AS", ",", "BULK"}
                or self._is_open_with(head)
                or self._is_join_hint(index, text)
            )
        return before not in {"FOR", "AS", "AFTER", "OF", "GRANT"}

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
            self.last = _run(statement, self.script) or self.last


_PERMISSIONS = frozenset({"GRANT", "DENY", "REVOKE"})
_KINDS = frozenset({
    "TABLE", "VIEW", "PROCEDURE", "PROC", "FUNCTION", "INDEX", "SCHEMA", "TRIGGER", "DATABASE",
    "COLUMN",
    "CONSTRAINT", "SYNONYM", "TYPE", "SEQUENCE", "USER", "ROLE", "STATISTICS",
})  # fmt: skip


# --- statements -----------------------------------------------------------------------------------


def _run(statement: Tokens, script: Script) -> Handle | None:
    first = word(statement[0])
    match first:
        case "IF" | "WHILE" | "GO" | "USE" | "UPDATE STATISTICS":
            return None
        case "EXEC" | "EXECUTE":
            return execute(statement, script)
        case "SET" | "DECLARE":
            return assign(statement, script)
        case "INSERT" if inserts_execution(statement):
            return insert_execution(statement, script)
        case "CREATE":
            return _create(statement, script)
        case "ALTER" if "VIEW" in forms.words(statement, 2):
            return run_statement(_view(statement), script)
        case "ALTER" | "DROP" if not _MADE & set(forms.words(statement, 3)):
            return None
        case "BULK":
            return bulk_insert(statement, script)
        case "SELECT":
            return _select(statement, script)
        case "RETURN" if len(statement) > 2 and word(statement[1]) == "(":
            return None
        case _:
            return run_statement(_cleaned(statement), script)


def _cleaned(statement: Tokens) -> Tokens:
    """Return a statement without what lineage does not need: OUTPUT in it, OPTION at its end."""
    statement = transact.without_target_hint(_without_output(statement))
    if word(statement[0]) in {"UPDATE", "MERGE", "WITH"}:
        statement = transact.with_plain_assignments(statement)
    for index in range(len(statement) - 2, 0, -1):
        if word(statement[index]) == "OPTION" and word(statement[index + 1]) == "(":
            return statement[:index]
    return statement


def _without_output(statement: Tokens) -> Tokens:
    """Return a statement without `OUTPUT inserted.a, … [INTO …]`: it gives back what it wrote."""
    if word(statement[0]) not in _DML | {"WITH"}:
        return statement
    depth, begin = 0, None
    for index, token in enumerate(statement):
        text = word(token)
        depth += (text == "(") - (text == ")")
        if depth == 0 and text == "OUTPUT" and begin is None:
            begin = index
        elif depth == 0 and begin is not None and text in _AFTER_OUTPUT:
            return [*statement[:begin], *statement[index:]]
    return statement if begin is None else statement[:begin]


_AFTER_OUTPUT = frozenset(
    {"SELECT", "VALUES", "FROM", "WHERE", "EXEC", "EXECUTE", "DEFAULT", "WITH"}
)


def _select(statement: Tokens, script: Script) -> Handle | None:
    """Lower a SELECT; one that only gives values to variables reads, and writes nothing."""
    if (
        len(statement) > 2
        and statement[1].token_type is TokenType.PARAMETER
        and "=" in forms.words(statement, 5)
    ):
        return None
    return run_parsed(_cleaned(statement), script)


def _create(statement: Tokens, script: Script) -> Handle | None:
    """Lower CREATE; the storage options of a Synapse CTAS are taken off and kept."""
    head = forms.words(statement, 6)
    if not _MADE & set(head) or "PARTITION" in head[:2]:
        return None
    if "VIEW" in head:
        return run_statement(_view(statement), script)
    if "TABLE" not in head[:4]:
        return run_statement(statement, script)
    start = _first_of({"WITH", "AS"}, statement)
    if "".join(forms.words(statement[start : start + 2], 2)) != "WITH(":
        return run_statement(transact.plain_table(_cleaned(statement)), script)
    end = forms.closing(statement, start + 1)
    known = len(script.writes)
    plain = transact.plain_table([*statement[:start], *statement[end + 1 :]])
    handle = run_statement(_cleaned(plain), script)
    options = _storage(statement[start + 2 : end], script)
    for index in range(known, len(script.writes)):
        script.writes[index] = _with_storage(script.writes[index], options)
    return handle


def _first_of(texts: set[str], tokens: Tokens) -> int:
    """Return where the first of some words stands outside all brackets, the end where none does."""
    depth = 0
    for index, token in enumerate(tokens):
        text = word(token)
        depth += (text == "(") - (text == ")")
        if depth == 0 and text in texts:
            return index
    return len(tokens)


# What a CREATE or ALTER may be of that rows are written to or read from.
_MADE = frozenset({"TABLE", "VIEW", "PROCEDURE", "PROC", "FUNCTION", "TRIGGER", "SYNONYM"})


def _view(statement: Tokens) -> Tokens:
    """Return a view without its options; ALTER VIEW is CREATE OR ALTER VIEW."""
    start = next((index for index, token in enumerate(statement) if word(token) == "WITH"), None)
    begin = next((index for index, token in enumerate(statement) if word(token) == "AS"), None)
    if start is not None and begin is not None and start < begin:
        statement = [*statement[:start], *statement[begin:]]
    if forms.words(statement[-3:], 3) == ["WITH", "CHECK", "OPTION"]:
        statement = statement[:-3]
    if word(statement[0]) == "ALTER":
        first = statement[0]
        create = Token(TokenType.CREATE, "CREATE", first.line, first.col, first.start, first.end)
        statement = [create, *statement[1:]]
    return statement


def _storage(tokens: Tokens, script: Script) -> tuple[tuple[str, str], ...]:
    """Return the storage options of a table as text: `distribution` and how it is indexed."""
    found: list[tuple[str, str]] = []
    begin = 0
    while begin < len(tokens) and script.source is not None:
        end = next_comma(tokens, begin)
        text = script.source.slice(tokens[begin].start, tokens[end - 1].end).lower()
        name, sign, value = text.partition("=")
        found.append((name.strip(), value.strip()) if sign else ("index", name.strip()))
        begin = end + 1
    return tuple(sorted(found))


def _with_storage(write: Write, options: tuple[tuple[str, str], ...]) -> Write:
    stored = msgspec.structs.replace(
        write.options, options=tuple(sorted({*write.options.options, *options}))
    )
    return msgspec.structs.replace(write, options=stored)

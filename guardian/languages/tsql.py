"""T-SQL scripts: batches, procedures, statements without semicolons, dynamic SQL.

sqlglot's tokens are cut at the words that begin a statement, and each piece is read by itself;
control flow (`IF`, `WHILE`, `BEGIN TRY`) is taken off, and both of its branches are read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import msgspec
from sqlglot.tokenizer_core import Token, TokenType

from guardian.languages.sql import forms
from guardian.languages.sql.forms import word
from guardian.languages.sql.names_in_tokens import dataset_at
from guardian.languages.sql.running import head_of, run_inner, run_parsed, run_statement
from guardian.languages.sql.script import Script
from guardian.languages.sql.tables import rename_dataset
from guardian.languages.sql.writes import add_write
from guardian.model.names import dataset_name, fold
from guardian.model.plan import Handle, Opaque, Write, WriteOptions

Tokens = Sequence[Token]
DYNAMIC_CONFIDENCE = 0.8

_DML = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE"})
_STARTERS = _DML | {
    "WITH", "CREATE", "ALTER", "DROP", "EXEC", "EXECUTE", "DECLARE", "SET", "IF", "WHILE", "BEGIN",
    "END", "ELSE", "RENAME",
}  # fmt: skip
# These are ordinary names, too: they begin a statement only at the start of a line or of a block.
_SOFT = frozenset({
    "PRINT", "RETURN", "THROW", "RAISERROR", "USE", "OPEN", "CLOSE", "FETCH", "DEALLOCATE", "GOTO",
    "BREAK", "CONTINUE", "WAITFOR", "DBCC", "COMMIT", "ROLLBACK", "SAVE", "GRANT", "REVOKE", "DENY",
    "COPY", "REVERT", "BACKUP", "RESTORE", "KILL", "GO", "ENABLE", "DISABLE", "BULK", "CHECKPOINT",
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

    `current` is the statement that is being collected.
    """

    tokens: Tokens
    script: Script
    current: list[Token] = field(default_factory=list)
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
        if text not in _STARTERS:
            return False
        if not self.current:
            return True
        head = word(self.current[0])
        before = word(self.current[-1])
        if text in _CONTROL:
            return text != "IF" or head not in {"DROP", "CREATE", "ALTER"} or before not in _KINDS
        if text == "WITH":
            return self._begins_with(index, before)
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
                before in {"THEN", "ON", "FOR", "AS", ","}
                or self._is_open_with(head)
                or self._is_join_hint(index, text)
            )
        return before not in {"FOR", "AS", "AFTER", "OF", "GRANT"}

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
        depth = 0
        for token in self.current:
            text = word(token)
            depth += (text == "(") - (text == ")")
            if depth == 0 and text in texts:
                return True
        return False

    def _finish(self) -> None:
        statement, self.current = self.current, []
        self.depth = self.cases = 0
        if statement:
            self.last = _run(statement, self.script) or self.last


_KINDS = frozenset({
    "TABLE", "VIEW", "PROCEDURE", "PROC", "FUNCTION", "INDEX", "SCHEMA", "TRIGGER", "DATABASE",
    "COLUMN",
    "CONSTRAINT", "SYNONYM", "TYPE", "SEQUENCE", "USER", "ROLE", "STATISTICS",
})  # fmt: skip


# --- statements -----------------------------------------------------------------------------------


def _run(statement: Tokens, script: Script) -> Handle | None:
    first = word(statement[0])
    match first:
        case "IF" | "WHILE" | "GO" | "USE":
            return None
        case "EXEC" | "EXECUTE":
            return _execute(statement, script)
        case "SET" | "DECLARE":
            return _assign(statement, script)
        case "INSERT" if _inserts_execution(statement):
            return _insert_execution(statement, script)
        case "CREATE":
            return _create(statement, script)
        case "SELECT":
            return _select(statement, script)
        case "RETURN" if len(statement) > 2 and word(statement[1]) == "(":
            return None
        case _:
            return run_statement(_cleaned(statement), script)


def _cleaned(statement: Tokens) -> Tokens:
    """Return a statement without what sqlglot does not know and lineage does not need.

    OPTION (…).
    """
    for index in range(len(statement) - 2, 0, -1):
        if word(statement[index]) == "OPTION" and word(statement[index + 1]) == "(":
            return statement[:index]
    return statement


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
    if "TABLE" not in forms.words(statement, 4):
        return run_statement(statement, script)
    start = next((index for index, token in enumerate(statement) if word(token) == "WITH"), None)
    if start is None or start + 1 >= len(statement) or word(statement[start + 1]) != "(":
        return run_statement(_cleaned(statement), script)
    end = forms.closing(statement, start + 1)
    known = len(script.writes)
    handle = run_statement(_cleaned([*statement[:start], *statement[end + 1 :]]), script)
    options = _storage(statement[start + 2 : end], script)
    for index in range(known, len(script.writes)):
        script.writes[index] = _with_storage(script.writes[index], options)
    return handle


def _storage(tokens: Tokens, script: Script) -> tuple[tuple[str, str], ...]:
    """Return the storage options of a table as text: `distribution` and how it is indexed."""
    found: list[tuple[str, str]] = []
    begin = 0
    while begin < len(tokens) and script.source is not None:
        end = _next_comma(tokens, begin)
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


# --- EXEC and dynamic SQL -------------------------------------------------------------------------


def _assign(statement: Tokens, script: Script) -> Handle | None:
    """Keep the text that a variable is given, as far as it is known; declare table variables."""
    first = word(statement[0])
    if first == "DECLARE" and any(word(token) == "TABLE" for token in statement[:5]):
        _declare_table(statement, script)
        return None
    for name, value in _assignments(statement):
        text = _text_of(value, script)
        if text is None:
            script.variables.pop(name, None)
        else:
            script.variables[name] = text
    return None


def _declare_table(statement: Tokens, script: Script) -> None:
    """Declare a table variable as the temporary table that it is."""
    start = next(index for index, token in enumerate(statement) if word(token) == "TABLE")
    name = "@" + fold(statement[start - 1].text.lstrip("@"), script.dialect)
    if word(statement[start - 1]) == "AS":
        name = "@" + fold(statement[start - 2].text.lstrip("@"), script.dialect)
    script.columns[name] = tuple(_column_names(statement[start + 1 :], script))
    script.views.pop(name, None)


def _column_names(tokens: Tokens, script: Script) -> Iterator[str]:
    """Yield the first word of each part of `(a int, b int)`, constraints left out."""
    depth, expects = 0, False
    for token in tokens:
        text = word(token)
        if text == "(":
            depth += 1
            expects = depth == 1
            continue
        if text == ")":
            depth -= 1
        elif text == "," and depth == 1:
            expects = True
            continue
        if expects and depth == 1:
            expects = False
            if text not in {"PRIMARY", "UNIQUE", "INDEX", "CHECK", "CONSTRAINT", "FOREIGN"}:
                yield fold(
                    token.text, script.dialect, quoted=token.token_type is TokenType.IDENTIFIER
                )


def _assignments(statement: Tokens) -> Iterator[tuple[str, Tokens]]:
    """Yield (variable, value) for `SET @a = …` and `DECLARE @a varchar(max) = …, @b …`.

    `+=` adds.
    """
    index = 1
    while index < len(statement):
        if statement[index].token_type is not TokenType.PARAMETER or index + 1 >= len(statement):
            index += 1
            continue
        name = statement[index + 1].text.lower()
        end = _next_comma(statement, index)
        equals = next(
            (place for place in range(index, end) if word(statement[place]) in {"=", "+="}), None
        )
        adds = equals is not None and (
            word(statement[equals]) == "+=" or word(statement[equals - 1]) == "+"
        )
        if equals is not None:
            value = statement[equals + 1 : end]
            yield name, ([*statement[index : index + 2], _PLUS, *value] if adds else value)
        index = end + 1


_PLUS = Token(TokenType.PLUS, "+")


def _next_comma(tokens: Tokens, start: int) -> int:
    depth = 0
    for index in range(start, len(tokens)):
        text = word(tokens[index])
        depth += (text == "(") - (text == ")")
        if text == "," and depth == 0:
            return index
    return len(tokens)


def _text_of(tokens: Tokens, script: Script) -> str | None:
    """Return the text of `'…' + @x + N'…'`; a variable that is not known stands as `{x}`."""
    pieces: list[str] = []
    literal = False
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token.token_type in {TokenType.STRING, TokenType.NATIONAL_STRING}:
            pieces.append(token.text)
            literal = True
        elif token.token_type is TokenType.PARAMETER and index + 1 < len(tokens):
            index += 1
            name = tokens[index].text.lower()
            known = script.variables.get(name)
            literal = literal or known is not None
            pieces.append(known if known is not None else f"{{{name}}}")
        elif word(token) not in {"+", "(", ")", "N"}:
            pieces.append("{value}")
            index = _end_of_call(tokens, index)
        index += 1
    return "".join(pieces) if literal else None


def _end_of_call(tokens: Tokens, index: int) -> int:
    """Return the last token of a function's call, of which only the place in the text matters."""
    if index + 1 < len(tokens) and word(tokens[index + 1]) == "(":
        return forms.closing(tokens, index + 1)
    return index


def _execute(statement: Tokens, script: Script) -> Handle | None:
    """Lower dynamic SQL whose text is known; calls of other procedures are jobs of their own."""
    procedure = next(
        (token.text.lower() for token in statement[1:6] if "sp_" in token.text.lower()), ""
    )
    if procedure == "sp_rename":
        _rename(statement, script)
        return None
    dynamic = len(statement) > 1 and word(statement[1]) == "("
    if not dynamic and procedure != "sp_executesql":
        return None
    arguments = (
        statement[2 : forms.closing(statement, 1)] if dynamic else _first_argument(statement)
    )
    text = None if _hinted(statement, script) else _text_of(arguments, script)
    if text is not None:
        return run_inner(text, statement[0].line, script, confidence=DYNAMIC_CONFIDENCE)
    if not _hinted(statement, script):
        script.warn(
            statement[0].line,
            "dynamic SQL whose text is not known: declare what it reads and writes with "
            "`-- @LINEAGE_INPUTS: …` and `-- @LINEAGE_OUTPUTS: …`",
        )
    return None


def _hinted(statement: Tokens, script: Script) -> bool:
    """Return whether a hint comment stands within ten lines of a statement."""
    line = script.line(statement[0].line).line
    return any(abs(edge.at.line - line) <= 10 for edge in script.tables)


def _first_argument(statement: Tokens) -> Tokens:
    start = (
        next(
            index for index, token in enumerate(statement) if token.text.lower() == "sp_executesql"
        )
        + 1
    )
    end = _next_comma(statement, start)
    named = [index for index in range(start, end) if word(statement[index]) == "="]
    return statement[named[0] + 1 if named else start : end]


def _rename(statement: Tokens, script: Script) -> None:
    """Follow `EXEC sp_rename 'schema.old', 'new'` where it renames a table."""
    texts = [
        token.text
        for token in statement
        if token.token_type in {TokenType.STRING, TokenType.NATIONAL_STRING}
    ]
    if len(texts) != 2:
        return
    parts = [fold(part.strip("[]"), script.dialect) for part in texts[0].split(".")]
    new = [*parts[:-1], fold(texts[1].strip("[]"), script.dialect)]
    rename_dataset(dataset_name(parts, script.dialect), dataset_name(new, script.dialect), script)


def _inserts_execution(statement: Tokens) -> bool:
    depth = 0
    for token in statement:
        text = word(token)
        depth += (text == "(") - (text == ")")
        if depth == 0 and text in {"EXEC", "EXECUTE"}:
            return True
        if depth == 0 and text in {"SELECT", "VALUES"}:
            return False
    return False


def _insert_execution(statement: Tokens, script: Script) -> Handle | None:
    """Note INSERT … EXEC: rows of a procedure that is not looked into."""
    index = 2 if len(statement) > 2 and word(statement[1]) == "INTO" else 1
    dataset, _ = dataset_at(statement, index, script)
    head = head_of(statement, script)
    rows = script.builder.add(
        Opaque(fingerprint=head.text, reason="rows of a procedure", at=head.at)
    )
    name = dataset.rpartition(".")[2]
    if name.startswith(("#", "@")):
        script.views[name] = rows
        return None
    add_write(script, dataset, rows, head, WriteOptions(mode="append"))
    return None

"""A table's name read off tokens, where no parser has seen it."""

from collections.abc import Sequence

from sqlglot.tokenizer_core import Token, TokenType

from guardian.languages.expressions.source import restore
from guardian.languages.sql.script import Script
from guardian.model.names import DEFAULT_SCHEMA, dataset_name, fold

_MARKS = frozenset({TokenType.HASH, TokenType.PARAMETER})  # of T-SQL's `#temporary` and `@variable`


def dataset_at(tokens: Sequence[Token], start: int, script: Script) -> tuple[str, int]:
    """Return the dataset named at `start`, and where the tokens go on behind its name."""
    parts: list[str] = []
    index = start
    symbols = script.source.symbols if script.source is not None else ()
    expects_part, mark = True, ""
    while index < len(tokens):
        token = tokens[index]
        if expects_part and token.token_type in _MARKS:
            mark += token.text
        elif token.token_type is TokenType.DOT:
            if expects_part:
                parts.append("")
            expects_part = True
        elif expects_part and token.token_type not in {TokenType.L_PAREN, TokenType.COMMA}:
            quoted = token.token_type is TokenType.IDENTIFIER
            name = fold(restore(token.text, symbols), script.dialect, quoted=quoted)
            parts.extend(name.split(".") if quoted and script.dialect == "bigquery" else [name])
            parts[-1], mark = f"{mark}{parts[-1]}", ""
            expects_part = False
        else:
            break
        index += 1
    if len(parts) > 2 and not parts[-2]:
        parts[-2] = DEFAULT_SCHEMA.get(script.dialect, "")
    return dataset_name(script.state.qualified(parts, script.dialect), script.dialect), index

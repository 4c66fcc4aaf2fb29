"""Rows that change their table without a query: renames, exchanges, partitions handed over."""

from collections.abc import Sequence

from sqlglot.tokenizer_core import Token

from guardian.languages.sql import forms
from guardian.languages.sql.altering import rename_dataset, swap_datasets
from guardian.languages.sql.forms import word
from guardian.languages.sql.names_in_tokens import dataset_at
from guardian.languages.sql.phrases import at_depth
from guardian.languages.sql.script import Script
from guardian.languages.sql.storage import store_otherwise
from guardian.languages.sql.writes import Head, Target, add_write
from guardian.model.names import fold
from guardian.model.plan import Scan, WriteOptions

Tokens = Sequence[Token]
_TABLES = frozenset({"TABLE", "TABLES"})


# What the statements begin with that are looked at here.
WORDS = frozenset({"RENAME", "EXCHANGE", "EXECUTE", "OPTIMIZE", "ALTER"})


def moved(tokens: Tokens, script: Script, head: Head) -> bool:
    """Note a statement that gives a table's rows to another; return whether it was one."""
    match forms.words(tokens, 2):
        case ["RENAME", "TABLE" | "TABLES"]:
            return _renamed(tokens, script, head)
        case ["EXCHANGE", "TABLES"]:
            return _exchanged(tokens, script)
        case ["EXECUTE", "TASK"]:
            return True
        case ["OPTIMIZE", _]:
            return _sorted_anew(tokens, script, head)
        case ["ALTER", "TABLE"]:
            return _handed_over(tokens, script, head)
        case _:
            return False


def _sorted_anew(tokens: Tokens, script: Script, head: Head) -> bool:
    """Note Delta's `OPTIMIZE t ZORDER BY (a, b)`: the layout that the table gets."""
    order = at_depth(tokens, "ZORDER")
    if order < 0:
        return True
    dataset, _ = dataset_at(tokens, 1, script)
    names = [
        fold(token.text, script.dialect) for token in tokens[order + 2 :] if token.text not in "(),"
    ]
    options = WriteOptions(options=(("zorder", ",".join(names)),))
    store_otherwise(dataset, options, script, head.at)
    return True


def _renamed(tokens: Tokens, script: Script, head: Head) -> bool:
    """Follow `RENAME TABLE a TO b, c TO d`, one after the other."""
    index = 2
    while index < len(tokens):
        old, behind = dataset_at(tokens, index, script)
        if behind >= len(tokens) or word(tokens[behind]) != "TO":
            return False
        new, index = dataset_at(tokens, behind + 1, script)
        schema, dot, _ = old.rpartition(".")
        rename_dataset(old, new if "." in new else f"{schema}{dot}{new}", script, head.at)
        if index >= len(tokens) or word(tokens[index]) != ",":
            break
        index += 1
    return True


def _exchanged(tokens: Tokens, script: Script) -> bool:
    one, behind = dataset_at(tokens, 2, script)
    if behind >= len(tokens) or word(tokens[behind]) != "AND":
        return False
    other, _ = dataset_at(tokens, behind + 1, script)
    swap_datasets(one, other, script)
    return True


def _handed_over(tokens: Tokens, script: Script, head: Head) -> bool:
    """Note the rows that ALTER TABLE takes from another table, or gives to one."""
    start = 4 if forms.words(tokens[2:], 2) == ["IF", "EXISTS"] else 2
    start += word(tokens[start]) == "ONLY" if start < len(tokens) else 0
    table, behind = dataset_at(tokens, start, script)
    rest = tokens[behind:]
    found = _other(rest, script)
    if found is None:
        return False
    other, mode, gives = found
    source, target = (table, other) if gives else (other, table)
    if script.dialect == "tsql" and target.rpartition(".")[2].startswith("#"):
        return True
    rows = script.builder.add(Scan(dataset=source, at=head.at))
    add_write(script, target, rows, head, WriteOptions(mode=mode), Target(positional=True))
    return True


def _other(rest: Tokens, script: Script) -> tuple[str, str, bool] | None:
    """Return the other table, how it is written, and whether the altered one gives its rows."""
    verb = word(rest[0]) if rest else ""
    if verb == "SWITCH":
        return _named(rest, "TO", "overwrite", script, gives=True)
    if verb == "EXCHANGE":
        table = at_depth(rest, "WITH")
        return _at(rest, table, "overwrite", script) if table >= 0 else None
    if verb == "APPEND":
        return _named(rest, "FROM", "append", script)
    if verb in {"REPLACE", "ATTACH"} and word(rest[1]) == "PARTITION":
        if at_depth(rest, "FROM") < 0 or at_depth(rest, "VALUES") >= 0:
            return _at(rest, 1, "append", script) if verb == "ATTACH" else None
        mode = "overwrite" if verb == "REPLACE" else "append"
        return _named(rest, "FROM", mode, script)
    if verb == "MOVE" and word(rest[1]) == "PARTITION":
        return _named(rest, "TO", "append", script, gives=True)
    return None


def _named(
    rest: Tokens, mark: str, mode: str, script: Script, *, gives: bool = False
) -> tuple[str, str, bool] | None:
    index = at_depth(rest, mark)
    return _at(rest, index, mode, script, gives=gives) if index >= 0 else None


def _at(
    rest: Tokens, index: int, mode: str, script: Script, *, gives: bool = False
) -> tuple[str, str, bool] | None:
    """Return the table named behind `index`; a partition's own value or name is none."""
    start = index + 1
    start += start < len(rest) and word(rest[start]) in _TABLES
    name, behind = dataset_at(rest, start, script)
    bare = (
        "." not in name and behind >= len(rest) and mode == "append" and word(rest[0]) == "ATTACH"
    )
    quoted = start < len(rest) and not word(rest[start])
    if not name or (bare and quoted) or name.isdigit():
        return None
    return name, mode, gives

"""Rewrites of a whole file: its layout, its spelling, its statements."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import sqlglot
from sqlglot import exp

from tests.judge.rules import Setting
from tests.judge.selects import mentioned, names
from tests.judge.trial import Script, Step
from tests.test_quiet import comments_and_line_breaks, in_code, keywords_in_another_case

# Where unquoted names are the same in any case, and what a quoted one has to look like.
FOLDS = dict.fromkeys(
    ("duckdb", "spark", "databricks", "hive", "postgres", "redshift"), str.lower
) | {"snowflake": str.upper}


def _renamed(
    script: Script, change: Callable[[exp.Identifier], exp.Identifier | None]
) -> Script | None:
    trees = [tree.copy() for tree in script.trees]
    changed = False
    for tree in trees:
        for node in list(tree.find_all(exp.Identifier)):
            new = None if PLACEHOLDER.match(node.name) else change(node)
            if new is not None and not node.args.get("quoted"):
                node.replace(new)
                changed = True
    return replace(script, trees=tuple(trees)) if changed else None


PLACEHOLDER = re.compile("template_", re.IGNORECASE)


def names_in_another_case(script: Script, setting: Setting) -> Script | None:
    """Return the file with some unquoted names in another case."""
    if setting.dialect not in FOLDS or script.held:
        return None
    return _renamed(script, lambda node: exp.to_identifier(node.name.swapcase())
                    if isinstance(node.parent, exp.Column | exp.Table | exp.TableAlias)
                    and setting.chance.random() < 0.4 and re.fullmatch(r"\w+", node.name) else None)  # fmt: skip


def names_quoted(script: Script, setting: Setting) -> Script | None:
    """Return the file with names of columns in quotes, as their dialect folds them."""
    fold = FOLDS.get(setting.dialect)
    if fold is None or script.held:
        return None
    return _renamed(script, lambda node: exp.to_identifier(fold(node.name), quoted=True)
                    if isinstance(node.parent, exp.Column) and setting.chance.random() < 0.6 else None)  # fmt: skip


def cte_as_view(script: Script, setting: Setting) -> Script | None:
    """Return the file with the first CTE of a statement as a temporary view before it."""
    for place, tree in enumerate(script.trees):
        query = tree.expression if isinstance(tree, exp.Create | exp.Insert) else None
        clause = query.args.get("with_") if isinstance(query, exp.Query) else None
        if clause is None or clause.args.get("recursive") or script.dialect != "duckdb":
            continue
        cte = clause.expressions[0]
        if cte.args["alias"].columns or cte.alias.lower() in mentioned(cte.this) | set(
            setting.tables
        ):
            continue
        if not isinstance(cte.this, exp.Query) or names(cte.this) is None:
            continue
        new = tree.copy()
        kept = new.expression.args["with_"].expressions[1:]
        if kept:
            new.expression.args["with_"].set("expressions", kept)
        else:
            new.expression.set("with_", None)
        kind = setting.chance.choice(("VIEW", "TABLE"))
        made = sqlglot.parse_one(f"CREATE TEMPORARY {kind} {cte.alias} AS SELECT 1", read="duckdb")
        made.set("expression", cte.this.copy())
        return replace(script, trees=(*script.trees[:place], made, new, *script.trees[place + 1 :]))
    return None


def dropped_and_made(script: Script, _: Setting) -> Script | None:
    """Return the file with DROP and CREATE for CREATE OR REPLACE."""
    trees = list(_spelled_apart(script))
    return replace(script, trees=tuple(trees)) if len(trees) > len(script.trees) else None


def _spelled_apart(script: Script) -> Iterator[exp.Expr]:
    for tree in script.trees:
        plain = isinstance(tree, exp.Create) and tree.args.get("kind") == "TABLE"
        if plain and tree.args.get("replace") and isinstance(tree.this, exp.Table):
            yield sqlglot.parse_one(
                f"DROP TABLE IF EXISTS {tree.this.sql(script.dialect)}", read=script.dialect
            )
            new = tree.copy()
            new.args["replace"] = None
            yield new
        else:
            yield tree


def made_or_replaced(script: Script, _: Setting) -> Script | None:
    """Return the file with CREATE OR REPLACE for CREATE, where nothing else is done with it."""
    (tree, *rest) = script.trees
    plain = isinstance(tree, exp.Create) and tree.args.get("kind") == "TABLE" and not rest
    if (
        not plain
        or tree.args.get("replace")
        or tree.args.get("exists")
        or script.dialect != "duckdb"
    ):
        return None
    if not isinstance(tree.this, exp.Table) or not isinstance(tree.expression, exp.Query):
        return None
    new = tree.copy()
    new.args["replace"] = True
    return replace(script, trees=(new,))


def columns_of_insert(script: Script, setting: Setting) -> Script | None:
    """Return the file with the columns of an INSERT written out."""
    for place, tree in enumerate(script.trees):
        table = tree.this if isinstance(tree, exp.Insert) else None
        known = setting.tables.get(table.name.lower(), {}) if isinstance(table, exp.Table) else {}
        query = tree.expression if isinstance(tree, exp.Insert) else None
        listed = names(query) if isinstance(query, exp.Query) else None
        if table is None or listed is None or len(listed) != len(known) or tree.args.get("by_name"):
            continue
        new = tree.copy()
        schema = exp.Schema(
            this=table.copy(), expressions=[exp.to_identifier(name) for name in known]
        )
        new.set("this", schema)
        return replace(script, trees=(*script.trees[:place], new, *script.trees[place + 1 :]))
    return None


def statements_reordered(script: Script, _: Setting) -> Script | None:
    """Return the file with two statements exchanged that have nothing to do with each other."""
    trees = script.trees
    plain = [isinstance(tree, exp.Create | exp.Insert) for tree in trees]
    for place in range(len(trees) - 1):
        apart = not _tables(trees[place]) & _tables(trees[place + 1])
        if apart and plain[place] and plain[place + 1]:
            order = (*trees[:place], trees[place + 1], trees[place], *trees[place + 2 :])
            return replace(script, trees=order)
    return None


def _tables(tree: exp.Expr) -> set[str]:
    return {table.name.lower() for table in tree.find_all(exp.Table)}


STEPS: dict[str, Step] = {
    "names in another case": names_in_another_case,
    "names in quotes": names_quoted,
    "a CTE as a temporary view or table": cte_as_view,
    "DROP and CREATE for CREATE OR REPLACE": dropped_and_made,
    "CREATE OR REPLACE for CREATE": made_or_replaced,
    "the columns of INSERT written out": columns_of_insert,
    "statements in another order": statements_reordered,
}


# --- the text ----------------------------------------------------------------------------------------


def tight(text: str, dialect: str) -> str:
    """Return the text on as few lines as its comments allow."""
    return (
        in_code(text, lambda code: re.sub(r"\s+", " ", code))
        if "--" not in text and dialect != "tsql"
        else text
    )


def not_equal(text: str, dialect: str) -> str:  # noqa: ARG001 - alike in all dialects
    return in_code(text, lambda code: code.replace("<>", "!="))


def short_casts(text: str, dialect: str) -> str:
    """Return the text with :: for CAST, where that is known."""
    if dialect not in {"duckdb", "postgres", "snowflake", "databricks", "redshift"}:
        return text
    return in_code(text, lambda code: re.sub(r"\bCAST\(([\w.]+) AS (\w+)\)", r"\1::\2", code))


def without_as(text: str, dialect: str) -> str:
    """Return the text without AS before the alias of a table."""
    if dialect not in {"duckdb", "spark", "postgres", "snowflake", "bigquery", "tsql", "trino"}:
        return text
    return in_code(
        text, lambda code: re.sub(r"\b(FROM|JOIN) ([\w.]+) AS (?!OF\b)(\w+)", r"\1 \2 \3", code)
    )


def outer_written_out(text: str, dialect: str) -> str:
    if dialect == "clickhouse":
        return text
    return in_code(text, lambda code: re.sub(r"\b(LEFT|RIGHT|FULL) JOIN\b", r"\1 OUTER JOIN", code))


LAYOUTS: dict[str, Callable[[str, str], str]] = {
    "keywords in another case": keywords_in_another_case,
    "comments and line breaks": comments_and_line_breaks,
    "few lines": tight,
    "!= for <>": not_equal,
    ":: for CAST": short_casts,
    "no AS before the alias of a table": without_as,
    "LEFT OUTER JOIN for LEFT JOIN": outer_written_out,
}

"""A rewrite that changes no result is no change: tried on every folder below `tests/cases`.

Each rewriting takes the text of one file and returns another that means the same. The folder with
all of its files rewritten is compared with the folder as it stands.
"""

import ast
import hashlib
import itertools
import json
import random
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from guardian.sources.configuration import Options, configuration, on_disk
from guardian.sources.folder import open_folder
from tests import casebook
from tests.conftest import CASES

SEED = 7
SQL_SUFFIXES = {".sql", ".hql"}
EXPORT = "# Databricks notebook source"
KEYWORDS = re.compile(
    r"\b(select|from|where|and|or|not|in|is|null|as|on|join|left|inner|outer|group by|order by|with"
    r"|having|union all|case|when|then|else|end|distinct|between|over|partition by|create|table)\b",
    re.IGNORECASE,
)
# What a rewriting of the text must leave as it is: templates, strings, quoted names, comments.
KEPT = re.compile(
    r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|'(?:[^']|'')*'|\"[^\"]*\"|`[^`]*`|\[[^\]]*\]|--[^\n]*|/\*.*?\*/",
    re.DOTALL,
)

Rewriting = Callable[[str, str], str]


# --- the text of SQL, templates and all ----------------------------------------------------------


def in_code(text: str, rewrite: Callable[[str], str]) -> str:
    """Return `text` with `rewrite` applied outside strings, quoted names, comments, templates."""
    kept = KEPT.findall(text)
    code = [rewrite(part) for part in KEPT.split(text)]
    return "".join(part for pair in zip(code, [*kept, ""], strict=True) for part in pair)


def keywords_in_another_case(text: str, dialect: str) -> str:  # noqa: ARG001 - alike in all dialects
    """Return the text with its keywords in capitals, or in small letters where they were."""

    def turned(match: re.Match[str]) -> str:
        return match[0].lower() if match[0].isupper() else match[0].upper()

    return in_code(text, lambda code: KEYWORDS.sub(turned, code))


def comments_and_line_breaks(text: str, dialect: str) -> str:  # noqa: ARG001 - alike in all dialects
    """Return the text with a comment behind each WHERE and AND, and each column on its own line."""

    def noted(code: str) -> str:
        code = re.sub(r",[ \t]*(?=\S)", ",\n      ", code)
        return re.sub(r"\b(where|and)\b(?=\s)", r"\1 /* as agreed */", code, flags=re.IGNORECASE)

    # BETWEEN's AND may stand before a comment, too.
    return "-- checked by finance\n" + in_code(text, noted)


# --- SQL as a tree -------------------------------------------------------------------------------


CONFIG = re.compile(r"\s*\{\{\s*config\(.*?\)\s*\}\}\s*", re.DOTALL)
TEMPLATE = re.compile(r"\{\{.*?\}\}", re.DOTALL)
PLACEHOLDER = re.compile(r"template_(\d+)_", re.IGNORECASE)


def as_tree(
    text: str, dialect: str, rewrite: Callable[[exp.Expr], exp.Expr], *, pretty: bool = False
) -> str:
    """Return SQL printed again after `rewrite`; as it was where that alters nothing.

    Also where sqlglot cannot read it: a T-SQL procedure, a template with statements.
    """
    if "{%" in text or re.search(r"^GO\b", text, re.MULTILINE):
        return text
    config = CONFIG.match(text)
    head = config[0] if config else ""
    held = TEMPLATE.findall(text, len(head))
    numbers = iter(range(len(held)))
    plain = TEMPLATE.sub(lambda _: f"template_{next(numbers)}_", text[len(head) :])
    try:
        trees = [tree for tree in sqlglot.parse(plain, read=dialect) if tree is not None]
    except SqlglotError:
        return text
    if any(tree.find(exp.Command) or tree.args.get("kind") == "PROCEDURE" for tree in trees):
        return text
    new = [rewrite(tree.copy()) for tree in trees]
    if new == trees and not pretty:
        return text
    printed = ";\n\n".join(tree.sql(dialect=dialect, pretty=pretty) for tree in new)
    end = ";\n" if plain.rstrip().endswith(";") else "\n"
    return head + PLACEHOLDER.sub(lambda found: held[int(found[1])], printed) + end


def reprinted(text: str, dialect: str) -> str:
    """Return the SQL in sqlglot's layout."""
    return as_tree(text, dialect, lambda tree: tree, pretty=True)


def aliases_renamed(text: str, dialect: str) -> str:
    """Return the SQL with other names for its CTEs and table aliases."""
    return as_tree(text, dialect, _with_other_aliases)


def _with_other_aliases(tree: exp.Expr) -> exp.Expr:
    names = {
        alias.name: f"renamed_{number}"
        for number, alias in enumerate(_aliases(tree))
        if alias.name not in _taken(tree)
    }
    for alias in _aliases(tree):
        _rename(alias, names)
    for table in tree.find_all(exp.Table):
        if not table.db and isinstance(table.this, exp.Identifier):
            _rename(table.this, names)
    for column in tree.find_all(exp.Column):
        parts = column.parts
        if len(parts) > 1:
            _rename(parts[0], names)
    return tree


def _aliases(tree: exp.Expr) -> Iterator[exp.Expr]:
    for alias in tree.find_all(exp.TableAlias):
        if alias.this is not None:
            yield alias.this


def _taken(tree: exp.Expr) -> set[str]:
    """Return names that are also those of real tables or of columns that may be structs."""
    tables = {table.name for table in tree.find_all(exp.Table) if table.db}
    return tables | {column.name for column in tree.find_all(exp.Column)}


def _rename(identifier: exp.Expr, names: Mapping[str, str]) -> None:
    if identifier.name in names:
        identifier.replace(exp.to_identifier(names[identifier.name]))


def ctes_in_place(text: str, dialect: str) -> str:
    """Return the SQL with each CTE written where it is used."""
    return as_tree(text, dialect, _with_ctes_in_place)


def _with_ctes_in_place(tree: exp.Expr) -> exp.Expr:
    for clause in list(tree.find_all(exp.With)):
        if clause.recursive or clause.parent is None:
            continue
        made: dict[str, exp.Expr] = {}
        for cte in clause.expressions:
            if isinstance(cte.this, exp.Query) and not cte.args["alias"].columns:
                made[cte.alias] = _inlined(cte.this.copy(), made)
        clause.set("expressions", [cte for cte in clause.expressions if cte.alias not in made])
        _inlined(clause.parent, made)
        if not clause.expressions:
            clause.pop()
    return tree


def _inlined(query: exp.Expr, made: Mapping[str, exp.Expr]) -> exp.Expr:
    for table in list(query.find_all(exp.Table)):
        if not table.db and table.name in made and not table.args.get("joins"):
            query_of = exp.Subquery(this=made[table.name].copy())
            query_of.set("alias", exp.TableAlias(this=exp.to_identifier(table.alias_or_name)))
            table.replace(query_of)
    return query


MIRRORED: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.EQ: exp.EQ,
    exp.NEQ: exp.NEQ,
    exp.LT: exp.GT,
    exp.GT: exp.LT,
    exp.LTE: exp.GTE,
    exp.GTE: exp.LTE,
}


def operands_turned(text: str, dialect: str) -> str:
    """Return the SQL with the operands of AND, OR and comparisons exchanged, IN-lists shuffled."""
    return as_tree(text, dialect, _with_operands_turned)


def _with_operands_turned(tree: exp.Expr) -> exp.Expr:
    dice = random.Random(SEED)  # noqa: S311 - a shuffle that is the same in each run
    for node in list(tree.find_all(exp.And, exp.Or, *MIRRORED, exp.In)):
        if isinstance(node, exp.In):
            dice.shuffle(node.expressions)
            node.set("expressions", node.expressions)
        elif not _assigns(node):
            left, right = node.this.copy(), node.expression.copy()
            turned = MIRRORED.get(type(node), type(node))
            new = turned(this=right, expression=left)
            if node is tree:
                return new
            node.replace(new)
    return tree


def _assigns(node: exp.Expr) -> bool:
    """Return whether a comparison is the `column = value` of an UPDATE, or a property."""
    return isinstance(node, exp.EQ) and not node.find_ancestor(
        exp.Where, exp.Join, exp.Having, exp.Case, exp.If, exp.Select
    )


def joins_in_another_order(text: str, dialect: str) -> str:
    """Return the SQL with inner joins the other way round, their conditions in WHERE."""
    return as_tree(text, dialect, _with_joins_turned)


def _with_joins_turned(tree: exp.Expr) -> exp.Expr:
    for select in list(tree.find_all(exp.Select)):
        joins = select.args.get("joins") or []
        inner = list(itertools.takewhile(_turns, joins))
        if not inner or _is_positional(select):
            continue
        sources = [select.args["from_"].this, *(join.this for join in inner)]
        conditions = [join.args["on"].copy() for join in inner]
        first, *others = reversed([source.copy() for source in sources])
        select.set("from_", exp.From(this=first))
        crossed = [exp.Join(this=other, kind="CROSS") for other in others]
        select.set("joins", [*crossed, *joins[len(inner) :]])
        for condition in conditions:
            select.where(condition, copy=False)
    return tree


def _turns(join: exp.Join) -> bool:
    plain = not join.side and join.kind in {"", "INNER"} and not join.args.get("using")
    return bool(plain and join.args.get("on")) and isinstance(join.this, exp.Table | exp.Subquery)


def _is_positional(select: exp.Select) -> bool:
    """Return whether the columns of a SELECT come in the order of its inputs."""
    return any(item.is_star for item in select.expressions) or bool(select.args.get("laterals"))


# --- Python --------------------------------------------------------------------------------------


def unparsed(text: str, dialect: str) -> str:  # noqa: ARG001 - SQL only
    """Return Python in the layout of `ast.unparse`, without comments."""
    return ast.unparse(ast.parse(text)) + "\n"


def variables_renamed(text: str, dialect: str) -> str:  # noqa: ARG001 - SQL only
    """Return Python with other names for the variables that only this file can see."""
    tree = ast.parse(text)
    names = {name: f"{name}_again" for name in sorted(_own_variables(tree))}
    if not names:
        return text
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = names.get(node.id, node.id)
    return ast.unparse(tree) + "\n"


def _own_variables(tree: ast.Module) -> set[str]:
    """Return the variables of functions and, in a script, of the module."""
    is_script = not any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in tree.body)
    scopes: list[ast.AST] = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    scopes += [tree] if is_script else []
    assigned = {
        node.id
        for scope in scopes
        for node in ast.walk(scope)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    return assigned - _seen_elsewhere(tree)


def _seen_elsewhere(tree: ast.Module) -> set[str]:
    """Return names that callers, other modules or other scopes know: constants, parameters, …."""
    names = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    for node in ast.walk(tree):
        match node:
            case ast.Global(names=declared) | ast.Nonlocal(names=declared):
                names.update(declared)
            case ast.ClassDef(body=body):
                names.update(
                    part.id for item in body for part in ast.walk(item)
                    if isinstance(part, ast.Name) and not isinstance(item, ast.FunctionDef)
                )  # fmt: skip
            case ast.Name(id=name) if name.isupper():
                names.add(name)
            case _:
                pass
    return names


TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.Eq,
    ast.NotEq: ast.NotEq,
    ast.Lt: ast.Gt,
    ast.Gt: ast.Lt,
    ast.LtE: ast.GtE,
    ast.GtE: ast.LtE,
}


def conditions_turned(text: str, dialect: str) -> str:  # noqa: ARG001 - SQL only
    """Return Python with the two sides of each comparison and of each `&` exchanged."""
    tree = ast.parse(text)
    opaque = {
        part for node in ast.walk(tree) if isinstance(node, ast.Lambda) for part in ast.walk(node)
    }
    for node in ast.walk(tree):
        match node:
            case _ if node in opaque:
                pass  # run for each row and compared by its code
            case ast.BinOp(op=ast.BitAnd()):
                node.left, node.right = node.right, node.left
            case ast.Compare(ops=[operator], comparators=[right]) if type(operator) in TURNED:
                node.left, node.comparators = right, [node.left]
                node.ops = [TURNED[type(operator)]()]
            case _:
                pass
    turned = ast.unparse(tree)
    return text if turned == ast.unparse(ast.parse(text)) else turned + "\n"


def in_cells(text: str, rewrite: Callable[[str], str]) -> str:
    """Return a notebook with `rewrite` applied to its cells of plain Python."""
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and not re.search(r"^\s*[%!]", source, re.MULTILINE):
            cell["source"] = rewrite(source).splitlines(keepends=True)
    return json.dumps(notebook)


# --- all of them over all folders ----------------------------------------------------------------

SQL_REWRITINGS: tuple[Rewriting, ...] = (
    reprinted,
    keywords_in_another_case,
    comments_and_line_breaks,
    aliases_renamed,
    ctes_in_place,
    operands_turned,
    joins_in_another_order,
)
PYTHON_REWRITINGS: tuple[Rewriting, ...] = (unparsed, variables_renamed, conditions_turned)
REWRITINGS = {rewriting.__name__: rewriting for rewriting in SQL_REWRITINGS + PYTHON_REWRITINGS}


def contents(folder: Path) -> str:
    """Return a digest of all files below a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def folders() -> dict[str, Path]:
    """Return every folder of code below `tests/cases` by its name, equal ones once."""
    found = [case / "repo" for case in casebook.folders(CASES / "scan", "repo")]
    for case in casebook.folders(CASES / "report", "base"):
        found.append(case / "base")
        if case.name.startswith("quiet-"):
            found.append(case / "head")  # other code than its base, though it means the same
    once = {contents(folder): folder for folder in reversed(found)}
    return {folder.relative_to(CASES).as_posix(): folder for folder in sorted(once.values())}


FOLDERS = folders()


def rewritten(folder: Path, target: Path, rewriting: Rewriting) -> int:
    """Write `folder` to `target` with each file rewritten, and return how many changed."""
    shutil.copytree(folder, target)
    files = open_folder(folder, configuration(on_disk(folder), Options()))
    changed = 0
    for path in files.selected():
        before = (target / path).read_text(encoding="utf-8")
        after = _rewritten_file(path, before, files.dialect(path), rewriting)
        if after != before:
            (target / path).write_text(after, encoding="utf-8")
            changed += 1
    return changed


def _rewritten_file(path: str, text: str, dialect: str, rewriting: Rewriting) -> str:
    is_sql = rewriting in SQL_REWRITINGS
    try:
        if Path(path).suffix in SQL_SUFFIXES:
            return rewriting(text, dialect) if is_sql and "/macros/" not in f"/{path}" else text
        if is_sql:
            return text
        if path.endswith(".ipynb") and rewriting is unparsed:
            return in_cells(text, lambda source: rewriting(source, dialect))
        if path.endswith(".py") and not text.startswith(EXPORT):
            return rewriting(text, dialect)
    except SyntaxError:
        return text  # a case of a file that does not parse
    return text


@pytest.mark.parametrize("rewriting", REWRITINGS)
@pytest.mark.parametrize("folder", FOLDERS)
def test_a_rewrite_is_no_change(folder: str, rewriting: str, tmp_path: Path) -> None:
    target = tmp_path / "head"
    if rewritten(FOLDERS[folder], target, REWRITINGS[rewriting]):
        report = casebook.reported(FOLDERS[folder], target)
        found = [f"{item.rule} {item.dataset} {item.column}: {item.before} -> {item.after}"
                 for item in report.changes]  # fmt: skip
        assert not found


def _named_by_place(folder: Path) -> bool:
    """Return whether files are found or named by their path: models, layouts, included files."""
    settings = folder / "guardian.yml"
    layouts = settings.exists() and "tables:" in settings.read_text(encoding="utf-8")
    includes = any("\n\\ir " in path.read_text(encoding="utf-8") for path in folder.rglob("*.sql"))
    return layouts or includes or (folder / "dbt_project.yml").exists()


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_moved_script_is_no_change(folder: str, tmp_path: Path) -> None:
    target = tmp_path / "head"
    shutil.copytree(FOLDERS[folder], target)
    if _named_by_place(target):
        return
    _move_scripts(target)
    assert casebook.reported(FOLDERS[folder], target).changes == ()


LOUD = {
    f"{case.parent.name}/{case.name}": case
    for case in casebook.folders(CASES / "report", "base")
    if not case.name.startswith("quiet-")
}


def known_by(base: Path, head: Path) -> set[str]:
    """Return what is reported, by its fingerprints."""
    return {
        f"{change.rule} {change.dataset}.{change.column}: {change.fingerprint}"
        for change in casebook.reported(base, head).changes
        if change.rule != "acceptance-expired"
    }


@pytest.mark.parametrize("rewriting", REWRITINGS)
@pytest.mark.parametrize("name", LOUD)
def test_a_rewrite_leaves_every_fingerprint_as_it_is(
    name: str, rewriting: str, tmp_path: Path
) -> None:
    case, target = LOUD[name], tmp_path / "case" / "head"
    if rewritten(case / "head", target, REWRITINGS[rewriting]):
        assert known_by(case / "base", target) == known_by(case / "base", case / "head")


@pytest.mark.parametrize("name", LOUD)
def test_a_moved_script_leaves_every_fingerprint_as_it_is(name: str, tmp_path: Path) -> None:
    case, target = LOUD[name], tmp_path / "head"
    shutil.copytree(case / "head", target)
    if not _named_by_place(target):
        _move_scripts(target)
        assert known_by(case / "base", target) == known_by(case / "base", case / "head")


def _move_scripts(target: Path) -> None:
    for path in sorted(target.rglob("*.sql")):
        moved = target / "moved" / path.parent.relative_to(target) / f"{path.stem}_renamed.sql"
        moved.parent.mkdir(parents=True, exist_ok=True)
        path.rename(moved)


@pytest.mark.parametrize("rewriting", REWRITINGS)
def test_a_rewriting_has_enough_to_rewrite(rewriting: str, tmp_path: Path) -> None:
    changed = [
        rewritten(folder, tmp_path / str(number), REWRITINGS[rewriting])
        for number, folder in enumerate(FOLDERS.values())
    ]
    assert sum(map(bool, changed)) >= 5

"""Oracle's `(+)`: a condition in WHERE that makes a table the optional side of a join."""

from dataclasses import dataclass

from sqlglot import exp

from guardian.languages.expressions import Scope


@dataclass(frozen=True, slots=True)
class Marked:
    """What WHERE says of joins: the conditions by the alias they mark, and the conditions left."""

    by_alias: dict[str, list[exp.Expr]]
    rest: list[exp.Expr]


def marks_of(tree: exp.Expr, scope: Scope) -> Marked | None:
    """Return the marked conditions of a SELECT, None where it has none."""
    where = tree.args.get("where")
    if scope.source is not None and "(+)" not in scope.source.text:
        return None
    if where is None or not any(
        column.args.get("join_mark") for column in where.find_all(exp.Column)
    ):
        return None
    found = Marked({}, [])
    for part in where.this.flatten() if isinstance(where.this, exp.And) else [where.this]:
        aliases = {
            scope.name(column.args.get("table"))
            for column in part.find_all(exp.Column)
            if column.args.get("join_mark") and column.args.get("table") is not None
        }
        if len(aliases) == 1:
            found.by_alias.setdefault(aliases.pop(), []).append(part)
        else:
            found.rest.append(part)
    return found


def ordered(
    first: exp.Expr, joins: list[exp.Expr], marked: Marked, scope: Scope
) -> tuple[exp.Expr, list[exp.Expr]]:
    """Return FROM and joins with each marked table as a left join, behind what it is joined to."""
    tables = [first, *(join.this for join in joins if _is_plain(join))]
    others = [join for join in joins if not _is_plain(join)]
    optional = {
        name: table for table in tables if (name := _alias(table, scope)) in marked.by_alias
    }
    kept = [table for table in tables if _alias(table, scope) not in optional]
    if not kept:
        return first, joins
    made: list[exp.Expr] = [exp.Join(this=table) for table in kept[1:]]
    known = {_alias(table, scope) for table in kept}
    while optional:
        ready = next(
            (name for name in optional if _partners(name, marked, scope) <= known),
            next(iter(optional)),
        )
        condition = exp.and_(*marked.by_alias[ready], copy=False)
        made.append(exp.Join(this=optional.pop(ready), side="LEFT", on=condition))
        known.add(ready)
    return kept[0], [*made, *others]


def _is_plain(join: exp.Expr) -> bool:
    """Return whether a join is a comma, or has nothing of its own to say of its rows."""
    return isinstance(join, exp.Join) and not any(
        join.args.get(key) for key in ("on", "using", "side", "method")
    )


def _alias(table: exp.Expr, scope: Scope) -> str:
    alias = table.args.get("alias")
    return scope.name(alias.this if isinstance(alias, exp.TableAlias) else table.this)


def _partners(name: str, marked: Marked, scope: Scope) -> set[str]:
    """Return the other tables that the conditions of a marked one name."""
    return {
        scope.name(column.args["table"])
        for condition in marked.by_alias[name]
        for column in condition.find_all(exp.Column)
        if column.args.get("table") is not None
    } - {name}

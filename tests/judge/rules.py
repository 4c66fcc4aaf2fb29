"""A rule turns one place of a statement into another text; rewrites and mutations are made of rules."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeAlias

from sqlglot import exp

Tables: TypeAlias = Mapping[str, Mapping[str, str]]  # type by column, of each declared table


@dataclass(frozen=True, slots=True)
class Setting:
    """What a rule may know of its surroundings: the dialect, the declared tables, a seeded chance."""

    dialect: str
    chance: Random
    tables: Tables = field(default_factory=dict)

    def name(self, prefix: str) -> str:
        """Return a name that nothing else has."""
        return f"{prefix}_{self.chance.randrange(100_000)}"


# Takes a place of the tree, which stays as it is; returns what is to stand there, None for nothing.
Replacing: TypeAlias = Callable[[Any, Setting], exp.Expr | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of rewrite or of mutation: what it looks for, and what it makes of it."""

    name: str
    at: tuple[type[exp.Expr], ...]
    replacing: Replacing
    dialects: frozenset[str] = frozenset()  # all where empty

    def applied(self, tree: exp.Expr, setting: Setting) -> exp.Expr | None:
        """Return the statement with one place of it, chosen by chance, turned; None without one."""
        if self.dialects and setting.dialect not in self.dialects:
            return None
        new = tree.copy()
        places = list(new.find_all(*self.at))
        setting.chance.shuffle(places)
        for place in places:
            if any(column.args.get("join_mark") for column in place.find_all(exp.Column)):
                continue  # `a = b (+)` says more than a condition, and only where it stands
            if setting.dialect in {"mysql", "sqlite"} and _is_a_name(place):
                continue
            made = self.replacing(place, setting)
            if made is None:
                continue
            if place is new:
                return made
            place.replace(made)
            return new
        return None


def _is_a_name(place: exp.Expr) -> bool:
    """Return whether a text stands where it names a column, too: `SELECT count(*) FROM t`."""
    item: exp.Expr | None = place
    while item is not None and not _is_listed(item):
        item = item.parent
    return item is not None and not isinstance(item, exp.Alias | exp.Column | exp.Star)


def _is_listed(node: exp.Expr) -> bool:
    return node.arg_key == "expressions" and isinstance(node.parent, exp.Select)


class Book:
    """The rules of one page, in the order in which they are written there."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []

    def rule(
        self, name: str, *at: type[exp.Expr], dialects: str = ""
    ) -> Callable[[Replacing], Replacing]:
        """Return what adds a function to the book as the rule called `name`."""

        def added(replacing: Replacing) -> Replacing:
            self.rules.append(Rule(name, at, replacing, frozenset(dialects.split())))
            return replacing

        return added


def wrapped(node: exp.Expr) -> exp.Expr:
    """Return a copy that binds as one operand."""
    plain = isinstance(node, exp.Column | exp.Literal | exp.Paren | exp.Func | exp.Null)
    return (
        node.copy() if plain and not isinstance(node, exp.Case | exp.And | exp.Or) else paren(node)
    )


def paren(node: exp.Expr) -> exp.Expr:
    """Return a copy in parentheses."""
    return exp.Paren(this=node.copy())


def negated(node: exp.Expr) -> exp.Expr:
    """Return NOT of a copy."""
    return exp.Not(this=paren(node))


def conjuncts(node: exp.Expr | None) -> list[exp.Expr]:
    """Return the parts that an AND joins."""
    while isinstance(node, exp.Paren):
        node = node.this
    if isinstance(node, exp.And):
        return conjuncts(node.this) + conjuncts(node.expression)
    return [] if node is None else [node]


def disjuncts(node: exp.Expr) -> list[exp.Expr]:
    """Return the parts that an OR joins."""
    if isinstance(node, exp.Paren):
        return disjuncts(node.this)
    if isinstance(node, exp.Or):
        return disjuncts(node.this) + disjuncts(node.expression)
    return [node]


def all_of(parts: list[exp.Expr]) -> exp.Expr:
    """Return the parts joined by AND."""
    made = wrapped(parts[0])
    for part in parts[1:]:
        made = exp.And(this=made, expression=wrapped(part))
    return made


def any_of(parts: list[exp.Expr]) -> exp.Expr:
    """Return the parts joined by OR."""
    made = wrapped(parts[0])
    for part in parts[1:]:
        made = exp.Or(this=made, expression=wrapped(part))
    return exp.Paren(this=made) if len(parts) > 1 else made


def is_condition(node: exp.Expr) -> bool:
    """Return whether a comparison is one, not the `column = value` of an UPDATE or of an option."""
    inside = node.find_ancestor(exp.Where, exp.Having, exp.Qualify, exp.Join, exp.If, exp.Set)
    return inside is not None and not isinstance(inside, exp.Set) and not _is_key(node)


def _is_key(node: exp.Expr) -> bool:
    return node.arg_key == "using"


def is_pure(node: exp.Expr) -> bool:
    """Return whether a value may be written twice: no query, nothing that differs by call."""
    return node.find(exp.Query, exp.Anonymous, exp.Rand, exp.Uuid, exp.Window, exp.Unnest) is None


def integer(node: exp.Expr | None) -> int | None:
    """Return a whole number that is written out."""
    plain = isinstance(node, exp.Literal) and not node.is_string and str(node.this).isdigit()
    return int(str(node.this)) if plain and node is not None else None


def number(value: int) -> exp.Expr:
    """Return a whole number, the sign in front."""
    literal = exp.Literal.number(abs(value))
    return literal if value >= 0 else exp.Paren(this=exp.Neg(this=literal))

"""Sums and products of whole numbers, as polynomials: they may be put together in any order."""

from collections.abc import Callable, Iterable
from typing import TypeAlias

from guardian.model.expression import Expression, const, in_order, is_const, name_of, plain

Atoms: TypeAlias = tuple[Expression, ...]
Polynomial: TypeAlias = dict[Atoms, int]

SUMS = frozenset({"add", "sub", "mul", "neg"})
MOST_TERMS = 24


def polynomial(expression: Expression) -> Polynomial:
    """Return a computation with whole numbers as products of atoms and how often each is taken."""
    if is_const(expression, "number"):
        return {(): int(expression.value[1])}
    name = name_of(expression)
    if expression.op != "call" or expression.value[1] or name not in SUMS:
        return {(expression,): 1}
    parts = [polynomial(arg) for arg in expression.args]
    if name == "neg":
        return {atoms: -count for atoms, count in parts[0].items()}
    if name == "mul":
        return _product(expression, parts)
    total = dict(parts[0])
    for part in parts[1:]:
        for atoms, count in part.items():
            total[atoms] = total.get(atoms, 0) + (count if name == "add" else -count)
    return total


def _product(expression: Expression, parts: Iterable[Polynomial]) -> Polynomial:
    total: Polynomial = {(): 1}
    for part in parts:
        if len(total) * len(part) > MOST_TERMS:
            return {(expression,): 1}
        made: Polynomial = {}
        for one, times in total.items():
            for other, count in part.items():
                atoms = in_order((*one, *other))
                made[atoms] = made.get(atoms, 0) + times * count
        total = made
    return total


def whole(expression: Expression, never_null: Callable[[Expression], bool]) -> Expression:
    """Return a computation with whole numbers in the one form of all that mean the same.

    What is taken no times stays where it may be NULL: `x - x` is no zero.
    """
    terms = polynomial(expression)
    kept = {
        atoms: count
        for atoms, count in terms.items()
        if count or not all(map(never_null, atoms)) or not atoms
    }
    if not kept.get((), 1) and len(kept) > 1:
        del kept[()]
    written = [_term(atoms, count) for atoms, count in sorted(kept.items(), key=_by_digest)]
    if not written:
        return const("number", "0")
    return written[0] if len(written) == 1 else plain("add", in_order(written))


def _by_digest(item: tuple[Atoms, int]) -> tuple[bytes, ...]:
    return tuple(atom.digest for atom in item[0])


def _term(atoms: Atoms, count: int) -> Expression:
    number = const("number", str(count))
    if not atoms:
        return number
    if count == 1 and len(atoms) == 1:
        return atoms[0]
    factors = atoms if count == 1 else (*atoms, number)
    return plain("mul", in_order(factors))

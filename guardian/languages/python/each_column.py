"""The name that stands for every column of a frame whose columns are not known."""

from guardian.languages.python.machine import Machine
from guardian.languages.python.values import (
    MISSING,
    Call,
    Text,
    Unknown,
    Value,
    symbol,
    to_text,
)


class EachColumn(Text):
    """The name of every column of a frame whose columns are not known, but those of `excluded`.

    `certain` is False where a test that only a run would tell has narrowed it.
    """

    # What a plan calls the column that an item stands for, whichever it is.
    NAME = "{column}"
    handle: int
    excluded: tuple[str, ...]
    certain: bool

    @classmethod
    def of(
        cls, handle: int, excluded: tuple[str, ...] = (), *, certain: bool = True
    ) -> "EachColumn":
        """Return the name of each column of the plan `handle`."""
        made = cls(symbol("column"))
        made.handle, made.excluded, made.certain = handle, excluded, certain
        return made

    def membership(self, others: Value, *, positive: bool) -> Value:
        """Return the test `column not in [...]`, which narrows.

        Any other test leaves it uncertain.
        """
        names = others if isinstance(others, list | tuple | set | frozenset) else ()
        if not positive and names and all(type(name) is str for name in names):
            listed = sorted(names, key=str) if isinstance(names, set | frozenset) else names
            return ColumnTest(self.without(tuple(str(name) for name in listed)))
        return ColumnTest(self.partial())

    def operate(self, sign: str, other: Value, machine: Machine, *, reflected: bool) -> Value:
        """Return what an operator gives: `!=` narrows, `+` makes another name."""
        del machine
        if sign == "!=" and type(other) is str:
            return ColumnTest(self.without((other,)))
        if sign == "+":
            parts = (to_text(other), str(self)) if reflected else (str(self), to_text(other))
            return Text("".join(parts))
        return ColumnTest(self.partial())

    def without(self, names: tuple[str, ...]) -> "EachColumn":
        """Return it with more names left out."""
        return EachColumn.of(self.handle, (*self.excluded, *names), certain=self.certain)

    def partial(self) -> "EachColumn":
        """Return it as only some of the columns."""
        return EachColumn.of(self.handle, self.excluded, certain=False)

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return nothing: a string has no attributes that matter."""
        del name, machine
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return what a string method gives.

        Spark does not tell cases apart, so they stay the same name.
        """
        if name in {"lower", "upper", "strip", "casefold"}:
            return self
        if name in {"startswith", "endswith"}:
            return ColumnTest(self.partial())
        from guardian.languages.python.containers import text_method  # noqa: PLC0415 - rare

        return text_method(Text(self), name, call)


class ColumnTest(Unknown):
    """A test of a column's name; `narrowed` is the name where the test holds."""

    def __init__(self, narrowed: EachColumn) -> None:
        """Remember what is left."""
        super().__init__()
        self.narrowed = narrowed

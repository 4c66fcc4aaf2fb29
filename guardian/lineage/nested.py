"""Values inside values: what a struct's field was built from, which element a generator gives."""

from dataclasses import dataclass, field

from guardian.lineage.structs import element_of, fields_of, is_document, pair_of
from guardian.lineage.types import Types
from guardian.model.calls import struct_part
from guardian.model.expression import Expression, name_of

# Functions that give the elements of an array, each a row.
EXPLODING = frozenset({
    "explode", "explode_outer", "posexplode", "posexplode_outer", "unnest", "array_join", "inline",
    "inline_outer",
})  # fmt: skip
_NUMBERED = frozenset({"posexplode", "posexplode_outer"})
# Functions that give an array with the same elements, or one of them.
ELEMENT = frozenset({"index", "element_at", "slice"})
ARRAYS = ELEMENT | {"array", "sort_array", "array_sort", "array_distinct", "explode"}
_SAME = frozenset({"member", "maybe", "fanned", "outer"})
COUNTED = "counted:"
# Options of `unnest`: the elements of an array of rows become columns (Trino), the last one counts.
EXPANDED, ORDINAL = "expanded", "expanded ordinal"


def seen_through(value: Expression) -> Expression:
    """Return the value itself, where it is looked at through joins and groups."""
    while value.op in _SAME:
        value = value.args[1] if value.op == "member" else value.args[0]
    return value


def counted(generator: Expression) -> tuple[int, ...]:
    """Return the positions of a generator's columns that only count (`FOR ORDINALITY`)."""
    option = str(generator.value[1]) if generator.op == "call" else ""
    if not option.startswith(COUNTED):
        return ()
    return tuple(int(part) for part in option.removeprefix(COUNTED).split(","))


def built_from(value: Expression, name: str) -> Expression | None:
    """Return what field `name` was built from, of a struct gathered, looked up or exploded."""
    while True:
        exploded = _exploded(value) if value.op == "field" else None
        if value.op in _SAME:
            value = seen_through(value)
        elif value.op == "aggregate" and value.value[3] == 1:
            value = value.args[0]
        elif value.op in {"scalar", "array_rows"}:
            value = value.args[1]
        elif exploded is not None:
            value = exploded
        elif value.op == "call" and value.value[0] in ARRAYS and value.args:
            value = value.args[0]
        else:
            return struct_part(value, name)


def element_names(array: Expression, types: Types) -> tuple[str, ...]:
    """Return the fields of an array's elements, by its type or the structs that it is made of."""
    named = tuple(name for name, _ in fields_of(element_of(types.of(array))))
    if named or name_of(array) != "array" or not array.args or name_of(array.args[0]) != "struct":
        return named
    return tuple(str(array.args[0].value[1]).split(","))


def _exploded(value: Expression) -> Expression | None:
    """Return the array that a generator's column is an element of."""
    relation = value.args[0].args[0]
    if relation.op != "generate" or relation.value[0] == "unpivot" or not relation.args[0].args:
        return None
    return relation.args[0].args[0]


def taken_from_array(value: Expression) -> bool:
    """Return whether a value, or the struct that it is a field of, is an element of an array."""
    value = seen_through(value)
    while value.op == "call" and value.value[0] == "field":
        value = seen_through(value.args[0])
    if value.op == "call":
        return value.value[0] in ELEMENT
    return value.op == "field" and value.args[0].args[0].op == "generate"


@dataclass(frozen=True, slots=True)
class Nested:
    """Tells which part of its arguments a generator's column is, by the declared types."""

    types: Types = field(default_factory=lambda: Types(lambda *_: None))

    def has_fields(self, value: Expression) -> bool:
        """Return whether a field of `value` may be a nested column: documents have none."""
        return not is_document(self.types.of(value))

    def is_pair(self, relation: Expression) -> bool:
        """Return whether a generator gives the keys and values of a map, a column each."""
        name = name_of(relation.args[0])
        return name.startswith(("explode", "posexplode")) and relation.value[2] == (
            3 if name in _NUMBERED else 2
        )

    def element(self, relation: Expression, place: object) -> tuple[Expression, str] | None:
        """Return the array, and the field of its elements, that a generator's column holds.

        `place` is the column's position, or the name of a field. None: the column only counts.
        """
        generator = relation.args[0]
        if not isinstance(place, int):
            return generator.args[0], "" if place == "*" else str(place)
        name, option = generator.value
        if name in _NUMBERED:
            place -= 1
        if name == "unnest":
            if option == ORDINAL and place == relation.value[2] - 1:
                return None
            given = relation.value[2] - (option == ORDINAL)
            expanded = option.startswith(EXPANDED)
            return self._of_several(generator.args, place, given if expanded else 0)
        if name.startswith("inline"):
            fields = element_names(generator.args[0], self.types)
            return generator.args[0], fields[place] if place < len(fields) else ""
        return generator.args[0], ""

    def _of_several(
        self, arrays: tuple[Expression, ...], place: int, expanded: int
    ) -> tuple[Expression, str] | None:
        """Return what the array at `place` gives; `expanded` counts the columns if fields are."""
        if expanded in {0, len(arrays)}:
            return (arrays[place], "") if place < len(arrays) else None
        made: list[tuple[Expression, str]] = []
        known = True
        for array in arrays:
            kind = self.types.of(array)
            names = [name for name, _ in fields_of(element_of(kind))]
            width = 2 if pair_of(kind) else 1
            made += [(array, name) for name in names] or [(array, "")] * width
            known = known and kind is not None
        if not known and len(arrays) == 1:
            return arrays[0], ""
        return made[place] if place < len(made) else None

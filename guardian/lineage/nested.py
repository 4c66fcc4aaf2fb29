"""Values inside values: what a struct's field was built from, which element a generator gives."""

from dataclasses import dataclass, field

from guardian.lineage.relation import rewrite
from guardian.lineage.structs import element_of, fields_of, is_document, pair_of
from guardian.lineage.types import Types
from guardian.model.calls import call, struct_part
from guardian.model.expression import Expression, make, name_of

# Functions that give the elements of an array, each a row.
EXPLODING = frozenset({
    "explode", "explode_outer", "posexplode", "posexplode_outer", "unnest", "array_join", "inline",
    "inline_outer",
})  # fmt: skip
_NUMBERED = frozenset({"posexplode", "posexplode_outer"})
# Functions that give an array with the same elements, or one of them.
ELEMENT = frozenset({"index", "element_at", "slice", "array_slice"})
ARRAYS = ELEMENT | {
    "array", "sort_array", "array_sort", "array_distinct", "array_compact", "array_remove",
    "reverse", "array_reverse", "shuffle", "explode",
}  # fmt: skip
# Functions that call a lambda on the elements of an array.
HIGHER = {
    "transform": "transform", "list_transform": "transform", "array_transform": "transform",
    "apply": "transform", "list_apply": "transform", "filter": "filter", "list_filter": "filter",
    "array_filter": "filter", "arrayfilter": "filter",
}  # fmt: skip
# Aggregates and window functions that give one of the values that they are given.
_PICKING = frozenset({"max_by", "min_by", "any_value", "first", "last", "array_agg"})
_OF_WINDOW = frozenset({"first_value", "last_value", "nth_value", "lag", "lead"})
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


def is_gathered(value: Expression) -> bool:
    """Return whether a value is taken of an aggregate, such as `collect_list`."""
    found: Expression | None = value
    while found is not None and found.op != "aggregate":
        found = inside(found)
    return found is not None


def built_from(value: Expression, name: str) -> Expression | None:
    """Return what field `name` was built from, of a struct gathered, looked up or exploded."""
    while True:
        if _elements(value):
            return _of_elements(value, name)
        if name_of(value) in CHANGING:
            return _of_changed(value, name)
        within = inside(value)
        if within is None:
            return struct_part(value, name)
        value = within


# Functions that give a struct with some of its fields put in its place, or left out.
CHANGING = frozenset({"with_field", "drop_fields"})


def _of_changed(value: Expression, name: str) -> Expression:
    """Return a field of a struct that was given others, `s.withField("a", x)`."""
    put = name_of(value) == "with_field" and _constant(value.args[1]) == name.lower()
    return value.args[2] if put else call("field", (value.args[0],), name)


def fields_left(value: Expression, types: Types) -> tuple[Expression, ...]:
    """Return what a changed struct's fields are built from; the struct where nobody lists them."""
    struct, *others = value.args
    names = [name.lower() for name, _ in fields_of(types.of(struct))]
    put = (others[-1],) if name_of(value) == "with_field" else ()
    gone = {_constant(part) for part in (others[:1] if put else others)}
    kept = [call("field", (struct,), name) for name in names if name not in gone]
    return (*(kept if names else (struct,)), *put)


def _constant(value: Expression) -> str:
    return str(value.value[1]).lower() if value.op == "const" else ""


def _elements(value: Expression) -> tuple[Expression, ...]:
    """Return the structs of an array that is written out, whatever type it is given."""
    value = uncast(value)
    written = name_of(value) == "array" and all(name_of(part) in _STRUCTS for part in value.args)
    return value.args if written else ()


def uncast(value: Expression) -> Expression:
    """Return a value without the type that it is given."""
    while name_of(value) in {"cast", "try_cast"}:
        value = value.args[0]
    return value


_STRUCTS = frozenset({"struct", "tuple"})


def _of_elements(array: Expression, name: str) -> Expression | None:
    """Return a field of an array's elements, from each of them: by its name, else by its place."""
    parts = _elements(array)
    declared = element_of(str(array.value[1])) if name_of(array) != "array" else None
    names = [field for field, _ in fields_of(declared)] or str(parts[0].value[1]).split(",")
    folded = [field.strip().lower() for field in names]
    if name.lower() not in folded:
        return None
    place = folded.index(name.lower())
    found = [
        struct_part(part, name) or (part.args[place] if place < len(part.args) else None)
        for part in parts
    ]
    known = dict.fromkeys(part for part in found if part is not None)
    return next(iter(known)) if len(known) == 1 else make("merge", known)


def inside(value: Expression) -> Expression | None:
    """Return the struct, or the array of structs, that a value is one of; None at the last one."""
    if value.op in _SAME:
        return seen_through(value)
    if value.op == "aggregate" and (value.value[3] == 1 or value.value[0] in _PICKING):
        return value.args[0]
    if value.op in {"scalar", "array_rows"}:
        return value.args[1]
    if value.op == "window":
        return inside(value.args[0])
    if value.op == "call" and value.args:
        return _inside_call(value)
    return _exploded(value) if value.op == "field" else None


def _inside_call(value: Expression) -> Expression | None:
    name, option = value.value
    if name == "field":
        return built_from(value.args[0], str(option))
    if called := higher(value):
        return value.args[0] if called == "filter" else for_each(value)
    return value.args[0] if name in ARRAYS or name in _OF_WINDOW else None


def higher(value: Expression) -> str:
    """Return `transform` or `filter` where a lambda is called on an array, else nothing."""
    called = value.op == "call" and len(value.args) == 2 and value.args[1].op == "lambda"
    return HIGHER.get(name_of(value), "") if called else ""


def for_each(value: Expression) -> Expression:
    """Return what a lambda gives for an element of the array that it is called on."""
    array, function = value.args
    element = make("call", (array,), ("element_at", ""))
    parameter = make("param", value=function.value[1])
    return rewrite(function.args[0], lambda part: element if part is parameter else None)


def element_names(array: Expression, types: Types) -> tuple[str, ...]:
    """Return the fields of an array's elements, by its type or the structs that it is made of."""
    value: Expression | None = array
    while value is not None:
        declared = fields_of(element_of(types.of(value)))
        if declared:
            return tuple(name for name, _ in declared)
        if name_of(value) == "struct":
            return tuple(str(value.value[1]).split(","))
        value = inside(value)
    return ()


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
    """Tells which part of its arguments a generator's column is, by the declared types.

    `folded` says that a field's name does not tell cases apart, though code may write it so.
    """

    types: Types = field(default_factory=lambda: Types(lambda *_: None))
    folded: bool = False

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

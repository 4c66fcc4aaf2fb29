"""Classes that are mostly fields: dataclasses, tuples, typed dicts, attrs, pydantic, enums."""

import ast
from collections.abc import Iterator

from guardian.languages.python.annotations import unpassed
from guardian.languages.python.machine import Machine
from guardian.languages.python.values import (
    MISSING,
    Bound,
    Builtin,
    Call,
    ClassValue,
    Environment,
    Function,
    Handler,
    Instance,
    Unknown,
    Value,
    known,
    text_entries,
)

FIELD_LIMIT = 500
TUPLES = frozenset({"NamedTuple"})
DICTS = frozenset({"TypedDict"})
# Mixins that make an enum's members equal to their values.
VALUE_ENUMS = frozenset({"StrEnum", "IntEnum", "str", "int"})
COPIES = frozenset({"_replace", "evolve", "copy", "model_copy"})
AS_DICTS = frozenset({"_asdict", "dict", "model_dump"})
FROM_DICTS = frozenset({"parse_obj", "model_validate", "from_dict", "construct", "model_construct"})


# What Python tells of a class under these names.
CLASS_FACTS = frozenset({"__mro__", "__bases__", "__dataclass_fields__", "__annotations__",
    "__members__", "_fields", "__module__", "model_fields", "__fields__", "__doc__"})  # fmt: skip


def class_fact(cls: ClassValue, name: str) -> Value:
    """Return what Python itself tells of a class."""
    match name:
        case "__mro__":
            return tuple(cls.lineage())
        case "__bases__":
            return cls.bases
        case "__annotations__":
            return {key: ast.unparse(node) for key, node in cls.annotated.items()}
        case "__members__":
            return {str(item.attributes["name"]): item for item in members(cls)}
        case "_fields":
            return tuple(cls.fields())
        case "__module__":
            return cls.module.name
        case "__doc__":
            return ast.get_docstring(cls.node)
        case _:
            return field_values(cls)


def has_base(cls: ClassValue, names: frozenset[str]) -> bool:
    """Return whether a class is built on one of these classes outside the repository."""
    return any(path.rpartition(".")[2] in names for base in cls.lineage() for path in base.external)


def members(cls: ClassValue) -> list[Instance]:
    """Return the members of an enum, in order; empty where the class is none."""
    return [
        item
        for item in cls.attributes.values()
        if isinstance(item, Instance) and item.cls is cls and "value" in item.attributes
    ]


def make_record(cls: ClassValue, call: Call) -> Value:
    """Return an object of a class without an `__init__` of its own: arguments are its fields."""
    enumerated = members(cls)
    if enumerated:
        return _member(enumerated, call.value(0))
    fields = cls.fields()
    given = {**dict(zip(fields, call.args, strict=False)), **call.kwargs}
    if has_base(cls, DICTS):
        first = call.value(0)
        return {**(first if isinstance(first, dict) else {}), **call.kwargs}
    instance = Instance(cls)
    for name, (annotation, owner) in fields.items():
        instance.attributes[name] = (
            given.pop(name) if name in given else _unset(cls, name, annotation, owner, call.machine)
        )
    instance.attributes.update(given)
    for name, value in _undeclared(cls):
        if name not in instance.attributes:
            instance.attributes[name] = call.machine.apply(value.owner)
    post = cls.find("__post_init__")
    if post is MISSING:
        post = cls.find("__attrs_post_init__")
    if isinstance(post, Function):
        call.machine.run_function(post, Call(call.machine, [instance], {}))
    return instance


def _member(enumerated: list[Instance], value: Value) -> Value:
    if isinstance(value, Instance):
        return value
    found = [item for item in enumerated if known(value) and item.attributes["value"] == value]
    return found[0] if found else Unknown("value")


def _undeclared(cls: ClassValue) -> Iterator[tuple[str, Bound]]:
    """Yield fields with a factory that have no annotation (`x = attr.ib(factory=list)`)."""
    for base in cls.lineage():
        for name, value in base.attributes.items():
            if isinstance(value, Bound) and value.name == "default_factory":
                yield name, value


def _unset(
    cls: ClassValue, name: str, annotation: ast.expr, owner: ClassValue, machine: Machine
) -> Value:
    """Return what a field holds that the constructor was not given."""
    default = cls.find(name)
    if isinstance(default, Bound) and default.name == "default_factory":
        return machine.apply(default.owner)
    if default is not MISSING:
        return default
    return unpassed(name, annotation, owner.closure or Environment(owner.module), machine)


def elements(instance: Instance) -> list[Value] | None:
    """Return the elements of a named tuple; None where the object is none."""
    if not has_base(instance.cls, TUPLES):
        return None
    return [instance.attributes.get(name, Unknown(name)) for name in instance.cls.fields()]


def record_method(owner: Instance | ClassValue, name: str, call: Call) -> Value:
    """Return what a method gives that such classes have without defining it; else `MISSING`."""
    if isinstance(owner, Instance) and name in COPIES:
        update = call.kwargs.get("update", {})
        changes = {**(update if isinstance(update, dict) else {}), **call.kwargs}
        return _copied(owner, changes, call)
    if isinstance(owner, Instance) and name in AS_DICTS:
        return as_dict(owner, 0)
    if isinstance(owner, ClassValue) and name in {*FROM_DICTS, "_make"}:
        first = call.value(0, "obj")
        if isinstance(first, dict):
            return call.machine.instantiate(owner, Call(call.machine, [], text_entries(first)))
        listed = call.machine.iterate(first) if name == "_make" else None
        return call.machine.instantiate(owner, Call(call.machine, listed or [], call.kwargs))
    return MISSING


def _copied(owner: Instance, changes: dict[str, Value], call: Call) -> Value:
    names = {name for name in owner.cls.fields() if _takes(owner.cls, name)}
    kept = {name: value for name, value in owner.attributes.items() if name in names}
    changed = {key: value for key, value in changes.items() if key in owner.attributes}
    return call.machine.instantiate(owner.cls, Call(call.machine, [], {**kept, **changed}))


def _takes(cls: ClassValue, name: str) -> bool:
    """Return whether the constructor takes a field: not where `field(init=False)`."""
    declared = cls.find(name)
    return not (isinstance(declared, Bound) and declared.name == "no_init")


def as_dict(value: Value, depth: int) -> Value:
    """Return an object as a dict of its fields, objects in it likewise."""
    if isinstance(value, Instance) and depth < 20 and "value" not in value.attributes:
        return {name: as_dict(item, depth + 1) for name, item in value.attributes.items()}
    if isinstance(value, list | tuple) and depth < 20:
        return type(value)(as_dict(item, depth + 1) for item in value)
    if type(value) is dict and depth < 20:
        return {key: as_dict(item, depth + 1) for key, item in value.items()}
    return value


# --- functions ------------------------------------------------------------------------------------


def _replace(call: Call) -> Value:
    value = call.value(0)
    return _copied(value, call.kwargs, call) if isinstance(value, Instance) else value


def _as_dict(call: Call) -> Value:
    return as_dict(call.value(0), 0)


def _as_tuple(call: Call) -> Value:
    value = call.value(0)
    return tuple(value.attributes.values()) if isinstance(value, Instance) else Unknown()


def _fields(call: Call) -> Value:
    value = call.value(0)
    cls = value.cls if isinstance(value, Instance) else value
    return list(field_values(cls).values()) if isinstance(cls, ClassValue) else Unknown()


def field_values(cls: ClassValue) -> dict[Value, Value]:
    """Return `__dataclass_fields__`: an object with the name, type and default of each field."""
    shown = ClassValue("Field", ast.ClassDef("Field", [], [], [], []), cls.module)
    return {
        name: Instance(
            shown, {"name": name, "type": ast.unparse(annotation), "default": cls.find(name)}
        )
        for name, (annotation, _) in list(cls.fields().items())[:FIELD_LIMIT]
    }


def field(call: Call) -> Value:
    """Return what a field declared by a call stands for: its default, or what makes it."""
    for name in ("default_factory", "factory"):
        if name in call.kwargs:
            return Bound(call.kwargs[name], "default_factory")
    default = call.kwargs.get("default", MISSING)
    if isinstance(default, Bound):
        return default
    return MISSING if isinstance(default, Unknown) and not default.name else default


def _model_field(call: Call) -> Value:
    first = call.value(0)
    if call.args and not isinstance(first, Unknown):
        return first
    return field(call)


def _named_tuple(call: Call) -> Value:
    name, names = call.value(0), call.value(1, "field_names")
    listed = (
        names.replace(",", " ").split() if isinstance(names, str) else call.machine.iterate(names)
    )
    module = call.machine.module
    if not isinstance(name, str) or listed is None or module is None:
        return Unknown()
    texts = [item[0] if isinstance(item, tuple) and item else item for item in listed]
    fields = [str(item) for item in texts if isinstance(item, str)][:FIELD_LIMIT]
    made = ClassValue(
        str(name), ast.ClassDef(str(name), [], [], [], []), module, (), ("typing.NamedTuple",)
    )
    made.annotated = {item: ast.Constant(None) for item in fields}
    defaults = call.machine.iterate(call.kwargs.get("defaults", [])) or []
    behind = fields[len(fields) - len(defaults) :] if defaults else []
    made.attributes.update(zip(behind, defaults, strict=False))
    return made


def decorator(call: Call) -> Value:
    """Return the class, or the decorator itself where it was called with options."""
    value = call.value(0)
    return value if isinstance(value, ClassValue) else Builtin("decorator", decorator)


CALLS: dict[str, Handler] = {
    "dataclasses.dataclass": decorator, "dataclasses.field": field, "dataclasses.replace": _replace,
    "dataclasses.asdict": _as_dict, "dataclasses.astuple": _as_tuple,
    "dataclasses.fields": _fields, "copy.replace": _replace,
    "attr.s": decorator, "attr.attrs": decorator, "attr.define": decorator,
    "attr.frozen": decorator, "attrs.define": decorator, "attrs.frozen": decorator,
    "attrs.mutable": decorator,
    "attr.ib": field, "attr.attrib": field, "attr.field": field, "attrs.field": field,
    "attr.Factory": lambda call: Bound(call.value(0), "default_factory"),
    "attrs.Factory": lambda call: Bound(call.value(0), "default_factory"),
    "attr.evolve": _replace, "attrs.evolve": _replace, "attr.asdict": _as_dict,
    "attrs.asdict": _as_dict,
    "pydantic.Field": _model_field, "pydantic.dataclasses.dataclass": decorator,
    "collections.namedtuple": _named_tuple, "typing.NamedTuple": _named_tuple,
    "msgspec.field": field,
}  # fmt: skip

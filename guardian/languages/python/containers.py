"""Methods of Python's own strings, lists, dicts and sets, over abstract values."""

from collections.abc import Sequence

from guardian.languages.python.branches import CONTAINER_LIMIT, TEXT_LIMIT
from guardian.languages.python.operators import hashable
from guardian.languages.python.registries import one_of, table_of_steps
from guardian.languages.python.values import (
    MISSING,
    OPEN,
    Call,
    Text,
    Unknown,
    Value,
    as_text,
    known,
    to_text,
)

TEXT_METHODS = frozenset(
    [
        "capitalize",
        "casefold",
        "center",
        "endswith",
        "expandtabs",
        "find",
        "index",
        "isalnum",
        "isalpha",
        "isdigit",
        "isidentifier",
        "islower",
        "isnumeric",
        "isspace",
        "isupper",
        "ljust",
        "lower",
        "lstrip",
        "partition",
        "removeprefix",
        "removesuffix",
        "replace",
        "rfind",
        "rindex",
        "rjust",
        "rpartition",
        "rsplit",
        "rstrip",
        "split",
        "splitlines",
        "startswith",
        "strip",
        "swapcase",
        "title",
        "upper",
        "zfill",
        "count",
    ]
)


def text_method(owner: str, name: str, call: Call) -> Value:
    """Return what a method of a string gives."""
    if name == "format":
        return _format(owner, call)
    if name == "join":
        parts = call.machine.iterate(call.value(0))
        if parts is None:
            return Text(to_text(Unknown("values")))
        texts = [to_text(part) for part in parts]
        if sum(map(len, texts)) + len(owner) * len(texts) > TEXT_LIMIT:
            return Unknown()
        return as_text(owner.join(texts), owner, *parts)
    if name in {"encode", "decode"}:
        return owner
    if name == "format_map":
        given = call.value(0)
        names = given if isinstance(given, dict) else {}
        return _format(owner, Call(call.machine, [], {str(key): names[key] for key in names}))
    if name == "translate":
        return _translated(owner, call.value(0))
    if name not in TEXT_METHODS or not all(known(arg) or isinstance(arg, str) for arg in call.args):
        return Unknown()
    if _grows_too_large(owner, name, call.args):
        return Unknown()
    try:
        made = getattr(str(owner), name)(*call.args, **call.kwargs)
    except (TypeError, ValueError, OverflowError, MemoryError):
        return Unknown()
    if isinstance(made, bool | int):
        return made if not isinstance(owner, Text) else Unknown()
    marked = _marked(made, owner, call.args)
    call.machine.inherit_origin(marked, owner)
    return marked


def translation(call: Call) -> Value:
    """Return the table of `str.maketrans`: what replaces each letter, None what goes."""
    first, second, gone = call.value(0), call.value(1), call.value(2, "", "")
    if isinstance(first, dict):
        return first
    if not all(isinstance(item, str) for item in (first, second, gone)):
        return Unknown()
    table: dict[Value, Value] = dict(zip(str(first), str(second), strict=False))
    table.update(dict.fromkeys(str(gone)))
    return table


def _translated(owner: str, table: Value) -> Value:
    if not isinstance(table, dict) or OPEN in owner:
        return Unknown()
    replaced = {
        (ord(key) if isinstance(key, str) and len(key) == 1 else key): item
        for key, item in table.items()
    }
    if not all(item is None or isinstance(item, str | int) for item in replaced.values()):
        return Unknown()
    return as_text(owner.translate(replaced)[:TEXT_LIMIT], owner)


def _grows_too_large(owner: str, name: str, args: Sequence[Value]) -> bool:
    """Return whether a method could make a string that fills the memory."""
    if name == "replace":
        longest = max((len(arg) for arg in args if isinstance(arg, str)), default=0)
        return (len(owner) + 1) * longest > TEXT_LIMIT * 20
    return any(isinstance(arg, int) and abs(arg) > TEXT_LIMIT for arg in args)


def _marked(made: object, owner: str, args: Sequence[Value]) -> Value:
    if isinstance(made, str):
        return as_text(made[:TEXT_LIMIT], owner, *args)
    if isinstance(made, list):
        return [as_text(item, owner) for item in made[:CONTAINER_LIMIT]]
    if isinstance(made, tuple):
        return tuple(as_text(item, owner) for item in made)
    return made


def _format(template: str, call: Call) -> Value:
    """Return `str.format`, field by field, so that no attribute of a real object is reached."""
    import string  # noqa: PLC0415 - used by this one function

    pieces: list[str] = []
    position, room = 0, TEXT_LIMIT
    try:
        for literal, field, spec, _ in string.Formatter().parse(template):
            pieces.append(literal)
            if field is None:
                continue
            head = field.partition(".")[0].partition("[")[0]
            index = position if head == "" else int(head) if head.isdigit() else -1
            position += head == ""
            value = (
                call.value(index, head, Unknown(head))
                if index >= 0
                else call.kwargs.get(head, Unknown(head))
            )
            shown = call.machine.shown(_descend(value, field[len(head) :], call))
            pieces.append(to_text(shown, spec or "", hint=head))
            room -= len(pieces[-1])
            if room < 0:
                return Unknown()
    except ValueError:
        return Unknown()
    made = as_text("".join(pieces)[:TEXT_LIMIT], template, *call.args, *call.kwargs.values())
    call.machine.inherit_origin(made, template)
    return made


def _descend(value: Value, path: str, call: Call) -> Value:
    for step in path.replace("[", ".").replace("]", "").split("."):
        if not step:
            continue
        if isinstance(value, dict):
            value = value.get(step, Unknown(step))
        elif isinstance(value, list | tuple) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            value = call.machine.attribute(value, step)
    return value


def list_method(owner: list[Value], name: str, call: Call) -> Value:
    """Return what a method of a list gives; those that change it do."""
    argument = call.value(0)
    match name:
        case "append":
            if len(owner) < CONTAINER_LIMIT:
                owner.append(argument)
            return None
        case "extend":
            room = max(0, CONTAINER_LIMIT - len(owner))
            owner.extend((call.machine.iterate(argument) or [Unknown()])[:room])
            return None
        case "insert":
            owner.insert(argument if isinstance(argument, int) else len(owner), call.value(1))
            return None
        case "pop":
            index = argument if isinstance(argument, int) else -1
            return owner.pop(index) if -len(owner) <= index < len(owner) else Unknown()
        case "remove":
            found = next((i for i, item in enumerate(owner) if _same(item, argument)), None)
            if found is not None:
                owner.pop(found)
            return None
        case "copy":
            return list(owner)
        case "clear" | "reverse":
            getattr(owner, name)()
            return None
        case "index" | "count":
            matches = _places(owner, argument)
            return len(matches) if name == "count" else matches[0] if matches else Unknown()
        case "sort":
            owner[:] = sorted_values(call, owner)
            return None
        case _:
            return _queue_method(owner, name, argument, call)


def _queue_method(owner: list[Value], name: str, argument: Value, call: Call) -> Value:
    """Return what a method of a deque or of a generator gives."""
    match name:
        case "appendleft":
            owner.insert(0, argument)
            return None
        case "extendleft":
            owner[:0] = reversed(call.machine.iterate(argument) or [Unknown()])
            return None
        case "popleft" | "send" | "__next__":
            return owner.pop(0) if owner else Unknown()
        case "close":
            return None
        case _:
            return Unknown()


def _places(owner: list[Value], searched: Value) -> list[int]:
    """Return where in a list a value is; one that only a run would tell is only itself."""
    if known(searched):
        return [i for i, item in enumerate(owner) if _same(item, searched)]
    return [i for i, item in enumerate(owner) if item is searched]


def _same(left: Value, right: Value) -> bool:
    return left is right or (known(left) and known(right) and left == right)


def dict_method(owner: dict[Value, Value], name: str, call: Call) -> Value:
    """Return what a method of a dict gives; those that change it do."""
    key = call.value(0)
    match name:
        case "get" | "pop" | "setdefault":
            return _found(owner, name, key, call)
        case "keys":
            return [each for each in owner if each is not MISSING]
        case "values":
            return [value for each, value in owner.items() if each is not MISSING]
        case "items":
            return [(each, value) for each, value in owner.items() if each is not MISSING]
        case "update":
            if isinstance(key, dict):
                owner.update(key)
            owner.update(call.kwargs)
            return None
        case "copy":
            return dict(owner)
        case "clear":
            owner.clear()
            return None
        case _:
            return _rare_dict_method(owner, name, key, call)


def _rare_dict_method(owner: dict[Value, Value], name: str, key: Value, call: Call) -> Value:
    match name:
        case "popitem":
            return owner.popitem() if owner else Unknown()
        case "fromkeys":
            return {each: call.value(1) for each in call.machine.iterate(key) or []}
        case "__getitem__":
            return call.machine.subscript(owner, key)
        case "__setitem__":
            owner[key] = call.value(1)
            return None
        case "new_child":
            return {**owner, **(key if isinstance(key, dict) else {})}
        case _:
            return Unknown()


def _found(owner: dict[Value, Value], name: str, key: Value, call: Call) -> Value:
    """Return what `get`, `pop` or `setdefault` finds; one of a table's functions on each path."""
    default = call.value(1, "default")
    steps = table_of_steps(owner, key) if name == "get" else {}
    if steps:
        return one_of(steps, key, call.at, call.machine)
    if not known(key) and not isinstance(key, Text):
        return Unknown(str(key) if isinstance(key, str) else "")
    found = owner.get(key, MISSING)
    if found is MISSING and isinstance(key, Text):
        return Unknown(key)
    if name == "setdefault" and found is MISSING:
        owner[key] = default
    if name == "pop":
        owner.pop(key, None)
    return default if found is MISSING else found


def set_method(owner: set[Value], name: str, call: Call) -> Value:
    """Return what a method of a set gives; those that change it do."""
    argument = call.value(0)
    others = call.machine.iterate(argument) if argument is not None else []
    match name:
        case "add":
            owner.add(hashable(argument))
            return None
        case "discard" | "remove":
            owner.discard(argument)
            return None
        case "union" | "update" | "intersection" | "difference" | "issubset" | "issuperset":
            if others is None or not all(known(item) for item in (*others, *owner)):
                return Unknown()
            made = getattr(set(owner), name)(others)
            if name == "update":
                owner.update(others)
            return made
        case "copy":
            return set(owner)
        case _:
            return Unknown()


def sorted_values(call: Call, elements: list[Value]) -> list[Value]:
    """Return `elements` sorted as the call says; as they are where that is not known."""
    key = call.kwargs.get("key")
    keyed = [
        (call.machine.apply(key, item) if key is not None else item, item) for item in elements
    ]
    if not all(known(rank) for rank, _ in keyed):
        return list(elements)
    try:
        keyed.sort(key=lambda pair: pair[0], reverse=call.kwargs.get("reverse") is True)  # type: ignore[arg-type,return-value]  # mixed types raise, caught below
    except TypeError:
        return list(elements)
    return [item for _, item in keyed]

"""The Jinja environment of models: dbt's tags and filters, nothing unsafe, each step counted."""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from jinja2 import ChainableUndefined, nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.runtime import Context, Macro
from jinja2.sandbox import SandboxedEnvironment
from typing_extensions import override

from guardian.languages.dbt.limits import MAX_TEXT, Budget, LimitError

MAX_NUMBER = 10_000
MAX_VALUES = 200_000


class MacroReturnError(Exception):
    """Carries the value of dbt's `return(…)` out of a macro."""

    def __init__(self, value: Any) -> None:
        """Carry `value`."""
        super().__init__("return outside of a macro")
        self.value = value


class Names:
    """Something whose attributes are macros."""


class Named:
    """A macro, or a function of ours that stands for one."""


class Sandbox(SandboxedEnvironment):
    """Renders templates that strangers wrote.

    Lists and dictionaries may be changed, unlike in Jinja's immutable sandbox: dbt macros collect
    columns that way, and all that they reach was made for this one rendering.
    """

    intercepted_binops = frozenset({"*", "**", "%", "+"})

    def __init__(self, undefined: type[ChainableUndefined]) -> None:
        """Make an environment in which an unknown name becomes an `undefined`."""
        super().__init__(
            undefined=undefined,
            extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols", SkippedBlocks, SnapshotBlocks],
            auto_reload=False,
            cache_size=0,
            finalize=printable,
        )
        self.budget = Budget()
        # compiled templates take it from here
        self.concat = self._concat  # type: ignore[method-assign]
        self.globals.pop("lipsum", None)
        self.filters.update(FILTERS)
        for name in (
            "center",
            "indent",
            "wordwrap",
            "xmlattr",
            "pprint",
            "format",
            "random",
            "string",
            "batch",
            "slice",
        ):
            self.filters[name] = _guarded(self, self.filters[name])
        self.filters["replace"] = self._replaced
        self.filters["join"] = _counted(self, self.filters["join"])

    @override
    def call(
        __self,  # noqa: N805  # Jinja's own signature: a keyword of a macro may be named `self`
        __context: Context,
        __obj: Any,
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        """Return what the call returns; dbt's `return` ends the macro that it stands in."""
        budget = __self.budget
        budget.step()
        if getattr(__obj, "__self__", None).__class__ in {str, bytes}:
            _guard_method(budget, __obj, args)
        budget.enter()
        try:
            return super().call(__context, __obj, *args, **kwargs)
        except MacroReturnError as returned:
            if isinstance(__obj, Macro):
                return returned.value
            raise
        finally:
            budget.depth -= 1

    @override
    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Return whether a template may see an attribute; a package's macro may be `_named` so."""
        if isinstance(obj, Names) and isinstance(value, Named):
            return not attr.startswith("__")
        return super().is_safe_attribute(obj, attr, value)

    @override
    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """Return a safe version of `str.format`, None where `value` is something else."""
        wrapped = super().wrap_str_format(value)
        if wrapped is None:
            return None

        def formatted(*args: Any, **kwargs: Any) -> str:
            _guard_widths(str(value.__self__), _BRACES_WIDTH)
            return wrapped(*map(printable, args), **kwargs)

        return formatted

    def step(self) -> None:
        """Count one round of a loop."""
        self.budget.step()

    def joined(self, *parts: Any) -> str:
        """Return what `~` gives."""
        texts = [str(printable(part)) for part in parts]
        self.budget.text(sum(map(len, texts)))
        return "".join(texts)

    def _concat(self, pieces: Iterable[str]) -> str:
        texts = list(pieces)
        self.budget.text(sum(map(len, texts)))
        return "".join(texts)

    def _replaced(self, value: Any, old: Any, new: Any, count: int | None = None) -> str:
        text = str(value)
        _guard_replace(self.budget, text, str(old), str(new))
        return text.replace(str(old), str(new), -1 if count is None else count)

    @override
    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Return what the operator gives, unless it would give too much."""
        if operator in {"*", "**"}:
            _guard_product(self.budget, operator, left, right)
        elif operator == "%" and isinstance(left, str):
            _guard_widths(left, _PERCENT_WIDTH)
        elif operator == "+" and isinstance(left, str | list):
            self.budget.text(len(left) + (len(right) if isinstance(right, str | list) else 0))
        return super().call_binop(context, operator, left, right)


def _guard_product(budget: Budget, operator: str, left: Any, right: Any) -> None:
    for value, other in ((left, right), (right, left)):
        if isinstance(value, str | list | tuple) and isinstance(other, int):
            if len(value) * other > MAX_TEXT:
                raise LimitError(f"`{operator}` would make a value of more than {MAX_TEXT} parts")
            budget.text(max(0, len(value) * other))
    if isinstance(left, int) and isinstance(right, int):
        bits = left.bit_length() * (abs(right) if operator == "**" else 1) + right.bit_length()
        if bits > MAX_NUMBER:
            raise LimitError(f"`{operator}` would make a number of more than {MAX_NUMBER} bits")


_PERCENT_WIDTH = re.compile(r"%[^a-zA-Z%]*?(?:\*|[0-9]{5})")
_BRACES_WIDTH = re.compile(r":[^{}]*?[0-9]{5}|\{[^{}]*\{")


def _guard_widths(pattern: str, widths: re.Pattern[str]) -> None:
    if widths.search(pattern):
        raise LimitError(f"a format asks for a width of more than {MAX_NUMBER}")


def printable(value: Any) -> Any:
    """Return `value`, which is about to be printed.

    Raises:
        LimitError: it is a collection with too many values, counted as often as printed.
    """
    if not isinstance(value, list | tuple | set | dict):
        return value
    pending, count = [value], 0
    while pending:
        current = pending.pop()
        count += len(current)
        if count > MAX_VALUES:
            raise LimitError(f"a collection of more than {MAX_VALUES} values is printed")
        inner = [*current.keys(), *current.values()] if isinstance(current, dict) else current
        pending.extend(v for v in inner if isinstance(v, list | tuple | set | dict))
    return value


def _guard_replace(budget: Budget, text: str, old: str, new: str) -> None:
    if len(new) > len(old):
        budget.text(len(text) + text.count(old) * (len(new) - len(old)))


def _guard_method(budget: Budget, method: Any, args: tuple[Any, ...]) -> None:
    """Refuse a method of a text that would make a far larger one."""
    name, text = method.__name__, method.__self__
    if name == "replace" and len(args) >= 2:
        _guard_replace(budget, text, str(args[0]), str(args[1]))
    elif name in {"join", "translate"}:
        parts = list(args[0]) if args and isinstance(args[0], list | tuple) else []
        budget.text(len(text) * len(parts) + sum(len(p) for p in parts if isinstance(p, str)))
    elif any(isinstance(arg, int) and abs(arg) > MAX_NUMBER for arg in args):
        raise LimitError(f"`{name}` is asked for more than {MAX_NUMBER}")


def _guarded(sandbox: Sandbox, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a filter of Jinja's that refuses widths beyond reason."""

    def guarded(*args: Any, **kwargs: Any) -> Any:
        sandbox.budget.step()
        for arg in (*args, *kwargs.values()):
            if isinstance(arg, int) and abs(arg) > MAX_NUMBER:
                raise LimitError(f"a filter is asked for more than {MAX_NUMBER}")
            if isinstance(arg, int) and args and isinstance(args[0], str):
                sandbox.budget.text(len(args[0]) + args[0].count("\n") * abs(arg))
            printable(arg)
        if function.__name__ == "do_format":
            _guard_widths(str(args[0]), _PERCENT_WIDTH)
        return function(*args, **kwargs)

    guarded.__dict__.update(function.__dict__)
    return guarded


def _counted(sandbox: Sandbox, function: Callable[..., Any]) -> Callable[..., Any]:
    def counted(context: Any, value: Any, d: str = "", attribute: Any = None) -> Any:
        items = list(printable(value))
        sandbox.budget.text(
            sum(len(i) if isinstance(i, str) else 20 for i in items) + len(str(d)) * len(items)
        )
        return function(context, items, d, attribute)

    counted.__dict__.update(function.__dict__)
    return counted


def _as_bool(value: Any) -> Any:
    return {"true": True, "false": False}.get(str(value).strip().lower(), value)


def _as_number(value: Any) -> Any:
    text = str(value).strip()
    if re.fullmatch(r"[+-]?[0-9]{1,18}", text):
        return int(text)
    return float(text) if re.fullmatch(r"[+-]?[0-9]{0,18}\.[0-9]{1,18}", text) else value


def _as_native(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value


FILTERS: dict[str, Callable[..., Any]] = {
    "as_bool": _as_bool,
    "as_number": _as_number,
    "as_native": _as_native,
    "as_text": str,
}


class SkippedBlocks(Extension):
    """Blocks of dbt's that make no model: tests, materializations, documentation."""

    tags = {"test", "data_test", "materialization", "docs"}  # noqa: RUF012  # Jinja's own form

    @override
    def parse(self, parser: Parser) -> nodes.Node | list[nodes.Node]:
        """Return nothing for the whole block, its body parsed so that its end is found."""
        tag = next(parser.stream).value
        while parser.stream.current.type != "block_end":
            next(parser.stream)
        parser.parse_statements((f"name:end{tag}",), drop_needle=True)
        return []


class SnapshotBlocks(Extension):
    """`{% snapshot name %} … {% endsnapshot %}`: a scope that carries the name."""

    tags = {"snapshot"}  # noqa: RUF012  # Jinja's own form

    @override
    def parse(self, parser: Parser) -> nodes.Node:
        """Return the body of the snapshot, as a scope with `snapshot` as its name."""
        line = next(parser.stream).lineno
        name = parser.stream.expect("name").value
        body = parser.parse_statements(("name:endsnapshot",), drop_needle=True)
        scope = nodes.Scope(body, lineno=line)
        # nodes are open to attributes, and no own kind of node may be made
        scope.snapshot = name  # type: ignore[attr-defined]
        return scope


def refuse(reason: str) -> Callable[..., NoReturn]:
    """Return a function that refuses to be called, for `reason`."""

    def refused(*_args: Any, **_kwargs: Any) -> NoReturn:
        raise LimitError(reason)

    return refused

"""YAML written by strangers, read safely: plain values with their lines, within limits."""

from collections.abc import Hashable
from typing import Any

import yaml

MAX_CHARACTERS = 2_000_000
MAX_DEPTH = 60
MAX_NODES = 400_000

_MERGE = "tag:yaml.org,2002:merge"
_Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class LinedDict(dict[Any, Any]):
    """A mapping that knows the line it starts on, and those of its keys; else a plain dict."""

    line: int = 1
    lines: dict[Any, int]


class _Strict(_Loader):  # type: ignore[misc]  # the C loader is known at run time only
    """Builds `LinedDict`s; a key that is given twice is an error."""

    last_wins = False


class _Lenient(_Strict):
    """The same, for files whose tool lets the last of two equal keys win."""

    last_wins = True


def load(text: str, *, last_wins: bool = False) -> object:
    """Return the one document in `text`, None where it is empty; mappings are `LinedDict`s.

    Raises:
        ValueError: with the line, where it is no YAML, holds a tag or a key given twice (unless
            `last_wins`), or is larger or deeper than any honest file.
    """
    if len(text) > MAX_CHARACTERS:
        raise ValueError(f"line 1: more than {MAX_CHARACTERS} characters")
    try:
        _measure(text)
        return yaml.load(text, Loader=_Lenient if last_wins else _Strict)  # noqa: S506  # a SafeLoader, see above
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise ValueError(f"line {line}: {error.problem or error.context}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(f"line 1: {str(error).splitlines()[0]}") from error


def _measure(text: str) -> None:
    """Refuse what is too deep, or grows too large once its aliases stand for their anchors."""
    measure = _Measure()
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        measure.count(event, line)
        if len(measure.open_nodes) > MAX_DEPTH:
            raise ValueError(f"line {line}: nested more than {MAX_DEPTH} deep")
        if measure.total > MAX_NODES:
            raise ValueError(f"line {line}: more than {MAX_NODES} values, aliases counted")


class _Measure:
    """How many values a document has so far, each alias counted as all that it stands for."""

    def __init__(self) -> None:
        self.sizes: dict[str, int] = {}
        self.open_nodes: list[tuple[str | None, int]] = []
        self.total = 0

    def count(self, event: yaml.Event, line: int) -> None:
        match event:
            case yaml.AliasEvent():
                if event.anchor not in self.sizes:
                    raise ValueError(f"line {line}: `*{event.anchor}` stands for nothing before it")
                self.total += self.sizes[event.anchor]
            case yaml.CollectionStartEvent():
                self.total += 1
                self.open_nodes.append((event.anchor, self.total))
            case yaml.CollectionEndEvent():
                anchor, before = self.open_nodes.pop()
                if anchor:
                    self.sizes[anchor] = self.total - before + 1
            case yaml.ScalarEvent():
                self.total += 1
                if event.anchor:
                    self.sizes[event.anchor] = 1
            case _:
                pass


def _lined_mapping(loader: _Strict, node: yaml.MappingNode) -> LinedDict:
    result = LinedDict()
    result.line, result.lines = node.start_mark.line + 1, {}
    if not loader.last_wins:
        _refuse_duplicates(node)
    loader.flatten_mapping(node)
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        line = key_node.start_mark.line + 1
        if not isinstance(key, Hashable):
            raise ValueError(f"line {line}: a key must be plain")  # noqa: TRY004  # bad input
        result[key] = loader.construct_object(value_node, deep=True)
        result.lines[key] = line
    return result


def _timestamp(loader: _Strict, node: yaml.ScalarNode) -> object:
    """Return a date, or the text of what looks like one and is none: the 31st of February."""
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError:
        return node.value


def _refuse_duplicates(node: yaml.MappingNode) -> None:
    seen: set[str] = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode) or key.tag == _MERGE:
            continue
        if key.value in seen:
            raise ValueError(f"line {key.start_mark.line + 1}: `{key.value}` is given twice")
        seen.add(key.value)


_Strict.add_constructor("tag:yaml.org,2002:map", _lined_mapping)
_Lenient.add_constructor("tag:yaml.org,2002:map", _lined_mapping)
_Strict.add_constructor("tag:yaml.org,2002:timestamp", _timestamp)
_Lenient.add_constructor("tag:yaml.org,2002:timestamp", _timestamp)

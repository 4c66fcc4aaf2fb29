"""What a rule pack says, and how it is read: strictly, with the line of whatever is wrong."""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from guardian import bundled
from guardian.errors import ConfigError
from guardian.languages import safe_yaml
from guardian.model.changes import SEVERITIES, Severity
from guardian.rules.conditions import Condition, ConditionError, parse
from guardian.rules.wording import unknown_field

MOST_CHARACTERS = 500_000
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


class Shift(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An entry of `worse` or `better`: the severity to go to where the condition holds."""

    condition: str = msgspec.field(name="if")
    severity: Severity


class Wording(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An entry of `wording`: the words to use where the condition holds; empty ones stay."""

    condition: str = msgspec.field(name="if")
    message: str = ""
    because: str = ""
    fix: str = ""


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A few lines of code that the rule warns of, and how they are better."""

    bad: str
    good: str
    language: str = "sql"


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule as its pack writes it; `safely` are the steps of a change that breaks nobody."""

    title: str
    severity: Severity
    worse: tuple[Shift, ...] = ()
    better: tuple[Shift, ...] = ()
    message: str
    because: str
    fix: str
    wording: tuple[Wording, ...] = ()
    safely: tuple[str, ...] = ()
    example: Example | None = None
    source: str = ""


class RulePack(msgspec.Struct, frozen=True):
    """All rules by id, in the order of their packs, and their conditions, parsed, by text."""

    rules: Mapping[str, Rule]
    conditions: Mapping[str, Condition]


def load(extra: Sequence[Path] = ()) -> RulePack:
    """Return the built-in rules with the packs of `extra` on top, in order.

    Raises:
        ConfigError: a pack cannot be read or followed; it names file, line, rule and key.
    """
    pack = RulePack({}, {})
    for path in (*_bundled(), *extra):
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            fix = "correct `rules:` in guardian.yml"
            raise ConfigError(
                f"the rule pack cannot be read: {error}", where=str(path), fix=fix
            ) from error
        pack = extended(pack, text, path.name if path.is_absolute() else path.as_posix())
    return pack


def _bundled() -> Sequence[Path]:
    """Return our own packs: the default one, then those for a subject."""
    return sorted(
        bundled.rules().glob("*.yml"), key=lambda path: (path.name != "default.yml", path)
    )


def extended(pack: RulePack, text: str, name: str) -> RulePack:
    """Return `pack` with the rules that `text`, a pack called `name`, adds or alters.

    A rule that is there already needs only the keys that differ; a new one needs all its words.

    Raises:
        ConfigError: as for `load`.
    """
    rules = dict(pack.rules)
    for identifier, entry in _entries(text, name).items():
        rules[identifier] = _rule(identifier, entry, rules, name)
    texts = {condition for rule in rules.values() for condition in _conditions(rule)}
    return RulePack(rules, {text: parse(text) for text in sorted(texts)})


def _conditions(rule: Rule) -> Iterable[str]:
    yield from (shift.condition for shift in (*rule.worse, *rule.better))
    yield from (wording.condition for wording in rule.wording)


def _entries(text: str, name: str) -> Mapping[str, Any]:
    if len(text) > MOST_CHARACTERS:
        raise ConfigError(f"a rule pack has at most {MOST_CHARACTERS:,} characters", where=name)
    try:
        document = safe_yaml.load(text)
    except ValueError as error:
        line, _, problem = str(error).removeprefix("line ").partition(": ")
        raise ConfigError(problem, where=f"{name}:{line}") from error
    if document is None:
        return {}
    if not isinstance(document, safe_yaml.LinedDict):
        fix = "write rule ids as the keys at the top"
        raise ConfigError("a rule pack is a mapping of rules", where=f"{name}:1", fix=fix)
    return document


def _rule(identifier: object, entry: object, known: Mapping[str, Rule], name: str) -> Rule:
    where = _Where(name, identifier, entry)
    if not isinstance(identifier, str) or not _ID.fullmatch(identifier):
        raise where.wrong("a rule's id is lower-case words joined by hyphens")
    if not isinstance(entry, Mapping):
        raise where.wrong("a rule is a mapping")
    whole = dict(entry)
    if identifier in known:
        whole = {**msgspec.to_builtins(known[identifier]), **whole}
    try:
        rule = msgspec.convert(whole, Rule)
    except msgspec.ValidationError as error:
        raise where.explained(str(error), identifier, known) from error
    _check(rule, where)
    return rule


class _Where:
    """Names the place of what is wrong: file, line, rule and key."""

    def __init__(self, name: str, identifier: object, entry: object) -> None:
        self._name = name
        self._identifier = identifier
        self._entry = entry

    def wrong(
        self, what: str, keys: Sequence[str | int] = (), fix: str | None = None
    ) -> ConfigError:
        key = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys)
        subject = (
            f"rule `{self._identifier}`, `{key.lstrip('.')}`"
            if keys
            else f"rule `{self._identifier}`"
        )
        return ConfigError(f"{subject}: {what}", where=f"{self._name}:{self._line(keys)}", fix=fix)

    def explained(self, problem: str, identifier: str, known: Mapping[str, Rule]) -> ConfigError:
        """Return msgspec's complaint in our words, with a suggestion where a name is misspelt."""
        what, _, path = problem.partition(" - at `$")
        keys = [
            int(part) if part.isdigit() else part for part in re.findall(r"\w+", path.rstrip("`"))
        ]
        unknown = re.search(r"unknown field `(\w+)`", what)
        if unknown:
            names = [field.encode_name for field in msgspec.structs.fields(Rule)]
            near = difflib.get_close_matches(unknown[1], [*names, "if"], 1)
            fix = f"did you mean `{near[0]}`?" if near else None
            return self.wrong(f"unknown key `{unknown[1]}`", [*keys, unknown[1]], fix)
        missing = "missing required field" in what
        near = difflib.get_close_matches(identifier, known, 1) if missing and not keys else []
        fix = f"did you mean `{near[0]}`? a new rule needs all its words" if near else None
        return self.wrong(what[:1].lower() + what[1:], keys, fix)

    def _line(self, keys: Iterable[str | int]) -> int:
        node, line = self._entry, getattr(self._entry, "line", 1)
        for key in keys:
            if isinstance(node, safe_yaml.LinedDict):
                line = node.lines.get(key, line)
                node = node.get(key)
            elif isinstance(node, list) and isinstance(key, int) and key < len(node):
                node = node[key]
                line = getattr(node, "line", line)
        return line


def _check(rule: Rule, where: _Where) -> None:
    lists: tuple[tuple[str, Sequence[Shift | Wording]], ...] = (
        ("worse", rule.worse), ("better", rule.better), ("wording", rule.wording),
    )  # fmt: skip
    for key, entries in lists:
        for number, entry in enumerate(entries):
            try:
                parse(entry.condition)
            except ConditionError as error:
                raise where.wrong(str(error), (key, number, "if")) from error
    _check_directions(rule, where)
    for keys, text in _words(rule):
        unknown = unknown_field(text)
        if unknown is not None:
            raise where.wrong(f"`{{{unknown}}}` is not something that can be filled in", keys)


def _check_directions(rule: Rule, where: _Where) -> None:
    start = SEVERITIES.index(rule.severity)
    for number, shift in enumerate(rule.worse):
        if SEVERITIES.index(shift.severity) < start:
            what = f"`worse` goes down, from {rule.severity} to {shift.severity}"
            raise where.wrong(what, ("worse", number, "severity"), "move it to `better`")


def _words(rule: Rule) -> Iterable[tuple[tuple[str | int, ...], str]]:
    for key in ("message", "because", "fix"):
        yield (key,), getattr(rule, key)
        for number, wording in enumerate(rule.wording):
            yield ("wording", number, key), getattr(wording, key)
    for number, step in enumerate(rule.safely):
        yield ("safely", number), step

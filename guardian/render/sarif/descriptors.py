"""A rule of ours as SARIF describes rules: what it means, why it matters, how to change safely."""

from collections.abc import Iterator, Sequence

from guardian import escape
from guardian.model.changes import Change
from guardian.render.sarif.results import LEVELS, Object
from guardian.rules import Rule, RulePack
from guardian.rules.pages import remedy
from guardian.rules.wording import readable

HOMEPAGE = "https://github.com/change-guardian/change-guardian"
MOST_CHARACTERS = 1_000  # GitHub cuts descriptions at 1,024
TAGS = ("data", "etl", "lineage")
# How often such a result is right, as the mean confidence of those at hand tells.
_PRECISIONS = ((0.95, "very-high"), (0.8, "high"), (0.5, "medium"), (0.0, "low"))
_PROBLEMS = {"error": "error", "warning": "warning", "note": "recommendation"}


def described(name: str, changes: Sequence[Change], pack: RulePack) -> Object:
    """Return what is said of the rule called `name`; little, where `pack` does not have it."""
    rule = pack.rules.get(name)
    identifier = escape.encodable(name)
    title = "".join(word.capitalize() for word in escape.clean(name).split("-"))
    known: Object = {"id": identifier, "name": title[:255]}
    if rule is None:
        text = {"text": f"No rule pack here describes {escape.clean(name, 100)}."}
        return {**known, "shortDescription": text, "fullDescription": text, "help": text}
    level = LEVELS[rule.severity]
    address = _address(rule)
    return {
        **known,
        "shortDescription": {"text": _cut(f"{rule.title}.")},
        "fullDescription": {"text": _cut(f"{readable(rule.message)} {readable(rule.because)}")},
        "help": {"text": "\n".join(_text(rule)), "markdown": "\n".join(_markdown(name, rule))},
        **({"helpUri": address} if address else {}),
        "defaultConfiguration": {"level": level},
        "properties": {
            "tags": list(TAGS),
            "precision": _precision(changes),
            "problem.severity": _PROBLEMS[level],
        },
    }


def _cut(text: str) -> str:
    return escape.clean(text, MOST_CHARACTERS)


def _precision(changes: Sequence[Change]) -> str:
    mean = sum(change.confidence for change in changes) / len(changes)
    return next(name for least, name in _PRECISIONS if mean >= least)


def _address(rule: Rule) -> str:
    """Return where to read more on the web; empty for a page of the user's own repository."""
    if rule.source.startswith(("https://", "http://")):
        return rule.source
    ours = rule.source.startswith("docs/rules.md")
    return f"{HOMEPAGE}/blob/main/{rule.source}" if ours else ""


def _text(rule: Rule) -> Iterator[str]:
    yield f"{rule.title}. {readable(rule.message)}"
    yield from ("", f"Why it matters: {readable(rule.because)}")
    yield from ("", f"What to do: {readable(rule.fix)}")
    if rule.safely:
        yield from ("", "How to change it safely:")
        yield from (f"{step}. {readable(text)}" for step, text in enumerate(rule.safely, start=1))


def _markdown(name: str, rule: Rule) -> Iterator[str]:
    yield f"**{rule.title}.** {readable(rule.message)}"
    yield from ("", f"**Why it matters.** {readable(rule.because)}")
    yield from ("", f"**What to do.** {readable(rule.fix)}")
    yield from remedy(rule)
    yield from ("", f"`guardian explain {name}` says when it is how severe.")

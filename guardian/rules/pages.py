"""A rule explained: the text of `guardian explain`, and the page of all rules."""

import difflib
from collections.abc import Iterator

from guardian.errors import ConfigError
from guardian.rules.conditions import FACTS
from guardian.rules.pack import Rule, RulePack
from guardian.rules.wording import readable


def explain(rule: str, pack: RulePack) -> str:
    """Return what `rule` means, why it matters and how to change safely, as Markdown.

    Raises:
        ConfigError: no pack has such a rule.
    """
    if rule not in pack.rules:
        near = difflib.get_close_matches(rule, pack.rules, 1)
        fix = f"did you mean `{near[0]}`?" if near else "`guardian rules` lists them"
        raise ConfigError(f"there is no rule `{rule}`", fix=fix)
    return "\n".join([f"# {rule}", "", *_section(rule, pack.rules[rule])]) + "\n"


def markdown(pack: RulePack) -> str:
    """Return `docs/rules.md`: all rules in a table, then each with its reasons and remedies."""
    lines = ["# Rules", "", _INTRODUCTION, "", *table(pack), ""]
    for identifier, rule in pack.rules.items():
        lines += [f"## {identifier}", "", *_section(identifier, rule), ""]
    lines += ["## Conditions", "", _CONDITIONS, "", "| fact | is |", "|---|---|"]
    lines += [f"| `{name}` | {kind}: {meaning} |" for name, (kind, meaning) in FACTS.items()]
    return "\n".join(lines) + "\n"


def table(pack: RulePack) -> list[str]:
    """Return the lines of a table of all rules: id, severity, and what it means."""
    lines = ["| rule | severity | what happened |", "|---|---|---|"]
    for identifier, rule in pack.rules.items():
        link = f"[`{identifier}`](#{identifier})"
        lines.append(f"| {link} | {_range(rule)} | {rule.title} |")
    return lines


def _section(identifier: str, rule: Rule) -> Iterator[str]:
    yield f"**{rule.title}.** {readable(rule.message)}"
    yield from ("", f"**Why it matters.** {readable(rule.because)}")
    yield from ("", f"**What to do.** {readable(rule.fix)}")
    yield from ("", f"**Severity:** {rule.severity}")
    yield from (f"- {shift.severity} if {shift.condition}" for shift in rule.worse)
    yield from (f"- at most {shift.severity} if {shift.condition}" for shift in rule.better)
    yield from remedy(rule)
    yield from ("", f"Read more: {rule.source or f'docs/rules.md#{identifier}'}")


def remedy(rule: Rule) -> Iterator[str]:
    """Yield the lines of how to change safely, as Markdown: the steps, then what is better."""
    if rule.safely:
        yield from ("", "**How to change it safely**", "")
        yield from (f"{step}. {readable(text)}" for step, text in enumerate(rule.safely, start=1))
    if rule.example:
        yield from ("", "**Risky**", "", f"```{rule.example.language}", rule.example.bad.rstrip())
        yield from ("```", "", "**Better**", "", f"```{rule.example.language}")
        yield from (rule.example.good.rstrip(), "```")


def _range(rule: Rule) -> str:
    worst = rule.worse[-1].severity if rule.worse else rule.severity
    return rule.severity if worst == rule.severity else f"{rule.severity} to {worst}"


_INTRODUCTION = """\
What Change Guardian reports, and what each change is worth. The severity depends on who is
downstream; packs of your own (`rules:` in `guardian.yml`) may change it, and add words of your own.
`guardian explain RULE` prints one of these in the terminal."""

_CONDITIONS = """\
An `if:` of a rule pack joins facts with `and`, `or`, `not` and parentheses. A fact alone is true
where there is something. Texts are compared with `==`, `!=`, `contains` and `matches` (`*` and `?`,
case is ignored), lists are counted with `<`, `<=`, `==`, `!=`, `>=`, `>` and searched with
`contains` and `matches`: `impact.dashboards >= 3`, `dataset matches 'finance.*'`."""

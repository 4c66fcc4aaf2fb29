"""From a change with its impact to its severity and its words."""

from collections.abc import Container

import msgspec

from guardian.model.changes import SEVERITIES, Change, Severity
from guardian.rules.conditions import Facts, holds
from guardian.rules.pack import Rule, RulePack
from guardian.rules.wording import facts, filled

_UNKNOWN = Rule(
    title="A change without a rule",
    severity="medium",
    message="`{dataset}` changes: {rule}.",
    because="No rule of the loaded packs says what this is worth.",
    fix="Add a rule for it to your rule pack.",
)


def judge(change: Change, pack: RulePack, *, contracted: Container[str] = ()) -> Change:
    """Return `change` with its severity, message, reason and remedy; its impact must be filled in.

    `contracted` are the datasets under a data contract. A rule that no pack has counts as medium.
    """
    rule = pack.rules.get(change.rule, _UNKNOWN)
    known = facts(change, contracted=change.dataset in contracted)
    words = {"message": rule.message, "because": rule.because, "fix": rule.fix}
    for wording in rule.wording:
        if holds(pack.conditions[wording.condition], known):
            given = {key: getattr(wording, key) for key in words}
            words |= {key: text for key, text in given.items() if text}
            break
    return msgspec.structs.replace(
        change,
        severity=_severity(rule, pack, known),
        **{key: filled(text, change) for key, text in words.items()},
    )


def _severity(rule: Rule, pack: RulePack, known: Facts) -> Severity:
    level = SEVERITIES.index(rule.severity)
    for shift in rule.worse:
        if holds(pack.conditions[shift.condition], known):
            level = max(level, SEVERITIES.index(shift.severity))
    for shift in rule.better:
        if holds(pack.conditions[shift.condition], known):
            level = min(level, SEVERITIES.index(shift.severity))
    return SEVERITIES[level]

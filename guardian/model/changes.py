"""The report document of `guardian report`: severity, changes, their impact, the narrative."""

from datetime import date
from typing import Literal, TypeAlias

import msgspec

from guardian.model.fix import ByHand, Fix
from guardian.model.lineage import ColumnRef, Coverage, Diagnostic, Location

Severity = Literal["none", "low", "medium", "high", "critical"]
SEVERITIES: tuple[Severity, ...] = ("none", "low", "medium", "high", "critical")


def worst(severities: "list[Severity]") -> Severity:
    """Return the highest of `severities`; `none` where there are none."""
    return max(severities, key=SEVERITIES.index, default="none")


class Hop(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One step of the path that proves an impact.

    What flows into what, in which job, at which line; and of which repository, where that is
    another one.
    """

    source: ColumnRef = msgspec.field(name="from")
    target: ColumnRef = msgspec.field(name="to")
    job: str
    location: Location
    repository: str = ""


class Path(msgspec.Struct, frozen=True, kw_only=True):
    """The way from the changed dataset to one that feels it: hops in order; `to` names its end."""

    to: str
    hops: tuple[Hop, ...] = ()


class Promise(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A promise about a column that a change breaks: what it says and meets, and where it stands.

    That is a clause of a contract, or a test, of whoever reads what changed.
    """

    dataset: str
    column: str
    text: str
    file: str
    line: int


class Impact(msgspec.Struct, frozen=True, kw_only=True):
    """What is downstream of a change, never the changed dataset itself.

    Lists are sorted by name. `promises` are those that it certainly breaks, at most 20.
    """

    columns: tuple[ColumnRef, ...] = ()
    datasets: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()
    dashboards: tuple[str, ...] = ()
    kpis: tuple[str, ...] = ()
    paths: tuple[Path, ...] = ()
    promises: tuple[Promise, ...] = ()


Values: TypeAlias = tuple[str | None, ...]


class InputRows(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of one input, as text; NULL is None."""

    dataset: str
    columns: tuple[str, ...]
    rows: tuple[Values, ...] = ()


class Witness(msgspec.Struct, frozen=True, kw_only=True):
    """Made-up input rows for which the two revisions give other results.

    `before` and `after` are the output rows, of `columns`, that only one of them gives, at most
    three; `rows_before` and `rows_after` count all. `parameters` are (name, value) of what is known
    at run time only.
    """

    inputs: tuple[InputRows, ...]
    parameters: tuple[tuple[str, str | None], ...] = ()
    columns: tuple[str, ...]
    before: tuple[Values, ...] = ()
    after: tuple[Values, ...] = ()
    rows_before: int
    rows_after: int


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What running both revisions on made-up rows told: a witness, or none in so many tries."""

    tries: int
    witness: Witness | None = None


class Clauses(msgspec.Struct, frozen=True):
    """The clauses in which two row sets differ: those that are gone, and those that are new."""

    before: str | None = None
    after: str | None = None


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """That the risk of a change is accepted: why, by whom, until when, and where that is written.

    `until` is the last day, None without an end; `days_left` counts up to it where they are few.
    `here`: it is written in the very change that it accepts.
    """

    reason: str
    owner: str = ""
    until: date | None = None
    where: str
    days_left: int | None = None
    here: bool = False


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One difference between two revisions that alters a result.

    A detector fills the first group of fields; `impact.py` adds the impact, `rules.py` the severity
    and the words, `acceptances.py` who accepted it. `fingerprint` is what the change is known by
    from one report to the next, wherever its code stands and however it is written. `base_location`
    is where the code stood before, None where there was none. `cause` is where the change was made,
    None where that is the job's own file. `confidence` is 1 where the change is
    certain to alter some result, below where it may be an unrecognised rewrite. `evidence` is None
    where the two were not run. `side_input` is set for a column that is written as before: it is
    taken from an input whose rows differ in these clauses.
    """

    rule: str
    dataset: str
    column: str | None = None
    before: str | None = None
    after: str | None = None
    job: str
    location: Location
    base_location: Location | None = None
    cause: Location | None = None
    confidence: float = 1.0
    detail: str = ""
    fingerprint: str = ""
    evidence: Evidence | None = None
    side_input: Clauses | None = None
    severity: Severity = "low"
    message: str = ""
    because: str = ""
    fix: str = ""
    impact: Impact = Impact()
    accepted: Accepted | None = None


class Revision(msgspec.Struct, frozen=True):
    """A side of the comparison: the reference as the user named it and the commit it stands for."""

    ref: str
    commit: str | None


class Narrative(msgspec.Struct, frozen=True):
    """The summary in prose: who wrote it, and whether all that it names is in the report.

    `source` is `template` or the provider of a `model`. Where `grounded` is false, a model's text
    said more than the report and was dropped: what stands here is the template's. `note` tells why
    a model that was asked is not the author.
    """

    markdown: str = ""
    source: str = "template"
    grounded: bool = True
    model: str = ""
    note: str = ""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The whole document; changes are sorted by severity, then dataset, column and rule.

    What is accepted is listed among them, and counts neither for `severity` nor for `impact`.
    `fixes` are proven edits of readers, `by_hand` the readers without one, where they were looked
    for.
    """

    schema_version: Literal["1"] = "1"
    base: Revision
    head: Revision
    severity: Severity = "none"
    changes: tuple[Change, ...] = ()
    impact: Impact = Impact()
    narrative: Narrative = Narrative()
    warnings: tuple[Diagnostic, ...] = ()
    coverage: Coverage = Coverage()
    fixes: tuple[Fix, ...] = ()
    by_hand: tuple[ByHand, ...] = ()

"""Has a model word a report: two tries at most, within one deadline, else the template stands."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

import msgspec

from guardian import escape, narrative
from guardian.errors import ServiceError
from guardian.model.changes import Narrative, Report
from guardian.narrative.facts import Fact, facts
from guardian.narrative.grounding import RefusedError, read
from guardian.narrative.prompt import Prompt, again, fingerprint, prompt

TRIES = 2
LEAST_SECONDS = 0.5  # what is left of the deadline when another try is still worth it
MOST_REASON = 300

# The prompt, and the seconds that are left; raises NoAnswerError.
Ask: TypeAlias = Callable[[Prompt, float], str]


class NoAnswerError(ServiceError):
    """A model gave no answer; `passing` where the next try may get one."""

    def __init__(self, what: str, *, passing: bool = False, fix: str | None = None) -> None:
        """Say why there is none, and whether that may pass within seconds."""
        super().__init__(what, fix=fix)
        self.passing = passing


class Answers(Protocol):
    """Where answers are kept between runs."""

    def get(self, key: str) -> str | None:
        """Return what was stored under `key`, None where there is nothing."""

    def put(self, key: str, answer: str) -> None:
        """Store `answer` under `key`."""


class Writer(msgspec.Struct, frozen=True, kw_only=True):
    """Who words a report: a provider and its model, how to ask it, and for how long.

    `place` is where the model is asked: another place may have another model of the same name.
    """

    provider: str
    model: str
    place: str = ""
    ask: Ask
    deadline: float


def worth_asking(report: Report) -> bool:
    """Return whether there is anything to word."""
    return any(change.accepted is None for change in report.changes)


def worded(
    report: Report, writer: Writer, clock: Callable[[], float], answers: Answers | None = None
) -> Report:
    """Return `report` in a model's words where they hold, else with a note on why they are not.

    Nothing but the narrative is another. An answer that was kept is checked like a new one.
    """
    if not worth_asking(report):
        return report
    told = facts(report)
    asked = prompt(told)
    key = fingerprint(asked, "\x1f".join((writer.provider, writer.model, writer.place)))
    kept = answers.get(key) if answers is not None else None
    if kept is not None:
        try:
            return _with(report, read(kept, told), writer)
        except RefusedError:
            pass
    outcome = _asked(asked, told, writer, clock)
    if isinstance(outcome, Narrative):
        return msgspec.structs.replace(
            report, narrative=msgspec.structs.replace(outcome, markdown=report.narrative.markdown)
        )
    answer, sentences = outcome
    if answers is not None:
        answers.put(key, answer)
    return _with(report, sentences, writer)


def _asked(
    asked: Prompt, told: Sequence[Fact], writer: Writer, clock: Callable[[], float]
) -> tuple[str, tuple[str, ...]] | Narrative:
    """Return an answer and its sentences; a narrative without text, with the reason, if none."""
    end = clock() + writer.deadline
    reason, refused, current = "", False, asked
    for _ in range(TRIES):
        left = end - clock()
        if left < LEAST_SECONDS:
            break
        try:
            answer = writer.ask(current, left)
            return answer, read(answer, told)
        except NoAnswerError as error:
            reason = str(error)
            if not error.passing:
                break
        except RefusedError as error:
            reason, refused = str(error), True
            current = again(asked, reason)
    why = "its text was dropped" if refused else "it gave no text"
    note = f"{writer.provider} did not word this report, {why}: {escape.clean(reason, MOST_REASON)}"
    return Narrative(source="template", grounded=not refused, note=note)


def _with(report: Report, sentences: Sequence[str], writer: Writer) -> Report:
    made = Narrative(
        markdown=narrative.framed(report, " ".join(sentences), _signature(writer)),
        source=writer.provider,
        grounded=True,
        model=writer.model,
    )
    return msgspec.structs.replace(report, narrative=made)


def _signature(writer: Writer) -> str:
    model = f" {escape.html_code(writer.model, 80)}" if writer.model else ""
    return (
        f"<sub>Worded by{model} ({escape.html(writer.provider, 40)}) from the facts of this "
        "report, and checked against them.</sub>"
    )

"""The check run of a commit: its conclusion is the verdict, its annotations stand at the lines."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from guardian.github.client import Client, asked
from guardian.render.annotations import Annotation, Level

if TYPE_CHECKING:
    from github.CheckRun import CheckRun
    from github.Repository import Repository

PERMISSION = "checks: write"
NAME = "Change Guardian"
# Tells our check from a job of the workflow that has the same name.
EXTERNAL_ID = "change-guardian"
SUMMARY_LIMIT = 65_535  # of a check's summary; held in bytes, which are never fewer than characters
MOST_ANNOTATIONS = 500  # ten requests, a second apart
_BATCH = 50  # annotations that GitHub takes in one request
_TITLE_LIMIT = 255
_MESSAGE_LIMIT = 16_000  # characters; GitHub takes 64 KB
_ELSEWHERE = "The whole report is too long for a check: it is in the job's summary."

Conclusion = Literal["success", "neutral", "failure"]
_TOLD_APART_BY = ("path", "start_line", "annotation_level", "title", "message")
_LEVELS: Mapping[Level, str] = {"error": "failure", "warning": "warning", "notice": "notice"}


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """What a check run says of the commit `head`, a pull request's own and not its merge commit.

    `title` is one line, `summary` is Markdown. `annotations` come worst first; where there are more
    than `MOST_ANNOTATIONS`, the summary says so. `details` is the address of the job.
    """

    head: str
    conclusion: Conclusion
    title: str
    summary: str
    annotations: Sequence[Annotation] = ()
    details: str = ""
    name: str = NAME


def conclusion(*, blocked: bool, findings: int) -> Conclusion:
    """Return the verdict in a check's words; `findings` are those that nobody has accepted."""
    if blocked:
        return "failure"
    return "neutral" if findings else "success"


def put_check(client: Client, repository: str, check: Check) -> str | None:
    """Return the address of our check run on `check.head`, which now says what `check` says.

    A second run about the same commit updates the check run of the first. GitHub only ever adds
    annotations: where one that stands there is gone, a new check run takes the old one's place.

    Raises:
        PermissionMissingError: the token may not write checks.
        ServiceError: GitHub does not answer as it should.
    """
    return asked(lambda: _put(client.repository(repository), check), PERMISSION)


def _put(repository: "Repository", check: Check) -> str | None:
    wanted = [_written(one) for one in check.annotations[:MOST_ANNOTATIONS]]
    output = {"title": _cut(check.title, _TITLE_LIMIT), "summary": _summary(check)}
    earlier = _earlier(repository, check)
    if earlier is not None and (standing := _standing(earlier)) <= set(map(_place, wanted)):
        wanted = [one for one in wanted if _place(one) not in standing]
        run, batches = earlier, [wanted[:_BATCH], *_batches(wanted[_BATCH:])]
    else:
        run = repository.create_check_run(
            head_sha=check.head,
            output={**output, "annotations": wanted[:_BATCH]},
            **_state(check),
        )
        batches = list(_batches(wanted[_BATCH:]))
    for batch in batches:
        run.edit(output={**output, "annotations": batch}, **_state(check))
    return run.html_url


def _state(check: Check) -> dict[str, Any]:
    details = {"details_url": check.details} if check.details else {}
    return {
        "name": check.name,
        "external_id": EXTERNAL_ID,
        "status": "completed",
        "conclusion": check.conclusion,
        **details,
    }


def _earlier(repository: "Repository", check: Check) -> "CheckRun | None":
    """Return the newest check run that is ours, None where there is none."""
    runs = repository.get_commit(check.head).get_check_runs(check_name=check.name)
    ours = [run for run in runs if run.external_id == EXTERNAL_ID]
    return max(ours, key=lambda run: run.id, default=None)


def _standing(run: "CheckRun") -> set[tuple[object, ...]]:
    """Return the annotations that `run` has already."""
    if not run.output.annotations_count:
        return set()
    return {_place(one.raw_data) for one in run.get_annotations()}


def _place(annotation: Mapping[str, Any]) -> tuple[object, ...]:
    return tuple(annotation[field] for field in _TOLD_APART_BY)


def _written(one: Annotation) -> dict[str, Any]:
    return {
        "path": one.file,
        "start_line": one.line,
        "end_line": one.line,
        "annotation_level": _LEVELS[one.level],
        "title": _cut(one.title, _TITLE_LIMIT),
        "message": _cut(one.message, _MESSAGE_LIMIT),
    }


def _batches(annotations: Sequence[dict[str, Any]]) -> Iterator[Sequence[dict[str, Any]]]:
    for start in range(0, len(annotations), _BATCH):
        yield annotations[start : start + _BATCH]


def _summary(check: Check) -> str:
    """Return the summary, whole or not at all: Markdown that is cut falls apart."""
    left_out = len(check.annotations) - MOST_ANNOTATIONS
    more = f"\n\n{left_out:,} more are not shown at their lines." if left_out > 0 else ""
    fits = len(f"{check.summary}{more}".encode()) <= SUMMARY_LIMIT
    return f"{check.summary if fits else _ELSEWHERE}{more}"


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"

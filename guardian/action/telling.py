"""Where a report is told: the log, the step's summary and outputs, files, the check, the comment.

What GitHub refuses costs that place alone: the report is in the summary, and the verdict stands.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from guardian import escape, github, verdict
from guardian.action.inputs import input_name
from guardian.action.job import Job
from guardian.action.revisions import checkout
from guardian.commands import DIGITS
from guardian.config import Config, blocks
from guardian.errors import ConfigError, ServiceError
from guardian.github import PullNumber
from guardian.model.acceptance import Acceptance
from guardian.model.changes import SEVERITIES, Report
from guardian.registry import offered
from guardian.render import JOB_SUMMARY, Format, Page, markdown
from guardian.render.annotations import annotations
from guardian.render.memory import Memory
from guardian.rules import RulePack

FILES = {"report_file": "json", "sarif_file": "sarif", "html_file": "html"}


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A report and whom to tell it: the pull request `pull`, where there is one.

    `config` and `pack` are what counted, `notes` say what was assumed, `accepted` is what people
    have accepted in the conversation.
    """

    report: Report
    config: Config
    pack: RulePack
    pull: PullNumber | None = None
    notes: tuple[str, ...] = ()
    accepted: tuple[Acceptance, ...] = ()


def tell(job: Job, told: Told) -> int:
    """Tell a report everywhere, and return the exit status: 1 at or above `fail_on`.

    Raises:
        ConfigError: a file cannot be written where the workflow wants it.
    """
    report = told.report
    page = _page(job, told)
    colored = msgspec.structs.replace(page, color=True)
    job.quote("\n".join([*told.notes, rendered(report, "rich", colored)]))
    files = {
        field: _write(job, rendered(report, format_name, page), getattr(job.inputs, field))
        for field, format_name in FILES.items()
        if getattr(job.inputs, field)
    }
    _record(job, report, page, files)
    blocked = blocks(told.config, report.severity)
    # The comment first: where GitHub fails, it is what the minute that we wait is best spent on.
    _comment(job, told, page)
    if not _check(job, told, page, blocked=blocked) and job.inputs.annotations:
        job.write(github.annotate(annotations(report)))
    return 1 if blocked else 0


def rendered(report: Report, name: str, page: Page) -> str:
    """Return `report` in the format of that name."""
    chosen = next(one for one in offered("guardian.render", Format) if one.name == name)
    return escape.encodable(chosen.render(report, page))


def _page(job: Job, told: Told) -> Page:
    server = job.environ.get("GITHUB_SERVER_URL", "")
    return Page(
        failing=frozenset(one for one in SEVERITIES if blocks(told.config, one)),
        rules=told.pack,
        address=f"{server}/{job.repository}" if server and job.repository else "",
        summary=run_address(job),
    )


# --- the runner's files ---------------------------------------------------------------------------


def _record(job: Job, report: Report, page: Page, files: Mapping[str, str]) -> None:
    summary = job.environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        large = msgspec.structs.replace(page, room=JOB_SUMMARY, summary="")
        github.append(summary, f"{rendered(report, 'markdown', large)}\n")
    found = len(verdict.counting(report))
    record(job, {
        "severity": report.severity,
        "changes": str(found),
        "accepted": str(len(report.changes) - found),
        "report-json": _within_limit(job, rendered(report, "json", page)),
        "report-markdown": rendered(report, "markdown", page) if report.changes else "",
        **{input_name(field): files.get(field, "") for field in FILES},
    })  # fmt: skip


def record(job: Job, outputs: Mapping[str, str]) -> None:
    """Set the outputs of the step."""
    path = job.environ.get("GITHUB_OUTPUT")
    if path:
        records = (github.output(name, value, job.word()) for name, value in outputs.items())
        github.append(path, "".join(records))


def _within_limit(job: Job, document: str) -> str:
    if len(document.encode()) <= github.OUTPUT_LIMIT:
        return document
    job.say("notice", "The report is too large for an output: `report-file` writes it to a file.")
    return ""


def _write(job: Job, text: str, name: str) -> str:
    """Write `text` to the file that the workflow has named, and return its name."""
    path = _target(checkout(job.environ), name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # What is checked out may hold a link of this name; it is replaced, never followed.
        path.unlink(missing_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise ConfigError(f"cannot be written: {error.strerror}", where=name) from error
    return name


def _target(root: Path, name: str) -> Path:
    """Return where a file of this name is written; a stranger's links may not lead it elsewhere."""
    if Path(name).is_absolute():
        return Path(name)
    path = root.resolve() / name
    folder = path.parent.resolve()
    if path.name in {"", ".", ".."} or not folder.is_relative_to(root.resolve()):
        raise ConfigError("lies outside of what is checked out", where=name)
    return folder / path.name


# --- what GitHub's API is told --------------------------------------------------------------------


def _check(job: Job, told: Told, page: Page, *, blocked: bool) -> bool:
    """Write the check run of the pull request, and return whether that went well."""
    client, pull = job.client, told.pull
    if pull is None or client is None or not job.inputs.check:
        return False
    report = told.report
    check = github.Check(
        head=pull.head,
        conclusion=github.conclusion(blocked=blocked, findings=len(verdict.counting(report))),
        title=escape.clean(verdict.sentence(report)).replace("`", ""),
        summary=rendered(report, "markdown", page),
        annotations=tuple(annotations(report)) if job.inputs.annotations else (),
        details=run_address(job),
    )
    return _attempted(job, "check", lambda: github.put_check(client, pull.repository, check))


def _comment(job: Job, told: Told, page: Page) -> None:
    client, pull = job.client, told.pull
    if pull is None or not job.inputs.comment:
        return
    if client is None:
        job.say("notice", "No token, no comment: see the job's summary.")
        return
    now = _now(job, told, pull)

    def body(earlier: Memory | None) -> str:
        return escape.encodable(markdown.comment(told.report, page, earlier, now))

    def put() -> None:
        github.put_comment(client, pull, body, now=now, first=markdown.worth_saying(told.report))

    _attempted(job, "comment", put)


def _now(job: Job, told: Told, pull: PullNumber) -> Memory:
    """Return what our comment is to remember of this run, beside what it found.

    Run ids count up over all workflows of a repository; run numbers do so in one of them, and
    commands are answered in another. What somebody has accepted is kept in mind as it was meant.
    """
    return Memory(
        run=_number(job.environ.get("GITHUB_RUN_ID")),
        attempt=_number(job.environ.get("GITHUB_RUN_ATTEMPT")),
        head=pull.head,
        accepted=tuple(one.fingerprint for one in told.accepted if len(one.fingerprint) == DIGITS),
    )


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else 0


def run_address(job: Job) -> str:
    """Return the address of the job's run; empty outside of one."""
    server, run = job.environ.get("GITHUB_SERVER_URL"), job.environ.get("GITHUB_RUN_ID")
    return f"{server}/{job.repository}/actions/runs/{run}" if server and run else ""


def _attempted(job: Job, what: str, write: Callable[[], object]) -> bool:
    try:
        write()
    except github.PermissionMissingError as error:
        job.say("notice", f"No {what}, the report is in the job's summary: {error}")
        return False
    except ServiceError as error:
        told = f"The {what} could not be written, the report is in the job's summary: {error}"
        job.say("warning", told)
        return False
    return True

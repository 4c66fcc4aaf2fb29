"""`guardian action`: a GitHub event in, a comment, annotations, a summary and outputs out.

What it knows comes from the environment that GitHub's runner sets. The verdict, the exit status,
depends on the report alone: a comment that cannot be written never changes it.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, TypeVar, get_args

import msgspec

from guardian import github
from guardian.config import FailOn, blocks
from guardian.errors import ConfigError, GuardianError, ServiceError
from guardian.model.changes import Change, Report, Severity

if TYPE_CHECKING:
    from guardian.workspace import Workspace

Choice = TypeVar("Choice", bound=str)
_FAIL_ON: tuple[FailOn, ...] = get_args(FailOn)
_LEVELS: Mapping[Severity, github.Level] = {
    "critical": "error",
    "high": "error",
    "medium": "warning",
    "low": "notice",
}


class _Commit(msgspec.Struct, frozen=True):
    sha: str
    ref: str = ""


class _Pull(msgspec.Struct, frozen=True):
    number: int
    base: _Commit
    head: _Commit


class _Group(msgspec.Struct, frozen=True):
    base_sha: str
    head_sha: str


class _Event(msgspec.Struct, frozen=True):
    """What we read of an event: a pull request, a merge group, or a push."""

    pull_request: _Pull | None = None
    merge_group: _Group | None = None
    before: str = ""
    after: str = ""


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    """What the workflow says under `with:`; empty where it leaves the choice to us."""

    token: str = ""
    base: str = ""
    head: str = ""
    config: str = ""
    fail_on: FailOn | None = None
    snapshot: str = ""
    comment: bool = True
    annotations: bool = True


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """Which two revisions are compared, and on which pull request the answer is wanted.

    `names` are what people call the two. Where `branched`, what came to the base since is left out.
    """

    base: str
    head: str
    branched: bool
    names: tuple[str, str]
    pull: github.PullNumber | None = None


def run(
    environ: Mapping[str, str],
    stdout: TextIO,
    token: Callable[[], str] = lambda: secrets.token_hex(16),
) -> int:
    """Return the exit status: 0, 1 at or above `fail_on`, 2 where there is no report.

    `token` gives a new word at each call that nobody can foresee; it ends what is quoted.
    """
    try:
        inputs = read_inputs(environ)
        question = read_question(environ, inputs)
        workspace = _opened(environ, inputs, question)
        report = _answered(workspace, question)
    except GuardianError as error:
        stdout.write(github.command("error", str(error), {"title": "Change Guardian"}))
        return 2
    _log(report, inputs, stdout, token)
    _record(report, environ, stdout, token)
    _comment(report, environ, inputs, question.pull, stdout)
    return 1 if blocks(workspace.config, report.severity) else 0


def read_inputs(environ: Mapping[str, str]) -> Inputs:
    """Return the inputs of the Action; `GITHUB_TOKEN` stands in for a token that is not given.

    Raises:
        ConfigError: one has a value that it cannot have.
    """
    return Inputs(
        token=_input(environ, "github-token") or environ.get("GITHUB_TOKEN", ""),
        base=_input(environ, "base"),
        head=_input(environ, "head"),
        config=_input(environ, "config"),
        fail_on=_choice("fail-on", _input(environ, "fail-on"), _FAIL_ON),
        snapshot=_input(environ, "snapshot"),
        comment=_switch(environ, "comment"),
        annotations=_switch(environ, "annotations"),
    )


def read_question(environ: Mapping[str, str], inputs: Inputs) -> Question:
    """Return what the event asks: the inputs' revisions, else those of the event.

    Raises:
        ConfigError: neither names two revisions, or the event cannot be read.
    """
    event = _event(environ)
    base, head = _revisions(event)
    pull = event.pull_request
    question = Question(
        base=inputs.base or base.sha,
        head=inputs.head or head.sha,
        branched=not inputs.base,
        names=(inputs.base or base.ref or base.sha, inputs.head or head.ref or head.sha),
        pull=github.PullNumber(environ.get("GITHUB_REPOSITORY", ""), pull.number, head.sha)
        if pull
        else None,
    )
    if question.base and question.head:
        return question
    raise ConfigError(
        f"the event `{environ.get('GITHUB_EVENT_NAME', '')}` does not say what to compare",
        fix="set the inputs `base` and `head`, or run on `pull_request`",
    )


def _opened(environ: Mapping[str, str], inputs: Inputs, question: Question) -> "Workspace":
    from guardian.sources.configuration import Options
    from guardian.workspace import Workspace

    options = Options(
        directory=Path(environ.get("GITHUB_WORKSPACE") or "."),
        config=inputs.config or None,
        # Whoever opens the pull request writes its files: the base says what counts.
        config_revision=question.base,
        snapshot=inputs.snapshot or None,
        fail_on=inputs.fail_on,
        # They write its dbt templates, too.
        contained=True,
    )
    return Workspace.of_repository(options)


def _answered(workspace: "Workspace", question: Question) -> Report:
    compare = workspace.report_since if question.branched else workspace.report
    report = compare(question.base, question.head)
    base, head = question.names
    return msgspec.structs.replace(
        report,
        base=msgspec.structs.replace(report.base, ref=base),
        head=msgspec.structs.replace(report.head, ref=head),
    )


# --- the runner's files ------------------------------------------------------------------------


def _event(environ: Mapping[str, str]) -> _Event:
    path = environ.get("GITHUB_EVENT_PATH", "")
    if not path:
        return _Event()
    try:
        return msgspec.json.decode(Path(path).read_bytes(), type=_Event)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"the event cannot be read: {error}", where=path) from error


def _revisions(event: _Event) -> tuple[_Commit, _Commit]:
    if event.pull_request:
        return event.pull_request.base, event.pull_request.head
    if event.merge_group:
        return _Commit(event.merge_group.base_sha), _Commit(event.merge_group.head_sha)
    # A push that creates a branch has forty zeros for what was before.
    return _Commit(event.before if event.before.strip("0") else ""), _Commit(event.after)


def _input(environ: Mapping[str, str], name: str) -> str:
    # The runner keeps the hyphen in the variable's name; no shell can set such a variable.
    plain = f"INPUT_{name.upper()}"
    return (environ.get(plain) or environ.get(plain.replace("-", "_")) or "").strip()


def _switch(environ: Mapping[str, str], name: str) -> bool:
    return _choice(name, _input(environ, name).lower(), ("true", "false")) != "false"


def _choice(name: str, value: str, choices: tuple[Choice, ...]) -> Choice | None:
    if not value:
        return None
    for choice in choices:
        if choice == value:
            return choice
    allowed = ", ".join(f"`{choice}`" for choice in choices)
    raise ConfigError(f"`{name}` cannot be `{value}`", fix=f"write one of {allowed}")


def _append(path: str, text: str) -> None:
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(text)


# --- what is told --------------------------------------------------------------------------------


def _rendered(report: Report, name: str) -> str:
    from guardian.registry import offered
    from guardian.render import Format, Page

    chosen = next(one for one in offered("guardian.render", Format) if one.name == name)
    return chosen.render(report, Page(color=name == "rich"))


def _log(report: Report, inputs: Inputs, stdout: TextIO, token: Callable[[], str]) -> None:
    stdout.write(github.quoted(_rendered(report, "rich"), token()))
    if inputs.annotations:
        stdout.write(github.annotate(_annotations(report)))


def _annotations(report: Report) -> Iterator[github.Annotation]:
    for change in report.changes:
        if change.accepted is not None:
            continue
        yield github.Annotation(
            level=_LEVELS.get(change.severity, "notice"),
            file=change.location.file,
            line=change.location.line,
            title=f"{change.severity}: {change.rule}",
            message=_remark(change),
        )


def _remark(change: Change) -> str:
    return "\n".join(part for part in (change.message, change.because, change.fix) if part)


def _record(
    report: Report, environ: Mapping[str, str], stdout: TextIO, token: Callable[[], str]
) -> None:
    markdown = _rendered(report, "markdown")
    if environ.get("GITHUB_STEP_SUMMARY"):
        _append(environ["GITHUB_STEP_SUMMARY"], f"{markdown}\n")
    if environ.get("GITHUB_OUTPUT"):
        document = _rendered(report, "json")
        if len(document.encode()) > github.OUTPUT_LIMIT:
            document = ""
            stdout.write(github.command("notice", "The report is too large for an output."))
        outputs = {
            "severity": report.severity,
            "changes": str(len(report.changes)),
            "report-json": document,
            "report-markdown": markdown,
        }
        records = (github.output(name, value, token()) for name, value in outputs.items())
        _append(environ["GITHUB_OUTPUT"], "".join(records))


def _comment(
    report: Report,
    environ: Mapping[str, str],
    inputs: Inputs,
    pull: github.PullNumber | None,
    stdout: TextIO,
) -> None:
    if pull is None or not inputs.comment:
        return
    if not inputs.token:
        stdout.write(github.command("notice", "No token, no comment: see the job's summary."))
        return
    client = github.connect(inputs.token, environ.get("GITHUB_API_URL") or github.API)
    body = _rendered(report, "markdown")
    try:
        github.put_comment(client, pull, body, first=bool(report.changes))
    except github.PermissionMissingError as error:
        told = f"No comment, the report is in the job's summary: {error}"
        stdout.write(github.command("notice", told))
    except ServiceError as error:
        told = f"The comment could not be written, the report is in the job's summary: {error}"
        stdout.write(github.command("warning", told))

"""What the workflow says under `with:`."""

from collections.abc import Mapping
from typing import Literal, TypeVar, get_args

import msgspec

from guardian.config import FailOn
from guardian.errors import ConfigError

Level = Literal["write", "maintain", "admin"]
Choice = TypeVar("Choice", bound=str)
_FAIL_ON: tuple[FailOn, ...] = get_args(FailOn)
_LEVELS: tuple[Level, ...] = get_args(Level)


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    """What the workflow chooses; empty where it leaves the choice to us.

    `level` is what somebody's permission must be at least to give commands in comments. `artifact`
    is the name under which the workflow without rights uploads its report, `artifact_file` where a
    step of the other workflow has put it.
    """

    token: str = ""
    base: str = ""
    head: str = ""
    config: str = ""
    fail_on: FailOn | None = None
    snapshot: str = ""
    llm: str = ""
    level: Level = "write"
    artifact: str = "change-guardian"
    artifact_file: str = ""
    comment: bool = True
    annotations: bool = True
    check: bool = True
    report_file: str = ""
    sarif_file: str = ""
    html_file: str = ""


# The names in action.yml, where they are not those of the fields with hyphens.
NAMES = {"token": "github-token", "level": "command-permission"}


def read_inputs(environ: Mapping[str, str]) -> Inputs:
    """Return the inputs of the Action; `GITHUB_TOKEN` stands in for a token that is not given.

    Raises:
        ConfigError: one has a value that it cannot have.
    """
    return Inputs(
        token=_input(environ, "token") or environ.get("GITHUB_TOKEN", ""),
        base=_input(environ, "base"),
        head=_input(environ, "head"),
        config=_input(environ, "config"),
        fail_on=_choice(environ, "fail_on", _FAIL_ON),
        snapshot=_input(environ, "snapshot"),
        llm=_input(environ, "llm"),
        level=_choice(environ, "level", _LEVELS) or "write",
        artifact=_input(environ, "artifact") or "change-guardian",
        artifact_file=_input(environ, "artifact_file"),
        comment=_switch(environ, "comment"),
        annotations=_switch(environ, "annotations"),
        check=_switch(environ, "check"),
        report_file=_input(environ, "report_file"),
        sarif_file=_input(environ, "sarif_file"),
        html_file=_input(environ, "html_file"),
    )


def input_name(field: str) -> str:
    """Return what action.yml calls the input that is kept in `field`."""
    return NAMES.get(field, field.replace("_", "-"))


def _input(environ: Mapping[str, str], field: str) -> str:
    # The runner keeps the hyphen in the variable's name; no shell can set such a variable.
    plain = f"INPUT_{input_name(field).upper()}"
    return (environ.get(plain) or environ.get(plain.replace("-", "_")) or "").strip()


def _switch(environ: Mapping[str, str], field: str) -> bool:
    return _choice(environ, field, ("true", "false"), _input(environ, field).lower()) != "false"


def _choice(
    environ: Mapping[str, str], field: str, choices: tuple[Choice, ...], value: str | None = None
) -> Choice | None:
    value = _input(environ, field) if value is None else value
    if not value:
        return None
    for choice in choices:
        if choice == value:
            return choice
    allowed = ", ".join(f"`{choice}`" for choice in choices)
    name = input_name(field)
    raise ConfigError(f"the input `{name}` cannot be `{value}`", fix=f"write one of {allowed}")

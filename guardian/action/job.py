"""A job of GitHub's runner: what it was given, whom it may ask, and where it speaks."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TextIO

from guardian import escape, github
from guardian.action.inputs import Inputs
from guardian.errors import ServiceError
from guardian.github import Client
from guardian.render.annotations import Level

TITLE = "Change Guardian"


class Job:
    """One run of the Action."""

    def __init__(
        self,
        environ: Mapping[str, str],
        inputs: Inputs,
        stdout: TextIO,
        word: Callable[[], str],
    ) -> None:
        """Speak to `stdout`; `word` gives a new word at each call that nobody can foresee."""
        self.environ = environ
        self.inputs = inputs
        self.word = word
        self._stdout = stdout

    @property
    def repository(self) -> str:
        """Return `owner/name` of the repository that the job runs in."""
        return self.environ.get("GITHUB_REPOSITORY", "")

    @cached_property
    def client(self) -> Client | None:
        """Return who speaks to GitHub's API; None where nobody can, which the log tells.

        Without a token nobody can, and nothing is told.
        """
        if not self.inputs.token:
            return None
        try:
            api = self.environ.get("GITHUB_API_URL") or github.API
            return github.connect(self.inputs.token, api)
        except ServiceError as error:
            self.say("warning", str(error))
            return None

    def say(self, level: Level, message: str) -> None:
        """Put a remark on the job's page."""
        self.write(github.command(level, message, {"title": TITLE}))

    def quote(self, text: str) -> None:
        """Put text into the log in which no line is taken for a command."""
        self.write(github.quoted(text, self.word()))

    def write(self, text: str) -> None:
        """Put workflow commands into the log."""
        self._stdout.write(escape.encodable(text))

"""Every error raised on purpose: what went wrong, where, and what to do about it."""


class GuardianError(Exception):
    """The common ground of our errors: a sentence, a place, a remedy."""

    def __init__(self, what: str, *, where: str | None = None, fix: str | None = None) -> None:
        """Say `what` went wrong, `where` (a file and line, a reference), and how to `fix` it."""
        super().__init__(what)
        self.what = what
        self.where = where
        self.fix = fix

    def __str__(self) -> str:  # type: ignore[explicit-override]  # typing.override needs 3.12
        """Return the whole message on one line, as the terminal shows it."""
        place = f"{self.where}: " if self.where else ""
        remedy = f" ({self.fix})" if self.fix else ""
        return f"{place}{self.what}{remedy}"


class ConfigError(GuardianError):
    """`guardian.yml`, a rule pack or an option says something we cannot follow."""


class RevisionError(GuardianError):
    """A repository or a revision cannot be read."""


class ServiceError(GuardianError):
    """A service (GitHub, AWS, a model) did not answer as it should.

    The report goes out without it.
    """

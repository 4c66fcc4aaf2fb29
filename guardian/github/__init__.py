"""Everything said to GitHub: through its API, and in the lines and files that its runner reads."""

from guardian.github.checks import Check, Conclusion, conclusion, put_check
from guardian.github.client import (
    API,
    Client,
    PermissionMissingError,
    PullNumber,
    asked,
    connect,
)
from guardian.github.comment import put_comment
from guardian.github.patience import Budget
from guardian.github.runner import OUTPUT_LIMIT, append, output, quoted
from guardian.render.annotations import Annotation, Level, annotate, command
from guardian.render.memory import MARKER

__all__ = [
    "API", "MARKER", "OUTPUT_LIMIT", "Annotation", "Budget", "Check", "Client",
    "Conclusion", "Level", "PermissionMissingError", "PullNumber", "annotate", "append", "asked",
    "command", "conclusion", "connect", "output", "put_check", "put_comment", "quoted",
]  # fmt: skip

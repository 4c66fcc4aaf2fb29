"""One rendering of one model: what it was given, and what it said while it ran."""

import re
from dataclasses import dataclass, field
from typing import Any

from guardian.languages.dbt.relations import Relation
from guardian.model.lineage import Diagnostic

_LITERAL = re.compile(r"'(?:[^'\n]|'')*'")


@dataclass
class Run:
    """What a rendering knows and finds out; the names that templates use speak to the current one.

    `files` are the files that it followed; `absent` those that it looked for; `reads` every
    relation that it mentions, in order; `ephemeral` the models to be inlined, by the name that
    stands for them. With `blank_unknown`, a macro that is not known prints nothing, for the places
    where SQL allows no value. `defaulted` says that a variable which the project does not give was
    asked for; with `enabling`, one that is off by default is taken to be on. `functions` are the
    names under which unknown macros are called in the text, `stand_ins` the texts that warnings say
    to stand for something unknown.
    """

    path: str = ""
    name: str = ""
    package: str = ""
    incremental: bool = False
    blank_unknown: bool = False
    this: Relation = field(default_factory=lambda: Relation("this"))
    config: dict[str, Any] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    missing_refs: set[str] = field(default_factory=set)
    missing_sources: set[tuple[str, str]] = field(default_factory=set)
    reads: dict[Relation, None] = field(default_factory=dict)
    ephemeral: dict[str, str] = field(default_factory=dict)
    warnings: dict[Diagnostic, None] = field(default_factory=dict)
    stand_ins: dict[Diagnostic, str] = field(default_factory=dict)
    asked_incremental: bool = False
    defaulted: bool = False
    enabling: bool = False
    results: dict[str, Any] = field(default_factory=dict)

    def warn(self, file: str, line: int, message: str, stand_in: str = "") -> None:
        """Add a diagnostic, once; `stand_in` is the text that stands for what is unknown."""
        diagnostic = Diagnostic(file, max(1, line), message)
        self.warnings.setdefault(diagnostic)
        if stand_in:
            self.stand_ins[diagnostic] = stand_in

    def forget_literals(self, text: str) -> None:
        """Drop what is said of unknown values that the rendered `text` has in literals only.

        No name, no table and no condition's shape depends on them.
        """
        if not self.stand_ins:
            return
        bare = _LITERAL.sub("", text)
        for diagnostic, stand_in in self.stand_ins.items():
            if stand_in in text and stand_in not in bare:
                self.warnings.pop(diagnostic, None)

"""One trial: a job, the kinds of rewrite or mutation that were applied to it, and what was said."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from guardian import pipeline, registry
from guardian.diff import Comparison, Detector
from guardian.engines.deep import deep
from guardian.lineage.link import Memory, World, link
from tests.judge.jobs import Job
from tests.judge.rules import Rule, Setting

DETECTORS = registry.offered("guardian.diff", Detector)
TEMPLATE = re.compile(r"\{\{.*?\}\}", re.DOTALL)
CONFIG = re.compile(r"\s*\{\{\s*config\(.*?\)\s*\}\}\s*", re.DOTALL)
PLACEHOLDER = re.compile(r"template_(\d+)_", re.IGNORECASE)


class Compared:
    """A job as the base has it, compared with other texts of it."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.seen = pipeline.Seen()
        self.memory = Memory()
        self.base = deep(lambda: self._world(job.text))

    def said(self, text: str) -> list[str]:
        """Return what is said of the job when its file reads `text`: changes, and new warnings."""

        def work() -> list[str]:
            head = self._world(text)
            found = Comparison(self.base, head, DETECTORS).changes()
            told = [f"{c.rule} {c.dataset}.{c.column}: {c.before} -> {c.after}" for c in found]
            known = {warning.message for warning in self.base.warnings}
            new = [warning.message for warning in head.warnings if warning.message not in known]
            return told + (new if len(head.warnings) > len(self.base.warnings) else [])

        return deep(work)

    def _world(self, text: str) -> World:
        sources = self.job.sources(text)
        paths = sources.selected() if self.job.folder is not None else sources.paths()
        lowered, _ = pipeline.lower(sources, paths, None, self.seen)
        return link(lowered, memory=self.memory)


# --- SQL as statements -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Script:
    """A file as sqlglot reads it; its templates are held back and put in again."""

    trees: tuple[exp.Expr, ...]
    dialect: str
    head: str = ""
    held: tuple[str, ...] = ()
    end: str = "\n"

    def text(self, *, pretty: bool = False) -> str:
        printed = ";\n\n".join(tree.sql(dialect=self.dialect, pretty=pretty) for tree in self.trees)
        return (
            self.head + PLACEHOLDER.sub(lambda found: self.held[int(found[1])], printed) + self.end
        )


def script(job: Job) -> Script | None:
    """Return a job's statements; None where sqlglot alone cannot read and print them."""
    text = job.text
    if job.is_python or "{%" in text or re.search(r"^GO\b", text, re.MULTILINE | re.IGNORECASE):
        return None
    config = CONFIG.match(text)
    head = config[0] if config else ""
    held = tuple(TEMPLATE.findall(text, len(head)))
    numbers = iter(range(len(held)))
    code = TEMPLATE.sub(lambda _: f"template_{next(numbers)}_", text[len(head) :])
    trees = _parsed(code, job.dialect)
    if not trees or any(_is_odd(tree) for tree in trees):
        return None
    end = ";\n" if code.rstrip().endswith(";") else "\n"
    made = Script(tuple(trees), job.dialect, head, held, end)
    printed = ";\n".join(tree.sql(dialect=job.dialect) for tree in trees)
    again = _parsed(printed, job.dialect)
    return made if again == list(trees) else None


def _parsed(text: str, dialect: str) -> list[exp.Expr] | None:
    try:
        return [tree for tree in sqlglot.parse(text, read=dialect) if tree is not None]
    except SqlglotError:
        return None


def _is_odd(tree: exp.Expr) -> bool:
    return tree.find(exp.Command) is not None or tree.args.get("kind") in {"PROCEDURE", "FUNCTION"}


# A rewrite of a file: its statements with one place turned, None where there is no place for it.
Step: TypeAlias = Callable[[Script, Setting], Script | None]


def of_rule(rule: Rule) -> Step:
    """Return a rule as a step over a file's statements."""

    def step(script: Script, setting: Setting) -> Script | None:
        places = list(range(len(script.trees)))
        setting.chance.shuffle(places)
        for place in places:
            made = rule.applied(script.trees[place], setting)
            if made is not None:
                trees = [*script.trees[:place], made, *script.trees[place + 1 :]]
                return Script(tuple(trees), script.dialect, script.head, script.held, script.end)
        return None

    return step

"""Hooks: the SQL that dbt runs around a model, or around a whole run, where it writes."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from guardian.languages.dbt.lines import Lines
from guardian.languages.sql import Script, run_script
from guardian.model.lineage import Location
from guardian.model.plan import PlanBuilder, Write

MOST_HOOKS = 50
_WRITES = re.compile(
    r"\s*(insert|update|delete|merge|replace\s+into|create\s+(or\s+replace\s+)?(transient\s+)?table)\b",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)


def hooks_of(config: Mapping[str, Any]) -> Iterator[str]:
    """Yield the texts of a model's hooks, those before it first; they may be templates still."""
    for name in ("pre_hook", "pre-hook", "post_hook", "post-hook"):
        yield from hook_texts(config.get(name))


def hook_texts(value: Any) -> Iterator[str]:
    """Yield the texts of one configured hook: a text, `{sql: …}`, or a list of these."""
    for entry in (value if isinstance(value, list | tuple) else [value])[:MOST_HOOKS]:
        text = entry.get("sql") if isinstance(entry, Mapping) else entry
        if isinstance(text, str) and text.strip():
            yield text


def hook_writes(
    text: str, builder: PlanBuilder, *, dialect: str, job: str, at: Location
) -> list[Write]:
    """Return what the rendered text of a hook writes; grants, settings and upkeep write nothing."""
    if not any(_WRITES.match(part) for part in _COMMENT.sub("", text).split(";")):
        return []
    script = Script(builder=builder, dialect=dialect, path=at.file, job=job)
    first = len(builder.nodes)
    run_script(text, script)
    lines = Lines(at.file, (at.line,) * (text.count("\n") + 1))
    for index in range(first, len(builder.nodes)):
        builder.nodes[index] = lines.moved(builder.nodes[index])
    return [replace(write, at=at) for write in script.writes]

"""Files that a script includes: it goes on in them, with all that it knows."""

from collections.abc import Callable

from guardian.languages.sql.dress import Include, located
from guardian.languages.sql.script import Script
from guardian.model.plan import Handle

MAX_DEEP = 20
MAX_INCLUDED = 500
NO_FILE = (
    "`{}`, which is included here, is not in the repository: declare what it reads and writes with "
    "`-- @LINEAGE_INPUTS: …` and `-- @LINEAGE_OUTPUTS: …`"
)
TOO_MANY = "`{}` was not followed: too many files are included"


def run_included(
    include: Include, script: Script, run: Callable[[str, Script], Handle | None]
) -> None:
    """Go on in a file that the script includes: what it writes is written by that file's job."""
    sources = script.sources
    path = None
    if sources is not None:
        path = located(include.path, script.path, lambda path: sources.read(path) is not None)
    file = sources.read(path) if sources is not None and path is not None else None
    if path is None or file is None:
        script.warn(include.line, NO_FILE.format(include.path))
        return
    if path in (script.path, *script.including):
        return
    script.included += 1
    if script.included > MAX_INCLUDED or len(script.including) >= MAX_DEEP:
        script.warn(include.line, TOO_MANY.format(include.path))
        return
    outer = (script.path, script.job, script.first_line, script.including)
    script.including = (*script.including, script.path)
    script.path, script.job, script.first_line = path, path, 1
    try:
        run(file.text, script)
    finally:
        script.path, script.job, script.first_line, script.including = outer

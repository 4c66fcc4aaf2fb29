"""Parameters and client variables as their authors write them, in the texts of changes."""

import re

from guardian.lineage.link import World

_SYMBOL = re.compile(r"\{([^{}]{1,80})\}")


def spelled(text: str, job: str | None, world: World) -> str:
    """Return a text of one job in which `{date parameter 1}` stands as `@since`.

    What the author's text for it is not known stays.
    """
    if job is None or "{" not in text:
        return text
    jobs = {job, job.partition("#")[0]}
    known = {
        symbol: written
        for file in world.lowered
        if file.spelled
        for of, symbol, written in file.spelled
        if of in jobs
    }
    return _SYMBOL.sub(lambda found: known.get(found[1], found[0]), text) if known else text

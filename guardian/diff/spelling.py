"""Parameters and client variables as their authors write them, in the texts of changes."""

import re
from collections.abc import Mapping

import msgspec

from guardian.lineage.link import World
from guardian.model.changes import Evidence

_SYMBOL = re.compile(r"\{([^{}]{1,80})\}")


def spelled(text: str, job: str | None, world: World) -> str:
    """Return a text of one job in which `{date parameter 1}` stands as `@since`.

    What the author's text for it is not known stays.
    """
    if job is None or "{" not in text:
        return text
    known = _written(job, world)
    return _SYMBOL.sub(lambda found: known.get(found[1], found[0]), text) if known else text


def with_parameters_spelled(evidence: Evidence, job: str, world: World) -> Evidence:
    """Return `evidence` with the parameters of its witness as the job's author writes them."""
    witness = evidence.witness
    if witness is None or not witness.parameters:
        return evidence
    known = _written(job, world)
    named = tuple((known.get(name, name), value) for name, value in witness.parameters)
    return msgspec.structs.replace(
        evidence, witness=msgspec.structs.replace(witness, parameters=named)
    )


def _written(job: str, world: World) -> Mapping[str, str]:
    """Return how the author of a job writes what is known at run time only, by our name for it."""
    jobs = {job, job.partition("#")[0]}
    return {
        symbol: written
        for file in world.lowered
        if file.spelled
        for of, symbol, written in file.spelled
        if of in jobs
    }

"""`Fix`: an edit that keeps a reader of a changed column or dataset as it was."""

from typing import Literal

import msgspec

from guardian.model.lineage import Location


class Fix(msgspec.Struct, frozen=True, kw_only=True):
    """All edits of one file that keep its jobs as they were; `patch` is a unified diff of it.

    `restores` says what it keeps, as a sentence. `rule` and `fingerprint` are those of the change
    that makes it necessary, `fingerprints` of all of them. `datasets` are those whose definitions
    it keeps. `proven`: with it applied, each of them was read again and has the definition that it
    would have if the change had not been made, under the new name. Nothing else is ever proposed.
    """

    file: str
    lines: tuple[int, ...]
    patch: str
    restores: str
    rule: str
    fingerprint: str
    fingerprints: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    proven: bool = True


class ByHand(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A reader that needs a person: no edit was found that provably keeps it as it was, and why."""

    file: str
    line: int
    dataset: str
    name: str
    why: str
    job: str = ""
    rule: str = ""
    fingerprint: str = ""


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """How the owner makes one change safely: the steps in order.

    `readers` are the places that take what it changes, with their owners where these are known.
    """

    rule: str
    fingerprint: str
    dataset: str
    column: str | None
    location: Location
    steps: tuple[str, ...]
    readers: tuple[str, ...] = ()


class Fixes(msgspec.Struct, frozen=True, kw_only=True):
    """The document of `guardian fix`: edits that are proven, readers that need a person.

    And how the owners of the changes could do without either.
    """

    schema_version: Literal["1"] = "1"
    fixes: tuple[Fix, ...] = ()
    by_hand: tuple[ByHand, ...] = ()
    recipes: tuple[Recipe, ...] = ()

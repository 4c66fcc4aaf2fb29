"""What our comment remembers of the last run, in an HTML comment beside its marker.

Anyone with write access may edit a comment, so what is read back is data: it is capped in size,
checked against its digest and its types, and forgotten where any of that fails.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Annotated

import msgspec

MARKER = "<!-- change-guardian -->"
MOST_CHARACTERS = 12_000  # written down, of the 65,536 that a comment may have
MOST_TOLD = 120  # characters of the words for one finding
_START = "<!-- change-guardian remembers "
_END = " -->"
_VERSION = "1"
_LINE = re.compile(rf"{_START}{_VERSION} ([0-9a-f]{{16}}) ([^\s<>-]{{2,{MOST_CHARACTERS}}}){_END}")
# Could end the comment, or be read as a mention, a link or an entity; escaped in JSON's own way.
_ACTIVE = re.compile(r"[^A-Za-z0-9_.,:;=()+'\"\\{}\[\]]")

Number = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Word = Annotated[str, msgspec.Meta(max_length=64)]
Words = Annotated[str, msgspec.Meta(max_length=MOST_TOLD)]


class Memory(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the last run found: fingerprints that are `open`, the worst first, and `accepted` ones.

    `run` and `attempt` number the workflow's run, `head` is the commit it was about. `told` has a
    few words of our own for a fingerprint, so that a finding that is fixed can be named. `findings`
    counts those that were open; it is more than are listed where they did not all fit.
    """

    run: Number = 0
    attempt: Number = 0
    head: Word = ""
    open: tuple[Word, ...] = ()
    accepted: tuple[Word, ...] = ()
    told: Mapping[Word, Words] = {}
    findings: Number = 0

    @property
    def whole(self) -> bool:
        """Return whether every finding that was open is listed."""
        return self.findings <= len(self.open)


def written(memory: Memory) -> str:
    """Return `memory` as one HTML comment; the words, then the last findings go if it is long."""
    kept = memory if memory.findings else _with(memory, findings=len(memory.open))
    while len(text := _encoded(kept)) > MOST_CHARACTERS:
        kept = _smaller(kept)
    return f"{_START}{_VERSION} {_digest(text)} {text}{_END}"


def read(body: str) -> Memory | None:
    """Return what a comment of ours remembers; None where it is missing, edited or broken."""
    found = _LINE.search(body)
    if found is None or _digest(found[2]) != found[1]:
        return None
    try:
        return msgspec.json.decode(found[2], type=Memory)
    except (msgspec.DecodeError, UnicodeError):
        return None


def _smaller(memory: Memory) -> Memory:
    if memory.told:
        return _with(memory, told=dict(list(memory.told.items())[: len(memory.told) // 2]))
    if memory.accepted and len(memory.accepted) >= len(memory.open):
        return _with(memory, accepted=memory.accepted[: len(memory.accepted) // 2])
    return _with(memory, open=memory.open[: len(memory.open) // 2])


def _with(memory: Memory, **fields: object) -> Memory:
    return msgspec.structs.replace(memory, **fields)


def _encoded(memory: Memory) -> str:
    told = {known: words[:MOST_TOLD] for known, words in memory.told.items()}
    text = msgspec.json.encode(_with(memory, told=told)).decode()
    return _ACTIVE.sub(lambda found: _escape(found[0]), text)


def _escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

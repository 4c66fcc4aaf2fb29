"""What is kept of a warehouse between runs of `guardian ingest`: its texts, lowered."""

from pathlib import Path

import msgspec

from guardian import __version__
from guardian.languages.packed import packed, unpacked
from guardian.model.plan import Lowered


class KeptText(msgspec.Struct, frozen=True):
    """A text that was lowered: when it was modified, what it was, how sure its edges were."""

    modified: str
    digest: str
    confidence: float
    body: bytes

    def lowered(self) -> Lowered | None:
        """Return it lowered, None where it cannot be read."""
        return unpacked(self.body)


class State(msgspec.Struct, frozen=True):
    """The texts by object; `made_by` is the version that lowered them."""

    made_by: str = ""
    texts: dict[str, KeptText] = {}


def kept(modified: str, digest: str, confidence: float, lowered: Lowered) -> KeptText:
    """Return what is to be kept of a text."""
    return KeptText(modified, digest, confidence, packed(lowered))


def read(path: Path, version: str) -> State:
    """Return what was kept; nothing where there is none, or another version made it."""
    try:
        state = msgspec.msgpack.decode(path.read_bytes(), type=State)
    except (OSError, msgspec.DecodeError, RecursionError):
        return State()
    return state if state.made_by == _made_by(version) else State()


def write(path: Path, version: str, texts: dict[str, KeptText]) -> None:
    """Keep texts; where that is not possible, they are lowered again."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        new = path.with_suffix(".new")
        new.write_bytes(msgspec.msgpack.encode(State(_made_by(version), texts)))
        new.replace(path)
    except OSError:
        return


def _made_by(version: str) -> str:
    return f"{__version__} {version}"

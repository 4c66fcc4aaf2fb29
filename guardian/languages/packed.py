"""A lowered file as bytes, for the cache and between processes; its nodes are read when needed."""

import struct
import zlib
from collections.abc import Sequence
from typing import cast, overload

import msgspec

from guardian.model import plan
from guardian.model.overriding import override
from guardian.model.plan import Lowered, Operator

_MOST_PLAIN = 64_000_000  # an entry larger than this once unpacked is no honest one


class Shelved(Sequence[Operator]):
    """The nodes of a cached file, packed until somebody looks at one of them."""

    def __init__(self, packed: bytes) -> None:
        """Keep what `packed` made."""
        self._packed = packed
        self._nodes: tuple[Operator, ...] | None = None

    def _opened(self) -> tuple[Operator, ...]:
        if self._nodes is None:
            self._nodes = _NODES.decode(_plain(self._packed))
        return self._nodes

    def shelved(self) -> bytes:
        """Return the packed nodes."""
        return self._packed

    @overload
    def __getitem__(self, index: int) -> Operator: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Operator]: ...
    @override
    def __getitem__(self, index: int | slice) -> Operator | Sequence[Operator]:
        """Return a node."""
        return self._opened()[index]

    @override
    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._opened())

    @override
    def __eq__(self, other: object) -> bool:
        """Return whether `other` holds equal nodes."""
        return self._opened() == (other._opened() if isinstance(other, Shelved) else other)

    @override
    def __hash__(self) -> int:
        """Return the same as for a tuple of them."""
        return hash(self._opened())


def packed(lowered: Lowered) -> bytes:
    """Return a file in two parts, so that its nodes need not be read with the rest of it."""
    head = msgspec.json.encode(msgspec.structs.replace(lowered, nodes=()))
    nodes: Sequence[Operator] = lowered.nodes
    shelved = nodes.shelved() if isinstance(nodes, Shelved) else None
    parts = zlib.compress(head, 1), shelved or zlib.compress(msgspec.json.encode(nodes), 1)
    return _FRONT.pack(_FORM, zlib.crc32(parts[1], zlib.crc32(parts[0])), len(parts[0])) + b"".join(
        parts
    )


def unpacked(body: bytes) -> Lowered | None:
    """Return what `packed` made a body of; None for any other."""
    try:
        form, check, length = _FRONT.unpack_from(body)
        if form != _FORM or check != zlib.crc32(memoryview(body)[_FRONT.size :]):
            return None
        nodes = _FRONT.size + length
        lowered = _HEAD.decode(_plain(body[_FRONT.size : nodes]))
    except (struct.error, zlib.error, msgspec.DecodeError, RecursionError):
        return None
    shelved = cast("tuple[Operator, ...]", Shelved(body[nodes:]))
    return msgspec.structs.replace(lowered, nodes=shelved)


def _plain(packed: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    plain = unpacker.decompress(packed, _MOST_PLAIN)
    if unpacker.unconsumed_tail:
        raise zlib.error("larger than any honest entry")
    return plain


def _form() -> int:
    """Return a number that is another when the plan's parts have other fields."""
    parts = sorted(
        (kind.__name__, kind.__struct_fields__)
        for kind in vars(plan).values()
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct)
    )
    return zlib.crc32(repr(parts).encode())


_FRONT = struct.Struct(">III")  # form, check sum of the rest, length of the part before the nodes
_FORM = _form()
_HEAD = msgspec.json.Decoder(Lowered)
_NODES = msgspec.json.Decoder(tuple[Operator, ...])

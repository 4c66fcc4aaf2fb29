"""AWS Glue's collections of frames, which some transforms give and custom ones hand on."""

from collections.abc import Iterable
from dataclasses import dataclass

from guardian.languages.python.machine import Machine
from guardian.languages.python.spark_frames import Frame, frame_of
from guardian.languages.python.values import MISSING, Call, Unknown, Value, plain, to_text


@dataclass(frozen=True, eq=False)
class Collection:
    """A DynamicFrameCollection: frames by name; `rest` stands for names that are not known."""

    frames: dict[str, Frame]
    rest: Frame | None = None

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return nothing: it has methods only."""
        del name, machine
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return a frame, the names, or the collection changed."""
        if name in {"select", "__getitem__", "get"}:
            return self.select(call.value(0, "key"))
        if name in {"keys", "__iter__"}:
            return list(self.frames) or ([Unknown("key")] if self.rest is not None else [])
        if name == "values":
            return list(self.frames.values()) or ([self.rest] if self.rest is not None else [])
        if name == "items":
            return [(key, frame) for key, frame in self.frames.items()]
        if name == "map":
            function = call.value(0, "callable")
            answers = {
                key: call.machine.apply(function, frame, key) for key, frame in self.frames.items()
            }
            frames = {key: one for key, one in answers.items() if isinstance(one, Frame)}
            return Collection(frames, self.rest)
        return Unknown(name, weak=True)

    def select(self, key: Value) -> Value:
        """Return the frame of that name; the only one, where the name is not known."""
        named = self.frames.get(plain(to_text(key)))
        if named is not None:
            return named
        if self.rest is not None:
            return self.rest
        return next(iter(self.frames.values()), Unknown("frame"))


def collection(call: Call) -> Value:
    """Return `DynamicFrameCollection({"name": frame}, glueContext)`."""
    given = call.value(0, "dynamic_frames")
    if not isinstance(given, dict):
        return Unknown("collection", weak=True)
    return Collection(_frames(given.items(), call.machine))


def _frames(pairs: Iterable[tuple[Value, Value]], machine: Machine) -> dict[str, Frame]:
    found = {plain(to_text(name)): frame_of(value, machine) for name, value in pairs}
    return {name: frame for name, frame in found.items() if frame is not None}

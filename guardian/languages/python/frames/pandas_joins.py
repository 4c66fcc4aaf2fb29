"""pandas' `merge`, `join` and `concat`."""

from collections.abc import Sequence

from sqlglot import exp

from guardian.languages.python.frames.pandas_frame import PandasFrame, names_in
from guardian.languages.python.frames.pandas_series import Series
from guardian.languages.python.frames.rows import (
    joined,
    joined_using,
    lowered,
    name_of,
    opaque,
    projected,
    united,
    with_suffixes,
)
from guardian.languages.python.spark_columns import spread
from guardian.languages.python.values import Call, Unknown, Value, plain, to_text
from guardian.model.plan import JoinKind

KINDS: dict[str, JoinKind] = {
    "inner": "inner", "left": "left", "right": "right", "outer": "full", "cross": "cross",
    "full": "full",
}  # fmt: skip


def _frame(value: Value, call: Call) -> PandasFrame | None:
    if isinstance(value, PandasFrame):
        return value
    if isinstance(value, Series) and value.frame is not None:
        made = projected(
            call, value.frame,
            [*((name, Series(_column(name, value.frame)), name) for name in value.index),
             (value.name or "0", value, "")],
        )  # fmt: skip
        return PandasFrame(made, value.index)
    if isinstance(value, Unknown) and value.handles:
        return PandasFrame(opaque(call, value.handles, plain(value.name) or "merge"))
    return None


def _column(name: str, frame: int) -> exp.Expr:
    from guardian.languages.python.frames.terms import column_of  # noqa: PLC0415 - used by this one function

    return column_of(name, frame)


def _kind(call: Call, usual: str) -> JoinKind:
    how = call.kwargs.get("how", usual)
    kind = KINDS.get(plain(to_text(how)).lower())
    if kind is None:
        call.machine.warn(
            f"the kind of this join, `{plain(to_text(how))}`, is not known; it is read as {usual}",
            call.at,
        )
    return kind or KINDS[usual]


def merged(frame: PandasFrame, call: Call) -> Value:
    """Return `frame.merge(other, on=…)`."""
    other = _frame(call.value(0, "right"), call)
    if other is None:
        return PandasFrame(opaque(call, [frame.handle], "merge"), frame.index)
    if "how" not in call.kwargs and isinstance(call.value(1), str) and call.value(1) in KINDS:
        call.kwargs["how"] = call.value(1)
    on = names_in(call.kwargs.get("on", call.value(2)))
    left_on, right_on = names_in(call.kwargs.get("left_on")), names_in(call.kwargs.get("right_on"))
    if call.kwargs.get("left_index") is True:
        left_on = frame.index
    if call.kwargs.get("right_index") is True:
        right_on = other.index
    return merged_on(frame, other, call, on, (left_on, right_on))


def merged_on(
    frame: PandasFrame, other: PandasFrame, call: Call, on: tuple[str, ...] | None,
    sides: tuple[tuple[str, ...] | None, tuple[str, ...] | None],
) -> Value:  # fmt: skip
    """Return two frames merged on columns of one name, or of a name on each side."""
    kind = _kind(call, "inner")
    left_on, right_on = sides
    if on is None and left_on is not None and left_on == right_on:
        on = left_on
    if on:
        handles = with_suffixes(call, (frame.handle, other.handle), on, _suffixes(call))
        return PandasFrame(joined_using(call, *handles, kind, on))
    if kind == "cross":
        return PandasFrame(joined(call, frame.handle, other.handle, "cross", []))
    if left_on and right_on and len(left_on) == len(right_on):
        return PandasFrame(_on_pairs(frame, other, call, kind, (left_on, right_on)))
    if left_on is None and right_on is None:
        shared = _shared(frame, other, call)
        if shared:
            return PandasFrame(joined_using(call, frame.handle, other.handle, kind, shared))
        why = "the columns that `merge` joins on are not known; name them with `on=`"
        return PandasFrame(opaque(call, [frame.handle, other.handle], "merge", why=why))
    handles = with_suffixes(call, (frame.handle, other.handle), (), _suffixes(call))
    return PandasFrame(joined(call, *handles, kind, []), frame.index)


def _on_pairs(
    frame: PandasFrame, other: PandasFrame, call: Call, kind: JoinKind,
    names: tuple[Sequence[str], Sequence[str]],
) -> int:  # fmt: skip
    left, right = with_suffixes(call, (frame.handle, other.handle), (), _suffixes(call))
    pairs = []
    for first, second in zip(*names, strict=True):
        # The author's own name, from before a suffix told the columns apart.
        one = lowered(call.machine, _column(name_of(first), frame.handle), call.at)
        two = lowered(call.machine, _column(name_of(second), other.handle), call.at)
        pairs.append((one, two))
    return joined(call, left, right, kind, pairs)


def _shared(frame: PandasFrame, other: PandasFrame, call: Call) -> list[str]:
    from guardian.languages.python.frames.rows import known_columns  # noqa: PLC0415 - used by this one function

    first = known_columns(call.machine, frame.handle)
    second = known_columns(call.machine, other.handle)
    if first is None or second is None:
        return []
    return [name for name in first if name in second]


def _suffixes(call: Call) -> tuple[str, str]:
    given = call.kwargs.get("suffixes")
    if isinstance(given, list | tuple) and len(given) == 2:
        return plain(to_text(given[0] or "")), plain(to_text(given[1] or ""))
    return "_x", "_y"


def join_frames(frame: PandasFrame, call: Call) -> Value:
    """Return `frame.join(other, on=…)`: the other side's key is its index."""
    others = [_frame(value, call) for value in spread([call.value(0, "other")])]
    kind = _kind(call, "left")
    keys = names_in(call.kwargs.get("on", call.value(1)))
    suffixes = tuple(plain(to_text(call.kwargs.get(name) or "")) for name in ("lsuffix", "rsuffix"))
    made = frame
    for other in others:
        if other is None:
            return PandasFrame(opaque(call, [frame.handle], "join"), frame.index)
        left_on, right_on = keys or made.index, other.index
        handles = with_suffixes(
            call, (made.handle, other.handle), left_on, (suffixes[0], suffixes[1])
        )
        if left_on and tuple(map(name_of, left_on)) == tuple(right_on):
            handle = joined_using(call, *handles, kind, left_on)
        elif left_on and len(left_on) == len(right_on):
            handle = _on_pairs(made, other, call, kind, (left_on, right_on))
        else:
            handle = joined(call, *handles, kind, [])
        made = PandasFrame(handle, made.index)
    return made


def concatenated(frame: PandasFrame, call: Call) -> Value:
    """Return `frame.append(other)`."""
    return concat([frame, *spread([call.value(0, "other")])], call)


def concat(values: Sequence[Value], call: Call) -> Value:
    """Return `pd.concat([...])`: below each other, or side by side with `axis=1`."""
    frames = [one for one in (_frame(value, call) for value in values) if one is not None]
    if not frames:
        return Unknown("concat", weak=True)
    if call.kwargs.get("axis") in {1, "columns"}:
        made = frames[0]
        for other in frames[1:]:
            keys = made.index if made.index and made.index == other.index else None
            handle = (
                joined_using(call, made.handle, other.handle, "full", keys)
                if keys
                else joined(call, made.handle, other.handle, "full", [])
            )
            made = PandasFrame(handle, made.index)
        return made
    if len(frames) < len(values):
        handles = [one.handle for one in frames]
        why = "one of the frames of this `concat` is not known"
        known = united(call, handles)
        return PandasFrame(opaque(call, [known], "concat", why=why))
    return PandasFrame(united(call, [one.handle for one in frames]), frames[0].index)

"""Single values as a contract's file shows them."""

from guardian.model.contract import Bound


def plain(value: Bound) -> int | float | str:
    """Return a bound as its author would write it: a whole number without a point."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value

"""`@override` for type checkers, where the interpreter's values take it from."""

from guardian.model.overriding import override

__all__ = ["override"]

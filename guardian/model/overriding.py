"""`@override` for type checkers; Python has it from 3.12 on."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from typing_extensions import override
else:
    Method = TypeVar("Method", bound=Callable[..., Any])

    def override(method: Method) -> Method:
        """Return `method` unchanged."""
        return method


__all__ = ["override"]

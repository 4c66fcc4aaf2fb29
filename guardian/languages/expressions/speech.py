"""What sqlglot knows of a dialect, made once: an instance costs more than the use of it."""

from functools import lru_cache

from sqlglot.dialects.dialect import Dialect
from sqlglot.parser import Parser


@lru_cache(maxsize=64)
def dialect_of(name: str) -> Dialect:
    """Return the dialect called `name`, sqlglot's own where that is empty.

    Raises:
        ValueError: where there is none of that name.
    """
    return Dialect.get_or_raise(name or None)


@lru_cache(maxsize=64)
def parser_of(name: str) -> Parser:
    """Return the parser of a dialect; it forgets one text as it begins the next.

    Raises:
        ValueError: where there is no dialect of that name.
    """
    return dialect_of(name).parser()

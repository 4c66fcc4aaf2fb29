"""The configuration as it lies on disk, or in a revision."""

from collections.abc import Callable
from pathlib import Path

from guardian.config import FILES, Config, parse
from guardian.errors import ConfigError
from guardian.sources.decoding import UnreadableError, decode

Read = Callable[[str], str | None]


def configuration(read: Read, named: str | None = None) -> Config:
    """Return what `guardian.yml` says, or the file `named`; defaults where neither is there.

    Raises:
        ConfigError: the named file is missing, or a file says something that we cannot follow.
    """
    for name in (named,) if named else FILES:
        text = read(name)
        if text is not None:
            return parse(text, name)
    if named:
        raise ConfigError("no such file", where=named, fix="`guardian init` writes guardian.yml")
    return Config()


def on_disk(root: Path) -> Read:
    """Return what reads the files below `root`, and those with a path of their own."""

    def read(path: str) -> str | None:
        try:
            return decode((root / path).read_bytes())[0]
        except FileNotFoundError:
            return None
        except (OSError, UnreadableError) as error:
            raise ConfigError(f"cannot be read: {error}", where=path) from error

    return read

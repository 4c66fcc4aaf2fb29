"""The configuration as it lies on disk, or in a revision."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from guardian.config import FILES, Config, FailOn, parse
from guardian.errors import ConfigError
from guardian.model.acceptance import Acceptance
from guardian.sources.decoding import UnreadableError, decode

Read = Callable[[str], str | None]


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What the user chose at the start; None leaves the choice to the configuration.

    With `config_revision`, the configuration and all that it names are read from that revision.
    With `contained`, what strangers' templates could do is done in a limited process of its own.
    `accepted` is what else is accepted beside the configuration and the code. `llm` is the model
    provider; without it, a configuration counts only where it comes from `config_revision`. With
    `fixes`, reports hold the edits that keep the readers of what is gone.
    """

    directory: Path = Path()
    config: str | None = None
    config_revision: str | None = None
    snapshot: str | None = None
    fail_on: FailOn | None = None
    cache: bool = True
    contained: bool = False
    accepted: tuple[Acceptance, ...] = ()
    llm: str | None = None
    fixes: bool = False


def configuration(read: Read, options: Options) -> Config:
    """Return what `guardian.yml` says, or the file that `options` name; defaults without either.

    Raises:
        ConfigError: the named file is missing, or a file says something that we cannot follow.
    """
    named = options.config
    if named is not None and options.config_revision is None:
        # As every path on a command line, it is meant from where the command was typed.
        named = str(Path(named).absolute())
    for name in (named,) if named else FILES:
        text = read(name)
        if text is not None:
            return parse(text, options.config or name)
    if named:
        raise ConfigError(
            "no such file", where=options.config, fix="`guardian init` writes guardian.yml"
        )
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

"""Models' answers kept between runs: a small file for each, in the user's cache folder.

They may be deleted at any time, and are checked like new ones whenever they are used.
"""

import os
import tempfile
from pathlib import Path

MOST_FILES = 200
MOST_BYTES = 20_000


class KeptAnswers:
    """Answers by key; the oldest go where there are too many. A folder that fails keeps nothing."""

    def __init__(self, folder: Path, *, most_files: int = MOST_FILES) -> None:
        """Keep them in `folder`, which is made when the first one comes."""
        self._folder = folder
        self._most_files = most_files

    def get(self, key: str) -> str | None:
        """Return what was stored under `key`, None where there is nothing."""
        try:
            with (self._folder / f"{key}.json").open(encoding="utf-8") as file:
                text = file.read(MOST_BYTES + 1)
        except (OSError, UnicodeDecodeError):
            return None
        return text if len(text) <= MOST_BYTES else None

    def put(self, key: str, answer: str) -> None:
        """Store `answer` under `key`, whole or not at all."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor, name = tempfile.mkstemp(dir=self._folder, suffix=".part")
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(answer)
            Path(name).replace(self._folder / f"{key}.json")
            self._shrink()
        except (OSError, UnicodeEncodeError):
            return

    def _shrink(self) -> None:
        files = sorted(self._folder.iterdir(), key=lambda file: file.stat().st_mtime, reverse=True)
        for file in files[self._most_files :]:
            file.unlink(missing_ok=True)

"""Where files that are not code lie (`rules/`, `templates/`, …), in a checkout and in a wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def rules() -> Path:
    """Return the folder of the built-in rule packs."""
    return _folder("rules")


def templates() -> Path:
    """Return the folder of the Jinja templates of the comment and the pages."""
    return _folder("templates")


def recipes() -> Path:
    """Return the folder of the workflows that users take over."""
    installed = _PACKAGE / "_bundled" / "recipes"
    return installed if installed.is_dir() else _PACKAGE.parent / "docs" / "recipes"


def demo() -> Path:
    """Return the folder of the demo's files."""
    return _PACKAGE / "_demo"


def _folder(name: str) -> Path:
    installed = _PACKAGE / "_bundled" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name

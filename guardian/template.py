"""Our own Jinja templates, filled in; never those of the code under review."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from guardian import bundled, escape

if TYPE_CHECKING:
    from jinja2 import Template


def filled(name: str, values: Mapping[str, object]) -> str:
    """Return the template `name` with `values`.

    In HTML each is escaped where it is printed, and loses what cannot be seen. For Markdown, which
    HTML's escaping would spoil, the escaper has made them safe already.
    """
    return _template(name).render(values)


@cache
def _template(name: str) -> "Template":
    from jinja2 import Environment, FileSystemLoader  # noqa: PLC0415 - slow to import

    html = name.endswith(".html.j2")
    environment = Environment(
        loader=FileSystemLoader(bundled.templates()),
        autoescape=html,  # noqa: S701 - Markdown has an escaping of its own
        finalize=_visible if html else None,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def _visible(value: object) -> object:
    """Return a text without what cannot be seen; what a macro has made is no longer plain text."""
    return escape.clean(value) if type(value) is str else value

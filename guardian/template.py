"""Our own Jinja templates, filled in; never those of the code under review."""

from collections.abc import Mapping

from guardian import bundled


def filled(name: str, values: Mapping[str, object]) -> str:
    """Return the template `name` with `values`, which the escaper has made safe already."""
    from jinja2 import Environment, FileSystemLoader  # noqa: PLC0415 - slow to import

    environment = Environment(  # noqa: S701 - Markdown; HTML's escaping would be the wrong one
        loader=FileSystemLoader(bundled.templates()), trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template(name).render(values)

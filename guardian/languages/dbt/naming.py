"""What a model is called: the project's own `generate_schema_name` and `generate_alias_name`."""

from collections.abc import Mapping
from typing import Any

from guardian.languages.dbt.macros import Library, ProjectMacro

SCHEMA, ALIAS = "generate_schema_name", "generate_alias_name"
_TARGET = "${target_schema}"


def overriding(library: Library, name: str) -> ProjectMacro | None:
    """Return the project's own version of a macro that dbt names things with."""
    own = library.packages.get(library.project, {})
    return own.get(name) or library.override(name, library.project)


def generated(
    library: Library, name: str, custom: str | None, node: Mapping[str, Any]
) -> str | None:
    """Return what the project's own macro calls a model; None where it has none, or it fails.

    `custom` is the name that the model's configuration gives, None where it gives none.
    """
    macro = overriding(library, name)
    if macro is None:
        return None
    made = str(macro(custom, node)).strip()
    return made if made and not library.run.warnings else None


def stated_schema(made: str, custom: str | None) -> str:
    """Return the part of a generated schema's name that the project states.

    The target's own schema is nobody's to know; nothing is stated where it alone is meant. A macro
    that uses it for all but production is taken at the configured name.
    """
    if made == _TARGET:
        return custom or ""
    rest = made.removeprefix(f"{_TARGET}_")
    return rest if "${" not in rest else custom or ""

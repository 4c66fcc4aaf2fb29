"""Queries that another server answers: EXTERNAL_QUERY, OPENQUERY, dblink."""

from guardian.languages.expressions import Scope
from guardian.languages.sql.script import Script, script_of
from guardian.model.lineage import Location
from guardian.model.plan import Call, Constant, Expr, Handle

# In which dialects the text may be, most likely first; empty is that of the query around it.
_DIALECTS = {
    "external_query": ("mysql", "postgres"), "openquery": ("", "oracle"), "dblink": ("postgres",),
    "openrowset": ("",),
}  # fmt: skip


def remote_rows(value: Expr, scope: Scope, at: Location | None) -> Handle | None:
    """Return the rows of a query that is sent to another server.

    None where its text is not known, or read in no dialect.
    """
    if not isinstance(value, Call) or value.name not in _DIALECTS:
        return None
    text = value.args[-1] if value.args else None
    if not isinstance(text, Constant) or text.kind != "string":
        return None
    return next(
        (
            rows
            for dialect in _DIALECTS[value.name]
            if (rows := _read(text.text, dialect or scope.dialect, scope, at)) is not None
        ),
        None,
    )


def _read(text: str, dialect: str, scope: Scope, at: Location | None) -> Handle | None:
    from guardian.languages.sql.running import MAX_BODIES, run_script  # noqa: PLC0415 (it reads us)

    around = script_of(scope)
    if around is None or around.depth >= MAX_BODIES:
        return None
    inner = Script(
        builder=scope.builder, dialect=dialect, path=scope.path, job=around.job,
        first_line=at.line if at else 1, depth=around.depth + 1,
    )  # fmt: skip
    rows = run_script(text, inner)
    return None if inner.warnings or inner.writes else rows

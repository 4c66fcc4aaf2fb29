"""Temporary tables that procedures share: the caller makes one, what it calls reads or fills it."""

from guardian.languages.sql.script import Script
from guardian.model.lineage import Location
from guardian.model.plan import Handle, Returned, Routine, Values


def given_to(table: str, procedure: str) -> str:
    """Return the name of the rows that callers of a procedure have in a temporary table."""
    return f"{table} given to {procedure}"


def left_by(table: str, procedure: str) -> str:
    """Return the name of the rows that a procedure leaves in its caller's temporary table."""
    return f"{table} left by {procedure}"


def is_local(name: str) -> bool:
    """Return whether a temporary table is seen by its maker, and by what that calls, alone."""
    return name.startswith("#") and not name.startswith("##")


def given(name: str, script: Script, at: Location | None) -> Handle | None:
    """Return the rows that callers of this procedure have in a table that it has not made."""
    if not script.procedure or not is_local(name):
        return None
    script.foreign.add(name)
    rows = Returned(routine=given_to(name, script.procedure), table=name, at=at)
    return script.builder.add(rows)


def share(procedure: str, script: Script, at: Location) -> None:
    """Note which temporary tables a procedure that is called here sees, and may fill."""
    for name, rows in list(script.views.items()):
        if not is_local(name):
            continue
        routine = Routine(name=given_to(name, procedure), plan=rows)
        if routine not in script.routines:
            script.routines.append(routine)
        if _awaits_rows(rows, script):
            left = Returned(routine=left_by(name, procedure), otherwise=rows, table=name, at=at)
            script.views[name] = script.builder.add(left)


def _awaits_rows(handle: Handle, script: Script) -> bool:
    """Return whether a temporary table has no rows yet but those that procedures left in it."""
    node = script.builder[handle]
    if isinstance(node, Values):
        return node.fingerprint == "empty"
    return isinstance(node, Returned) and node.otherwise is not None


def leave(script: Script) -> None:
    """Note what this procedure, at its end, leaves in tables of its caller."""
    for name in sorted(script.foreign):
        rows = script.views.get(name)
        if rows is not None:
            script.routines.append(Routine(name=left_by(name, script.procedure), plan=rows))
    script.foreign.clear()

"""`sys.path`: folders that the code adds are looked in for modules."""

from guardian.languages.python.machine import Machine
from guardian.languages.python.values import MISSING, OPEN, Call, Unknown, Value


class SearchPath:
    """`sys.path`."""

    def contains(self, name: Value, *, positive: bool) -> Value:
        """Return that a folder is not there yet, so that the code adds it."""
        del name
        return not positive

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return nothing: it has methods only."""
        del name, machine
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Note a folder that is added."""
        added = {"append": call.args[:1], "insert": call.args[1:2]}.get(name, [])
        if name == "extend":
            added = call.machine.iterate(call.value(0)) or []
        for folder in added:
            if isinstance(folder, str) and OPEN not in folder:
                call.machine.finder.add_root(str(folder))
        return None if name in {"append", "insert", "extend"} else Unknown(name, weak=True)

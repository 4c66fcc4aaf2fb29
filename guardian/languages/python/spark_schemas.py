"""The schema of a frame, for code that asks for names and types."""

from guardian.languages.python.machine import Machine
from guardian.languages.python.spark_frames import Frame, column_list, columns
from guardian.languages.python.spark_state import (
    state_of,
)
from guardian.languages.python.spark_types import StructField, StructType
from guardian.languages.python.values import (
    Unknown,
    Value,
)


def schema(frame: Frame, machine: Machine) -> Value:
    """Return `df.schema` where the columns are known."""
    names = columns(frame, machine)
    if names is None:
        return Unknown("schema", handles=(frame.handle,))
    types = known_types(frame, machine)
    spelled = state_of(machine).file.spelled
    return StructType([StructField(spelled(name), types.get(name)) for name in names])


def known_types(frame: Frame, machine: Machine) -> dict[str, str]:
    """Return the types of the columns of a frame, as far as its plan tells them."""
    shape = state_of(machine).file.shapes.of(frame.handle) or ()
    return {name: kind for name, kind in shape if kind}


def dtypes(frame: Frame, machine: Machine) -> Value:
    """Return `df.dtypes`: pairs of name and type."""
    types = known_types(frame, machine)
    spelled = state_of(machine).file.spelled
    return [
        (spelled(name) if name in types else name, types.get(str(name)) or Unknown("type"))
        for name in column_list(frame, machine)
    ]


def listed(frame: Frame, machine: Machine) -> Value:
    """Return `df.columns`: names as the program writes them, or one that stands for each."""
    spelled = state_of(machine).file.spelled
    return [spelled(name) if type(name) is str else name for name in column_list(frame, machine)]


SCHEMA_PROPERTIES = {"schema": schema, "dtypes": dtypes, "columns": listed}

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
from guardian.model.plan import (
    Alias,
    Distinct,
    Drop,
    Filter,
    Limit,
    Sample,
    Sort,
)


def schema(frame: Frame, machine: Machine) -> Value:
    """Return `df.schema` where the columns are known."""
    names = columns(frame, machine)
    if names is None:
        return Unknown("schema", handles=(frame.handle,))
    types = known_types(frame, machine)
    return StructType([StructField(name, types.get(name)) for name in names])


def known_types(frame: Frame, machine: Machine) -> dict[str, str]:
    """Return the types of the columns of a frame that is a table as it stands."""
    from guardian.model.plan import Scan  # noqa: PLC0415 - used by this one function

    file = state_of(machine).file
    node = file.builder[frame.handle]
    while isinstance(node, Alias | Filter | Distinct | Sort | Limit | Sample | Drop):
        node = file.builder[node.input]
    if not isinstance(node, Scan):
        return {}
    return {column.name: column.type or "" for column in node.columns} or file.catalog.types(
        node.dataset
    )


def dtypes(frame: Frame, machine: Machine) -> Value:
    """Return `df.dtypes`: pairs of name and type."""
    types = known_types(frame, machine)
    return [(name, types.get(str(name)) or Unknown("type")) for name in column_list(frame, machine)]


SCHEMA_PROPERTIES = {"schema": schema, "dtypes": dtypes}

"""What a script says of itself in comments: the tables it reads, its arguments, its environment.

    # table raw.orders(order_id bigint, amount double) = (1, 2.5), (2, null)
    # table s3://lake/raw/orders(order_id bigint)
    # args --date 2024-01-31
    # env STAGE=prod

Rows behind `=` matter only where the script looks at data (a pivot without values, `collect`).
"""

import re
from dataclasses import dataclass

TABLE = re.compile(
    r"^# table (?P<name>[^\s(]+)\s*\((?P<columns>.*?)\)(?:\s*=\s*(?P<rows>\(.*\)))?$"
)


@dataclass(frozen=True)
class Table:
    """An input: its name or path, its columns as SQL declares them, rows as VALUES has them."""

    name: str
    columns: str
    rows: str = ""

    @property
    def is_path(self) -> bool:
        """Return whether files are meant."""
        return "/" in self.name

    def declaration(self) -> str:
        """Return the statement that tells a static reader of this table."""
        name = f"parquet.`{self.name.rstrip('/')}`" if self.is_path else self.name
        return f"CREATE TABLE {name} ({self.columns}) USING parquet;"


@dataclass(frozen=True)
class Header:
    """All that a script says of itself."""

    tables: tuple[Table, ...]
    arguments: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]


def header(text: str) -> Header:
    """Return what the comments of a script say; a comment line may go on behind `#     `."""
    lines = re.sub(r"\n#\s{4,}", " ", text).splitlines()
    tables, arguments, environment = [], [], []
    for line in lines:
        found = TABLE.match(line)
        if found:
            tables.append(Table(found["name"], found["columns"], found["rows"] or ""))
        elif line.startswith("# table "):
            raise ValueError(f"cannot read {line!r}; write `# table name(column type, …)`")
        elif line.startswith("# args "):
            arguments += line.removeprefix("# args ").split()
        elif line.startswith("# env "):
            name, _, value = line.removeprefix("# env ").partition("=")
            environment.append((name, value))
    return Header(tuple(tables), tuple(arguments), tuple(environment))

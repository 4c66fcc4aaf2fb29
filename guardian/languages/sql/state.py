"""What a script has set so far: its variables, its cursors, the schema that bare names are in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from guardian.model.names import DEFAULT_SCHEMA
from guardian.model.plan import Expr, Handle


@dataclass(slots=True)
class State:
    """What the statements of a script have set for those behind them.

    `values` are what the variables hold at this point, by their names in small letters with their
    sign in front (`@since`, `$since`, `since`, psql's `:since`); a record's field is `row.since`.
    `types` are the declared ones, where a value may be another one in it. `texts` are the client
    variables whose text is known, `gathered` the lines on which psql keeps a query's row. `cursors`
    lead to the queries of cursors and records. `catalog` and `schema` are where unqualified names
    are looked up, empty where no statement has said so.

    `ended` says that the statements at this point are not reached (behind RETURN). `only_values`
    asks for assignments alone: a loop's body is read so before it is read for what it writes, and
    `read_again` counts how many statements that were.
    `declaring` is true between DECLARE and BEGIN.
    """

    values: dict[str, Expr] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    gathered: Mapping[int, str] = field(default_factory=dict)
    cursors: dict[str, Handle] = field(default_factory=dict)
    catalog: str = ""
    schema: str = ""
    several_databases: bool = False
    ended: bool = False
    only_values: bool = False
    declaring: bool = False
    loops: int = 0
    read_again: int = 0

    def qualified(self, parts: Iterable[str], dialect: str) -> tuple[str, ...]:
        """Return the parts of a table's name with what USE has said in front (`namespace.py`)."""
        named = tuple(parts)
        if not named or named[-1].startswith(("#", "@")):
            return named
        default = DEFAULT_SCHEMA.get(dialect)
        if default is not None:
            if not self.several_databases or not self.catalog or len(named) > 2:
                return named
            return (self.catalog, default, *named) if len(named) == 1 else (self.catalog, *named)
        if len(named) != 1 or not self.schema:
            return named
        return (self.catalog, self.schema, *named) if self.catalog else (self.schema, *named)

    def forget_variables(self) -> None:
        """Forget what ends with a batch or a procedure: variables, and the cursors over them."""
        self.values, self.types, self.cursors = {}, {}, {}
        self.ended = False

"""The logical plan: what every language is lowered to, names not yet resolved.

A plan is a flat table of nodes; an operator names its inputs by their index (a *handle*), which is
always smaller than its own. So a chain of 1,500 calls needs no recursion, a frame used twice is
stored once, and a file's plan is one JSON array in the cache. Operators carry the field's names
(Spark's Catalyst, Substrait).

Expressions are trees over names (`Ref`), as the author wrote them; `lineage/` resolves the names
and builds the canonical expressions of `model/expression.py` from them. What a language does
differently (integer division, null ordering, default frames) is written out here by the language,
so that nothing later asks for a dialect.
"""

from typing import Literal, TypeAlias

import msgspec

from guardian.model.acceptance import Acceptance
from guardian.model.contract import Contract
from guardian.model.lineage import Column, Diagnostic, Location

Handle: TypeAlias = int


# --- expressions: names not yet resolved ---------------------------------------------------------


class Ref(msgspec.Struct, frozen=True, tag="ref"):
    """A column by name, folded; `qualifier` is what stands before it (`("o",)`, `("raw".

    "orders")`).
    """

    name: str
    qualifier: tuple[str, ...] = ()


class FrameRef(msgspec.Struct, frozen=True, tag="frame"):
    """A column of one particular operator's output, whatever it is called later.

    PySpark's `df["x"]`.
    """

    frame: Handle
    name: str


class Constant(msgspec.Struct, frozen=True, tag="literal"):
    """A constant: `kind` is string, number, boolean, null, or a type's name (`date`.

    `interval`); `text` its value. Numbers are written plainly (`1`, `0.5`), booleans `true` and
    `false`, null the empty string.
    """

    kind: str
    text: str


class Symbol(msgspec.Struct, frozen=True, tag="symbol"):
    """A value known only at run time, under a stable name.

    A job argument, a client variable (`${since}`).
    """

    name: str


class Call(msgspec.Struct, frozen=True, tag="call"):
    """A scalar function or operator in the vocabulary of `expressions.py`.

    Lower case, one name per meaning. `option` is what is not an expression: the type of a `cast`,
    the unit of a `date_trunc`, the field of a `field` access, the fingerprint of a `udf`.
    """

    name: str
    args: tuple["Expr", ...] = ()
    option: str = ""


# The name of a call (column, value): a bare name that a variable of the script has. A column of
# that name goes first, where an input is known to have one.
VARIABLE = "variable?"
# The name of a call (column, value): a bare name that is an item's alias, too, and the expression
# of that item. A column of that name goes first.
ALIAS = "alias?"
# The name of a call (star): a struct of the columns that the star means.
ROW = "row of"
# The name of an opaque value over a row: columns that only the run lists, each of them a column of
# that row or computed from it.
UNLISTED = "unlisted columns"
# The option of an `unnest` whose structs are columns, too: by the name of the element, which may be
# empty, and by their own (BigQuery).
STRUCTS = "structs"
# How the fingerprint of an opaque operator begins whose rows and columns are a guess altogether:
# nobody knows whether the function that made them kept a single column as it was.
GUESSED_ROWS = "guess: "


class AggregateCall(msgspec.Struct, frozen=True, tag="aggregate", omit_defaults=True):
    """An aggregate function; `filter` is its `FILTER (WHERE …)`.

    `order` its `WITHIN GROUP` or inner ORDER BY.
    """

    name: str
    args: tuple["Expr", ...] = ()
    distinct: bool = False
    filter: "Expr | None" = None
    order: tuple["Order", ...] = ()
    option: str = ""


class Order(msgspec.Struct, frozen=True):
    """A sort key, with the null ordering written out by the language."""

    expr: "Expr"
    descending: bool = False
    nulls_first: bool = False


class Over(msgspec.Struct, frozen=True, tag="over", omit_defaults=True):
    """A window function: `call` over a partition and an order.

    `frame` is empty where the function has none. `frame` is written out, e.g. `rows between
    unbounded preceding and current row`, also where it is the default.
    """

    call: "AggregateCall | Call"
    partition: tuple["Expr", ...] = ()
    order: tuple[Order, ...] = ()
    frame: str = ""


class Subquery(msgspec.Struct, frozen=True, tag="subquery", omit_defaults=True):
    """A query used in an expression; names that it does not know itself are looked up around it.

    `kind`: `scalar` (its value), `exists`, `in` (is `operand` among its rows), or `any`/`all` with
    `operator` (`eq`, `lt`, …). `array` gives all rows as one value. A `closed` one was run before
    the query that it stands in (it is a variable's value), so it sees no names around it.
    """

    kind: Literal["scalar", "exists", "in", "any", "all", "array"]
    plan: Handle
    operand: "tuple[Expr, ...]" = ()
    operator: str = ""
    closed: bool = False


class Star(msgspec.Struct, frozen=True, tag="star", omit_defaults=True):
    """`*` or `t.*` in a projection, or `f(x).*`: the fields of the value `of`.

    `replace` and `rename` hold items and (old name, new name). `pattern` are look-aheads that a
    column's name must satisfy, whatever its case. The expression around a star with `each` stands
    once for each of its columns (DuckDB's COLUMNS).
    """

    qualifier: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    replace: "tuple[Item, ...]" = ()
    rename: tuple[tuple[str, str], ...] = ()
    pattern: str = ""
    each: bool = False
    of: "Expr | None" = None


def unlisted(symbol: str) -> Star:
    """Return the columns that `symbol`, a list known only at run time, stands for."""
    row = Call(ROW, (Star(),))
    return Star(of=OpaqueExpr(fingerprint=symbol, args=(row,), name=UNLISTED))


class Lambda(msgspec.Struct, frozen=True, tag="lambda"):
    """A lambda of a higher-order function.

    Its parameters hide columns of the same name in `body`.
    """

    parameters: tuple[str, ...]
    body: "Expr"


class OpaqueExpr(msgspec.Struct, frozen=True, tag="opaque", omit_defaults=True):
    """Something not understood that depends on `args`.

    A UDF, odd syntax; `fingerprint` changes as its code does.
    """

    fingerprint: str
    args: "tuple[Expr, ...]" = ()
    name: str = ""


Expr: TypeAlias = (
    Ref
    | FrameRef
    | Constant
    | Symbol
    | Call
    | AggregateCall
    | Over
    | Subquery
    | Star
    | Lambda
    | OpaqueExpr
)


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """A column being made: its expression, its name (None where the code gives none).

    And where it is written. `text` is the author's own text of the expression, on one line and at
    most 300 characters.
    """

    expr: Expr
    name: str | None = None
    at: Location | None = None
    text: str = ""


# --- operators -----------------------------------------------------------------------------------


class Scan(msgspec.Struct, frozen=True, kw_only=True, tag="scan", omit_defaults=True):
    """The rows of a dataset. `columns` are those the code itself tells (a reader's schema).

    Else empty. `target` marks the written dataset where a MERGE, UPDATE or DELETE names it: it is
    not an input of the job.
    """

    dataset: str
    columns: tuple[Column, ...] = ()
    target: bool = False
    at: Location | None = None


class Alias(msgspec.Struct, frozen=True, tag="alias", omit_defaults=True):
    """A name for the rows: `FROM x AS o`, a CTE, `df.alias("o")`.

    `columns` renames by position where given. Names under it are reached as `o.name` only; a bare
    name still works. Earlier qualifiers are gone.
    """

    input: Handle
    name: str
    columns: tuple[str, ...] = ()


class Project(msgspec.Struct, frozen=True, tag="project", omit_defaults=True):
    """A SELECT list; `lateral` says that an item may use the name of an earlier one where no.

    Column has it. `stars` may stand among the items. A scalar window function may be anywhere in an
    expression.
    """

    input: Handle
    items: tuple[Item, ...]
    lateral: bool = False


class WithColumns(msgspec.Struct, frozen=True, tag="with_columns"):
    """PySpark's `withColumn(s)`: an item replaces the column of its name where it stands.

    Or is added at the end.
    """

    input: Handle
    items: tuple[Item, ...]


class Drop(msgspec.Struct, frozen=True, tag="drop"):
    """Columns taken away, by name or by reference; names that are not there are ignored."""

    input: Handle
    columns: tuple[Expr, ...]


class Rename(msgspec.Struct, frozen=True, tag="rename", omit_defaults=True):
    """Columns renamed in place: (old, new) pairs, or `positional`.

    All of them, by `toDF("a", "b")`. `like` is a dataset whose known columns give the names, by
    position (`INSERT` without a list into a table that another file declares).
    """

    input: Handle
    pairs: tuple[tuple[str, str], ...] = ()
    positional: tuple[str, ...] = ()
    like: str = ""
    at: Location | None = None


class Filter(msgspec.Struct, frozen=True, tag="filter", omit_defaults=True):
    """Rows for which `condition` is true.

    `clause` names it for the report (WHERE, HAVING, QUALIFY, ON).
    """

    input: Handle
    condition: Expr
    clause: str = "WHERE"
    at: Location | None = None
    text: str = ""


JoinKind = Literal["inner", "left", "right", "full", "cross", "semi", "anti"]


class Join(msgspec.Struct, frozen=True, kw_only=True, tag="join", omit_defaults=True):
    """Two inputs side by side. `using` merges columns of one name.

    `natural` uses all that both have. `lateral` lets the right side see the left one's columns. The
    key of `using` stands first in the output, the left side's for all kinds but `right` (the right
    side's) and `full` (COALESCE of both); where `keys_stay`, at the place of the left side's.
    """

    left: Handle
    right: Handle
    kind: JoinKind = "inner"
    on: Expr | None = None
    using: tuple[str, ...] = ()
    natural: bool = False
    lateral: bool = False
    keys_stay: bool = False
    at: Location | None = None
    text: str = ""


class Aggregate(msgspec.Struct, frozen=True, kw_only=True, tag="group", omit_defaults=True):
    """A GROUP BY with its output columns (`items`, keys among them if they are to be kept).

    `keys` are expressions over the input, ordinals already replaced; where `alias_keys`, a bare
    name that no input column has means the item of that name. `by_all`: every item without an
    aggregate is a key. `sets` are the indexes of the keys in each grouping set (ROLLUP and CUBE
    written out); empty for a plain GROUP BY. `having` and `order` may name items.
    """

    input: Handle
    keys: tuple[Expr, ...] = ()
    items: tuple[Item, ...] = ()
    by_all: bool = False
    alias_keys: bool = True
    sets: tuple[tuple[int, ...], ...] = ()
    having: Expr | None = None
    having_text: str = ""
    order: tuple[Order, ...] = ()
    lateral: bool = False
    at: Location | None = None
    text: str = ""


class SetOperation(msgspec.Struct, frozen=True, kw_only=True, tag="set", omit_defaults=True):
    """UNION, INTERSECT, EXCEPT of any number of inputs; column names are the first input's.

    `by_name` matches columns by name, with NULL for what is missing where `allow_missing`.
    """

    kind: Literal["union", "intersect", "except"]
    inputs: tuple[Handle, ...]
    all: bool = False
    by_name: bool = False
    allow_missing: bool = False
    at: Location | None = None


class Distinct(msgspec.Struct, frozen=True, tag="distinct", omit_defaults=True):
    """Each row once; with `on`, one row for each value of these (`DISTINCT ON`.

    `dropDuplicates([...])`). `order` decides which row `on` keeps; without it the pick is
    arbitrary.
    """

    input: Handle
    on: tuple[Expr, ...] = ()
    order: tuple[Order, ...] = ()
    at: Location | None = None


class Sort(msgspec.Struct, frozen=True, tag="sort", omit_defaults=True):
    """Rows in an order; it matters under a Limit only, and is kept as lineage."""

    input: Handle
    order: tuple[Order, ...]
    at: Location | None = None


class Limit(msgspec.Struct, frozen=True, tag="limit", omit_defaults=True):
    """The first `count` rows behind `offset`, as written (`10`, `{n}`, `10 percent`)."""

    input: Handle
    count: str
    offset: str = ""
    at: Location | None = None


class Sample(msgspec.Struct, frozen=True, tag="sample", omit_defaults=True):
    """Some of the rows: `how` as written (`0.1`, `10 rows`).

    `seed` empty where it differs at each run.
    """

    input: Handle
    how: str
    seed: str = ""
    at: Location | None = None


class Generate(msgspec.Struct, frozen=True, kw_only=True, tag="generate", omit_defaults=True):
    """Rows made from a value of each row.

    `explode`, `UNNEST`, `LATERAL VIEW`, `FLATTEN`; the input's columns stay. `columns` are the
    names of what it makes (`col`, `value`, `key`, `pos`, …), under `qualifier` where there is one.
    `outer` keeps rows that would make none. A made column named in `fields` is that field of the
    element.
    """

    input: Handle | None
    generator: Expr
    columns: tuple[str, ...] = ()
    qualifier: str = ""
    outer: bool = False
    fields: bool = False
    at: Location | None = None


class Values(msgspec.Struct, frozen=True, tag="values", omit_defaults=True):
    """Rows written in the code; `rows` is empty where there are more than 50.

    And `fingerprint` always tells them. A FROM-less SELECT is a Project over `Values()`: one row,
    no columns.
    """

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Expr, ...], ...] = ()
    fingerprint: str = ""


class Pivot(msgspec.Struct, frozen=True, kw_only=True, tag="pivot", omit_defaults=True):
    """Values of `column` turned into columns.

    For each of `values` (name, literal), each of `items` is aggregated. Output: the `keys` (all
    other columns where None), then value by value, item by item, named `value` where there is one
    unnamed item, else `value_item`. `values` empty: unknown, the output is incomplete; `listed` is
    the list that stands for them, where it has a name.
    """

    input: Handle
    column: Expr
    items: tuple[Item, ...]
    values: tuple[tuple[str, Expr], ...] = ()
    keys: tuple[Expr, ...] | None = None
    listed: str = ""
    at: Location | None = None


class Unpivot(msgspec.Struct, frozen=True, kw_only=True, tag="unpivot", omit_defaults=True):
    """Columns turned into rows: `columns` become pairs of `name_column` (which one) and.

    `value_column` (its value). `star` tells more of the columns by their names. Rows without a
    value are left out, but where it `keeps_nulls`.
    """

    input: Handle
    columns: tuple[str, ...]
    name_column: str
    value_column: str
    keys: tuple[Expr, ...] | None = None
    at: Location | None = None
    star: Star | None = None
    keeps_nulls: bool = False


class Recursive(msgspec.Struct, frozen=True, kw_only=True, tag="recursive", omit_defaults=True):
    """A recursive CTE: `anchor`, then `step`.

    In which `RecursiveRef(name)` stands for the rows found so far.
    """

    name: str
    anchor: Handle
    step: Handle
    columns: tuple[str, ...] = ()
    distinct: bool = False
    at: Location | None = None


class RecursiveRef(msgspec.Struct, frozen=True, tag="recursive_ref"):
    """The rows that the recursion has found; its columns are the anchor's."""

    name: str
    anchor: Handle
    columns: tuple[str, ...] = ()


class Returned(msgspec.Struct, frozen=True, kw_only=True, tag="returned", omit_defaults=True):
    """The rows that a procedure or a table function returns, by its name.

    `arguments` are (parameter, value), the parameter empty where it is given by position. `table`
    is the temporary table that such rows are in; where one that the code has made itself may get
    them, `otherwise` are its own rows, which stay.
    """

    routine: str
    arguments: tuple[tuple[str, Expr], ...] = ()
    table: str = ""
    otherwise: Handle | None = None
    at: Location | None = None


class Opaque(msgspec.Struct, frozen=True, kw_only=True, tag="opaque_rows", omit_defaults=True):
    """An operator that was not understood; lineage stays connected through it, at lower confidence.

    `columns` are its output where known, else it has its inputs' columns and perhaps more. `keeps`
    says that its input's columns pass through unchanged (`df.some_unknown_call()`); otherwise each
    output depends on every input column. `keys` are what the rows of the first input are grouped by
    before they are given to it.
    """

    inputs: tuple[Handle, ...] = ()
    fingerprint: str = ""
    columns: tuple[str, ...] = ()
    keeps: bool = False
    keys: tuple[Expr, ...] = ()
    reason: str = ""
    at: Location | None = None


Operator: TypeAlias = (
    Scan
    | Alias
    | Project
    | WithColumns
    | Drop
    | Rename
    | Filter
    | Join
    | Aggregate
    | SetOperation
    | Distinct
    | Sort
    | Limit
    | Sample
    | Generate
    | Values
    | Pivot
    | Unpivot
    | Recursive
    | RecursiveRef
    | Returned
    | Opaque
)


# --- what a file holds ---------------------------------------------------------------------------


class WriteOptions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a dataset is written; each is a detail that can change apart from the query.

    `mode`: `create`, `overwrite`, `append`, `merge`, `update`, `delete`, `error`, `ignore`, `view`,
    or a symbol. `options` are the rest that alters the result (`mergeSchema`, `overwrite
    partitions`), sorted by name.
    """

    mode: str = "create"
    format: str = ""
    partition_by: tuple[str, ...] = ()
    cluster_by: tuple[str, ...] = ()
    location: str = ""
    materialized: str = ""
    options: tuple[tuple[str, str], ...] = ()


class Write(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One write: a dataset, the plan of what is written, and how.

    `columns` is the target list of an INSERT; empty, the plan's own names count, or, where
    `positional`, the positions, matched against the dataset's known columns. `static` are the
    columns that the statement sets to a constant (`PARTITION (dt = '2024-01-01')`); they are not in
    the plan. A `merge` or `update` gives only the columns that it sets. `confidence` is below 1
    where the statement was pieced together. `numbered`: a second column of a name becomes
    `name_1`; elsewhere it is an error, or left out. `fitted`: a star stands for those columns that
    the dataset is known to have (MERGE with `INSERT *`).
    """

    job: str
    dataset: str
    plan: Handle
    options: WriteOptions = WriteOptions()
    columns: tuple[str, ...] = ()
    positional: bool = False
    static: tuple[tuple[str, str], ...] = ()
    at: Location
    confidence: float = 1.0
    text: str = ""
    numbered: bool = False
    fitted: bool = False


class Declaration(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Columns that the code declares a dataset to have.

    `CREATE TABLE (…)`, a dbt source, a schema file. `keys` are primary and unique keys. `origin`:
    `ddl`, `dbt`, `contract`, `catalog`. `drop` lists columns that ALTER TABLE takes away, `extend`
    says that `columns` come on top of an earlier declaration, `renames` are (old, new). A `drop` of
    `*` takes all of them away. `like` is a dataset that has the same columns (CREATE TABLE … LIKE).
    `generated` are filled by the table itself: an INSERT by position passes over them.
    """

    dataset: str
    columns: tuple[Column, ...] = ()
    keys: tuple[tuple[str, ...], ...] = ()
    origin: str = "ddl"
    complete: bool = True
    extend: bool = False
    drop: tuple[str, ...] = ()
    renames: tuple[tuple[str, str], ...] = ()
    like: str = ""
    generated: tuple[str, ...] = ()
    job: str
    at: Location
    options: WriteOptions = WriteOptions()


class TableEdge(msgspec.Struct, frozen=True, kw_only=True):
    """A dependency known by table only.

    From a hint comment or a last-resort search; `confidence` below 1.
    """

    job: str
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    confidence: float = 0.5
    at: Location


# What the name of a routine begins with that is a function of one value: its plan is one item.
FUNCTION = "function "


class Routine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A procedure or function that returns rows.

    `parameters` are (name, symbol that stands for it in the plan), in order.
    """

    name: str
    plan: Handle
    parameters: tuple[tuple[str, str], ...] = ()


class Exposure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something outside the code that reads datasets: a dashboard or a KPI.

    `columns` are (dataset, column) where they are known; `datasets` alone means all of their
    columns.
    """

    name: str
    kind: Literal["dashboard", "kpi"]
    datasets: tuple[str, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    owner: str = ""
    at: Location | None = None


class PlanInputs(msgspec.Struct, frozen=True, omit_defaults=True):
    """What bears on the plan below `root`, its subqueries included.

    What it scans, the procedures that it runs, what names its columns like a dataset's; and the
    names, in lower case, of all that its expressions call.
    """

    root: Handle
    nodes: tuple[Scan | Returned | Rename, ...] = ()
    calls: tuple[str, ...] = ()


class Lowered(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that one file says, before it is linked with others; this is what the cache keeps.

    `files_read` are the other files that it followed (path, blob id, empty where there was none):
    the cache entry holds as long as they are the same. `aliases` are synonyms (name, dataset that
    it stands for). `procedures` are (name, job that it is), `calls` are (job, procedure it runs).
    `spelled` are (job, symbol, how its author writes it): `@since` for `date parameter 1`.
    `acceptances` are what its comments accept, `contracts` what it promises. `inputs`
    are those of the plans that are written or returned, so that nobody has to look through `nodes`.
    """

    path: str
    language: str
    nodes: tuple[Operator, ...] = ()
    inputs: tuple[PlanInputs, ...] = ()
    writes: tuple[Write, ...] = ()
    declarations: tuple[Declaration, ...] = ()
    tables: tuple[TableEdge, ...] = ()
    exposures: tuple[Exposure, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    routines: tuple[Routine, ...] = ()
    procedures: tuple[tuple[str, str], ...] = ()
    calls: tuple[tuple[str, str], ...] = ()
    spelled: tuple[tuple[str, str, str], ...] = ()
    acceptances: tuple[Acceptance, ...] = ()
    contracts: tuple[Contract, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
    files_read: tuple[tuple[str, str], ...] = ()
    failed: bool = False


class PlanBuilder:
    """Collects the nodes of one file. Equal nodes share a handle.

    So that equal sub-plans are stored once.
    """

    def __init__(self) -> None:
        """Start with no nodes."""
        self.nodes: list[Operator] = []
        self._handles: dict[Operator, Handle] = {}

    def add(self, node: Operator, *, fresh: bool = False) -> Handle:
        """Return the handle of `node`, an earlier one where an equal node was added.

        Unless `fresh` is asked for.
        """
        known = None if fresh else self._handles.get(node)
        if known is not None:
            return known
        handle = len(self.nodes)
        self.nodes.append(node)
        self._handles[node] = handle
        return handle

    def __getitem__(self, handle: Handle) -> Operator:
        """Return the node behind a handle."""
        return self.nodes[handle]

"""Random chains of DataFrame calls over a few tables, as scripts; only Catalyst knows their lineage.

A column keeps its identity through the chain, so that `f2["x"]` may be used behind `f2` for as long
as Spark would find it. Names come again in any case; a join makes none ambiguous.
"""

from collections.abc import Callable, Sequence
from random import Random

from tests.catalyst.chain_parts import SIMPLE, TABLES, Frame, Parts

HEAD = """\
# table t(id int, k int, x int, s string, tags array<string>, st struct<p:int,q:string>)
# table u(k int, y int, z string, at timestamp)
# table v(id int, y int, s string)
from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()
"""


def script(seed: int, chains: int = 8) -> str:
    """Return the script of a seed, always the same; each chain writes a table of its own."""
    chance = Random(seed)  # noqa: S311 - no secret
    lines: list[str] = []
    for number in range(chains):
        writer = _Writer(chance, f"c{number}")
        lines += [*writer.chain(), ""]
    return HEAD + "\n".join(lines)


class _Writer(Parts):
    """Writes one chain."""

    def chain(self) -> list[str]:
        """Return the lines of a chain that ends in a write."""
        frame = self.base()
        for _ in range(self.chance.randint(2, 8)):
            step: Callable[[Frame], Frame] = self.chance.choice(self.steps())
            frame = step(frame)
        self.lines.append(f'{frame.variable}.write.saveAsTable("out.{self.prefix}")')
        return self.lines

    def steps(self) -> Sequence[Callable[[Frame], Frame]]:
        """Return all kinds of steps, frequent ones more than once."""
        return (
            self.select, self.select, self.with_column, self.with_column, self.with_column,
            self.filter, self.filter, self.drop, self.rename, self.aggregate, self.aggregate,
            self.join_using, self.join_using, self.join_on, self.self_join, self.union,
            self.union_by_name, self.distinct, self.sort, self.window, self.window, self.explode,
            self.structs, self.fill, self.pivot, self.names_anew, self.back_join, self.view,
            self.semi, self.self_union, self.rollup, self.select_expr, self.shortcut,
            self.with_columns,
        )  # fmt: skip

    # --- steps on one frame -----------------------------------------------------------------------

    def select(self, frame: Frame) -> Frame:
        """Return some columns and expressions."""
        kept = self.some(frame.columns, 6)
        items = [self.chance.choice([f'"{one.name}"', self.ref(frame, one)]) for one in kept]
        columns = list(kept)
        for _ in range(self.chance.randint(0, 2)):
            code, kind = self.value(frame)
            new = self.column(self.fresh(), kind)
            items.append(f'{code}.alias("{new.name}")')
            columns.append(new)
        if self.chance.random() < 0.15:
            items = ['"*"', *items[len(kept) :]]
            columns = [*frame.columns, *columns[len(kept) :]]
        return self.then(frame, f"select({', '.join(items)})", columns)

    def with_column(self, frame: Frame) -> Frame:
        """Return the frame with a column that is new or takes the place of one."""
        code, kind = self.value(frame)
        old = self.chance.choice(frame.columns) if self.chance.random() < 0.5 else None
        new = self.column(old.name if old else self.fresh(), kind)
        columns = [new if one is old else one for one in frame.columns] + ([] if old else [new])
        return self.then(frame, f'withColumn("{self.cased(new.name)}", {code})', columns)

    def filter(self, frame: Frame) -> Frame:
        """Return some of the rows."""
        return self.then(frame, f"filter({self.condition(frame)})", frame.columns)

    def drop(self, frame: Frame) -> Frame:
        """Return the frame without a column."""
        if len(frame.columns) < 3:
            return frame
        gone = self.chance.choice(frame.columns)
        code = self.chance.choice([f'"{self.cased(gone.name)}"', self.ref(frame, gone)])
        return self.then(frame, f"drop({code})", [one for one in frame.columns if one != gone])

    def rename(self, frame: Frame) -> Frame:
        """Return the frame with a column renamed."""
        old = self.chance.choice(frame.columns)
        new = self.column(self.fresh(), old.kind)
        columns = [new if one is old else one for one in frame.columns]
        call = f'withColumnRenamed("{self.cased(old.name)}", "{new.name}")'
        return self.then(frame, call, columns)

    def names_anew(self, frame: Frame) -> Frame:
        """Return the frame with all columns renamed by position."""
        columns = [self.column(self.fresh(), one.kind) for one in frame.columns]
        listed = ", ".join(f'"{one.name}"' for one in columns)
        return self.then(frame, f"toDF({listed})", columns)

    def aggregate(self, frame: Frame) -> Frame:
        """Return groups, or one row for all."""
        keys = self.some(frame.of(*SIMPLE), 2) if frame.of(*SIMPLE) else []
        if self.chance.random() < 0.15:
            keys = []
        columns, items = [], []
        for _ in range(self.chance.randint(1, 3)):
            new = self.column(self.fresh(), "int")
            function = self.chance.choice(("sum", "max", "count", "min", "countDistinct"))
            items.append(f'F.{function}({self.number(frame, 1)}).alias("{new.name}")')
            columns.append(new)
        if self.chance.random() < 0.2:
            new = self.column(self.fresh(), "array")
            items.append(f'F.collect_list({self.text(frame, 1)}).alias("{new.name}")')
            columns.append(new)
        listed = ", ".join(f'"{one.name}"' for one in keys)
        call = f"groupBy({listed}).agg({', '.join(items)})"
        return self.then(frame, call, [*keys, *columns])

    def distinct(self, frame: Frame) -> Frame:
        """Return each row once, or one row for each value of some columns."""
        keys = frame.of(*SIMPLE)
        if not keys or self.chance.random() < 0.4:
            return self.then(frame, "distinct()", frame.columns)
        listed = ", ".join(f'"{one.name}"' for one in self.some(keys, 2))
        return self.then(frame, f"dropDuplicates([{listed}])", frame.columns)

    def sort(self, frame: Frame) -> Frame:
        """Return the rows in order, perhaps the first of them; a constant would be a position."""
        code = f"F.length({self.text(frame, 0)})"
        limit = self.chance.choice(("", ".limit(5)"))
        return self.then(frame, f"orderBy({code}.desc()){limit}", frame.columns)

    def window(self, frame: Frame) -> Frame:
        """Return the frame with a window function, perhaps filtered by it."""
        keys = [self.ref(frame, one) for one in self.some(frame.of(*SIMPLE), 2)] if frame.of(*SIMPLE) else []  # fmt: skip
        over = f"Window.partitionBy({', '.join(keys)}).orderBy({self.number(frame, 1)})"
        function = self.chance.choice((
            "F.row_number()", "F.rank()", f"F.sum({self.number(frame, 1)})",
            f"F.lag({self.number(frame, 1)})", f"F.max({self.number(frame, 1)})",
        ))  # fmt: skip
        new = self.column(self.fresh(), "int")
        ranked = self.then(
            frame, f'withColumn("{new.name}", {function}.over({over}))', [*frame.columns, new]
        )
        if self.chance.random() < 0.4:
            ranked = self.then(ranked, f'filter(F.col("{new.name}") == 1)', ranked.columns)
        if self.chance.random() < 0.5:
            return self.then(ranked, f'drop("{new.name}")', frame.columns)
        return ranked

    def with_columns(self, frame: Frame) -> Frame:
        """Return the frame with two new columns, and one that takes the place of another."""
        (a, kind), (b, other) = self.value(frame), self.value(frame)
        old = self.chance.choice(frame.columns)
        one, two = self.column(self.fresh(), kind), self.column(old.name, other)
        columns = [*(two if c is old else c for c in frame.columns), one]
        call = f'withColumns({{"{one.name}": {a}, "{old.name}": {b}}})'
        return self.then(frame, call, columns)

    def select_expr(self, frame: Frame) -> Frame:
        """Return columns by SQL text."""
        if not frame.of("int") or not frame.of("string"):
            return self.select(frame)
        number, text = frame.of("int")[0].name, self.chance.choice(frame.of("string")).name
        kept = self.some(frame.columns, 3)
        new = [self.column(self.fresh(), kind) for kind in ("int", "string", "int")]
        items = [one.name for one in kept] + [
            f"{number} + 1 AS {new[0].name}", f"upper({text}) {new[1].name}",
            f"CASE WHEN {text} = 'a' THEN {number} END AS {new[2].name}",
        ]  # fmt: skip
        listed = ", ".join(f'"{one}"' for one in items)
        return self.then(frame, f"selectExpr({listed})", [*kept, *new])

    def shortcut(self, frame: Frame) -> Frame:
        """Return a group's sums, by the short way and renamed."""
        if len(frame.of("int")) < 2:
            return self.distinct(frame)
        key, number = self.chance.sample(frame.of("int"), 2)
        new = self.column(self.fresh(), "int")
        how = self.chance.choice(("sum", "max", "min"))
        call = f'groupBy("{key.name}").{how}("{number.name}").withColumnRenamed("{how}({number.name})", "{new.name}")'
        return self.then(frame, call, [key, new])

    def rollup(self, frame: Frame) -> Frame:
        """Return groups and their totals."""
        if len(frame.of("int")) < 2 or not frame.of("string"):
            return self.aggregate(frame)
        (one, number), other = self.chance.sample(frame.of("int"), 2), frame.of("string")[0]
        keys = [self.column(key.name, key.kind) for key in (one, other)]
        new = self.column(self.fresh(), "int")
        how = self.chance.choice(("rollup", "cube"))
        call = (
            f'{how}("{one.name}", "{other.name}").agg(F.sum("{number.name}").alias("{new.name}"))'
        )
        return self.then(frame, call, [*keys, new])

    def self_union(self, frame: Frame) -> Frame:
        """Return rows of the frame twice: once as they are, once filtered or changed."""
        if not frame.of("int"):
            return self.filter(frame)
        part = self.chance.choice((self.filter, self.sort))(frame)
        columns = [self.column(one.name, one.kind) for one in frame.columns]
        code = f"{frame.variable}.unionByName({part.variable})"
        return self.put(code, columns, frame.tables)

    def explode(self, frame: Frame) -> Frame:
        """Return a row for each element of an array."""
        if not frame.of("array"):
            return self.filter(frame)
        array = self.chance.choice(frame.of("array"))
        new = self.column(self.fresh(), "string")
        call = f'withColumn("{new.name}", F.explode("{array.name}"))'
        return self.then(frame, call, [*frame.columns, new])

    def structs(self, frame: Frame) -> Frame:
        """Return the frame with a struct that is built, perhaps opened again."""
        (a, kind), (b, other) = self.value(frame), self.value(frame)
        new = self.column(self.fresh(), "other")
        built = self.then(frame, f'withColumn("{new.name}", F.struct({a}.alias("f"), {b}.alias("g")))', [*frame.columns, new])  # fmt: skip
        if self.chance.random() < 0.3:
            return built
        field_, kind = self.chance.choice((("f", kind), ("g", other)))
        taken = self.column(self.fresh(), kind)
        call = f'withColumn("{taken.name}", F.col("{new.name}.{field_}"))'
        return self.then(built, call, [*built.columns, taken])

    def fill(self, frame: Frame) -> Frame:
        """Return the frame with values for nulls."""
        if not frame.of("int"):
            return frame
        chosen = self.some(frame.of("int"), 2)
        columns = [
            self.column(one.name, one.kind) if one in chosen else one for one in frame.columns
        ]
        listed = ", ".join(f'"{one.name}"' for one in chosen)
        return self.then(frame, f"fillna(0, subset=[{listed}])", columns)

    def pivot(self, frame: Frame) -> Frame:
        """Return the values of a column as columns."""
        if len(frame.of("int")) < 2 or not frame.of("string"):
            return self.aggregate(frame)
        key, number = self.chance.sample(frame.of("int"), 2)
        by = self.chance.choice(frame.of("string"))
        columns = [key, *(self.column(self.fresh(), "int") for _ in range(2))]
        listed = ", ".join(f'"{one.name}"' for one in columns[1:])
        call = f'groupBy("{key.name}").pivot("{by.name}", [{listed}]).sum("{number.name}")'
        return self.then(frame, call, columns)

    def view(self, frame: Frame) -> Frame:
        """Return the frame through a temporary view and SQL."""
        self.lines.append(f'{frame.variable}.createOrReplaceTempView("view_{self.prefix}")')
        names = [one for one in frame.columns if one.kind in SIMPLE] or list(frame.columns)
        kept = self.some(names)
        columns = [*kept]
        listed = ", ".join(one.name for one in kept)
        where = f" WHERE {frame.of('int')[0].name} > 1" if frame.of("int") else ""
        new = [self.column(one.name, one.kind) for one in columns]
        return self.put(f'spark.sql("SELECT {listed} FROM view_{self.prefix}{where}")', new, frame.tables)  # fmt: skip

    # --- steps on two frames ----------------------------------------------------------------------

    def other(self, frame: Frame) -> Frame | None:
        """Return another table with names of its own, None where all are read already."""
        free = sorted(TABLES.keys() - frame.tables)
        return self.base(self.chance.choice(free)) if free else None

    def apart(self, frame: Frame, right: Frame, *, but: str = "") -> Frame:
        """Return `right` with no name that `frame` has, but one."""
        taken = {one.name for one in frame.columns} - {but}
        for one in right.columns:
            if one.name in taken:
                new = self.column(self.fresh(), one.kind)
                call = f'withColumnRenamed("{one.name}", "{new.name}")'
                right = self.then(right, call, [new if c == one else c for c in right.columns])
        return right

    def join_using(self, frame: Frame) -> Frame:
        """Return a join on a name that both have."""
        other = self.other(frame)
        shared = {one.name for one in frame.of("int")} & {
            one.name for one in (other.of("int") if other else ())
        }
        if other is None or not shared:
            return self.filter(frame)
        key = self.chance.choice(sorted(shared))
        right = self.apart(frame, other, but=key)
        how = self.chance.choice(("inner", "left", "right", "full"))
        (mine,) = (one for one in frame.columns if one.name == key)
        (theirs,) = (one for one in right.columns if one.name == key)
        kept = {"right": theirs, "full": self.column(key, "int")}.get(how, mine)
        columns = [
            kept,
            *(one for one in (*frame.columns, *right.columns) if one not in (mine, theirs)),
        ]
        code = f'{frame.variable}.join({right.variable}, "{self.cased(key)}", "{how}")'
        return self.put(code, columns, frame.tables | right.tables)

    def join_on(self, frame: Frame) -> Frame:
        """Return a join on a condition, whose second key is dropped or kept."""
        other = self.other(frame)
        if other is None or not frame.of("int"):
            return self.filter(frame)
        right = self.apart(frame, other)
        mine, theirs = self.chance.choice(frame.of("int")), self.chance.choice(right.of("int"))
        condition = f'{frame.variable}["{mine.name}"] == {right.variable}["{theirs.name}"]'
        if self.chance.random() < 0.3:
            condition = f"({condition}) & {self.condition(right, 1)}"
        how = self.chance.choice(("inner", "left", "right", "outer"))
        code = f'{frame.variable}.join({right.variable}, {condition}, "{how}")'
        joined = self.put(code, (*frame.columns, *right.columns), frame.tables | right.tables)
        if self.chance.random() < 0.4:
            kept = [one for one in joined.columns if one != theirs]
            return self.then(joined, f'drop({right.variable}["{theirs.name}"])', kept)
        return joined

    def semi(self, frame: Frame) -> Frame:
        """Return the rows that have, or have no, partner."""
        other = self.other(frame)
        if other is None or not frame.of("int"):
            return self.filter(frame)
        right = self.apart(frame, other)
        mine, theirs = self.chance.choice(frame.of("int")), self.chance.choice(right.of("int"))
        how = self.chance.choice(("left_semi", "left_anti"))
        condition = f'{frame.variable}["{mine.name}"] == {right.variable}["{theirs.name}"]'
        return self.then(frame, f'join({right.variable}, {condition}, "{how}")', frame.columns)

    def self_join(self, frame: Frame) -> Frame:
        """Return the frame joined with itself under two aliases."""
        if not frame.of("int"):
            return self.filter(frame)
        key, picked = self.chance.choice(frame.of("int")), self.chance.choice(frame.columns)
        new = self.column(self.fresh(), picked.kind)
        mine = [self.column(one.name, one.kind) for one in frame.columns]
        code = (
            f'{frame.variable}.alias("a").join({frame.variable}.alias("b"), '
            f'F.col("a.{key.name}") == F.col("b.{key.name}"), "left")'
            f'.select("a.*", F.col("b.{picked.name}").alias("{new.name}"))'
        )
        return self.put(code, [*mine, new], frame.tables)

    def back_join(self, frame: Frame) -> Frame:
        """Return the frame with an aggregate of itself joined back by name."""
        numbers = frame.of("int")
        if len(numbers) < 2:
            return self.filter(frame)
        key, number = self.chance.sample(numbers, 2)
        new = self.column(self.fresh(), "int")
        grouped = self.then(frame, f'groupBy("{key.name}").agg(F.sum("{number.name}").alias("{new.name}"))', [key, new])  # fmt: skip
        kept = [
            self.column(one.name, one.kind)
            for one in (key, *(c for c in frame.columns if c != key))
        ]
        code = f'{frame.variable}.join({grouped.variable}, ["{key.name}"], "left")'
        return self.put(code, [*kept, new], frame.tables)

    def union(self, frame: Frame) -> Frame:
        """Return a union by position with rows of another table."""
        other = self.base()
        mine, theirs = frame.of(*SIMPLE), other.of(*SIMPLE)
        pairs = [(a, b) for a, b in zip(mine, theirs, strict=False) if a.kind == b.kind]
        if not pairs:
            return self.filter(frame)
        left, right = (
            self.then(side, f"select({', '.join(f'{chr(34)}{one.name}{chr(34)}' for one in listed)})", listed)
            for side, listed in ((frame, [a for a, _ in pairs]), (other, [b for _, b in pairs]))
        )  # fmt: skip
        columns = [self.column(one.name, one.kind) for one in left.columns]
        how = self.chance.choice(
            ("union", "union", "unionAll", "intersect", "exceptAll", "subtract")
        )
        code = f"{left.variable}.{how}({right.variable})"
        return self.put(code, columns, left.tables | right.tables)

    def union_by_name(self, frame: Frame) -> Frame:
        """Return a union by name, columns that one side lacks are null."""
        other = self.base()
        kinds = {one.name: one.kind for one in frame.columns}
        for one in other.columns:
            if kinds.get(one.name, one.kind) != one.kind:
                return self.filter(frame)
        more = [one for one in other.columns if one.name not in kinds]
        columns = [self.column(one.name, one.kind) for one in (*frame.columns, *more)]
        code = f"{frame.variable}.unionByName({other.variable}, allowMissingColumns=True)"
        return self.put(code, columns, frame.tables | other.tables)

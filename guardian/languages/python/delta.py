"""Delta tables: `DeltaTable.forName(...)` with its updates, deletes and merges."""

from dataclasses import dataclass, replace

from guardian.languages.python.machine import Machine
from guardian.languages.python.spark_columns import Column, as_tree
from guardian.languages.python.spark_frames import Frame, frame_of, made
from guardian.languages.python.spark_functions import parse_expression
from guardian.languages.python.spark_io import write
from guardian.languages.python.spark_state import (
    DIALECT,
    dataset_name,
    item,
    lower,
    scan,
    state_of,
)
from guardian.languages.python.values import MISSING, Call, Unknown, Value, plain, to_text
from guardian.model.names import fold
from guardian.model.plan import (
    Alias,
    Filter,
    Handle,
    Item,
    Join,
    Project,
    Scan,
    SetOperation,
    Star,
    WriteOptions,
)
from guardian.model.plan import Item as PlanItem


@dataclass(frozen=True, eq=False)
class DeltaTable:
    """`DeltaTable.forName(...)` or `forPath(...)`."""

    name: Value
    alias: str = ""

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return nothing: a table has methods only."""
        del name, machine
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return what a method gives."""
        match name:
            case "alias":
                return replace(self, alias=fold(plain(to_text(call.value(0))), DIALECT))
            case "toDF":
                return Frame(scan(call.machine, self.name, call.at))
            case "merge":
                source = frame_of(call.value(0, "source"), call.machine, "merge")
                if source is None:
                    return Unknown()
                return Merge(self, source, _condition(call.value(1, "condition"), call), call)
            case "delete":
                self._delete(call)
            case "update":
                self._update(call)
            case _:
                pass
        return Unknown(name, weak=True)

    def target(self, call: Call) -> Handle:
        """Return the rows of the table itself, under its alias."""
        dataset = dataset_name(to_text(self.name, hint="target"))
        builder = state_of(call.machine).file.builder
        handle = builder.add(Scan(dataset=dataset, target=True, at=call.at))
        return builder.add(Alias(handle, self.alias)) if self.alias else handle

    def _delete(self, call: Call) -> None:
        handle = self.target(call)
        if call.has(0, "condition"):
            condition = lower(
                call.machine, _condition(call.value(0, "condition"), call).tree, call.at
            )
            handle = made(call, Filter(handle, condition, "WHERE", call.at, call.text)).handle
        write(
            call,
            made(call, Project(handle, ())).handle,
            self.name,
            WriteOptions(mode="delete", format="delta"),
        )

    def _update(self, call: Call) -> None:
        handle = self.target(call)
        first = call.value(0, "condition")
        assigned = call.kwargs.get("set", first if isinstance(first, dict) else call.value(1))
        if first is not None and not isinstance(first, dict):
            condition = lower(call.machine, _condition(first, call).tree, call.at)
            handle = made(call, Filter(handle, condition, "WHERE", call.at, call.text)).handle
        items = _assignments(assigned, call, self.alias)
        write(
            call,
            made(call, Project(handle, items)).handle,
            self.name,
            WriteOptions(mode="update", format="delta"),
        )


def _condition(value: Value, call: Call) -> Column:
    if isinstance(value, str):
        return parse_expression(value, call)
    return value if isinstance(value, Column) else Column(as_tree(value))


def _assignments(mapping: Value, call: Call, alias: str) -> tuple[PlanItem, ...]:
    items: list[PlanItem] = []
    for key, value in mapping.items() if isinstance(mapping, dict) else ():
        name = plain(to_text(key)).replace("`", "")
        if alias and name.lower().startswith(f"{alias}."):
            name = name[len(alias) + 1 :]
        column = parse_expression(value, call) if isinstance(value, str) else value
        items.append(item(call.machine, column, call.at, call.text, name))
    return tuple(items)


@dataclass(frozen=True, eq=False)
class Merge:
    """A Delta merge being built: arms of updates, inserts and deletes."""

    target: DeltaTable
    source: Frame
    condition: Column
    begun: Call
    arms: tuple[Handle, ...] = ()
    when: str = ""

    def attribute(self, name: str, machine: Machine) -> Value:
        """Return nothing: a merge has methods only."""
        del name, machine
        return MISSING

    def invoke(self, name: str, call: Call) -> Value:
        """Return the merge with one more arm, or write."""
        if name == "execute":
            return self._execute(call)
        matched = "NotMatched" not in name
        if name.startswith("when") and not name.endswith("BySource_"):
            kind = name.removeprefix("whenMatched" if matched else "whenNotMatched")
            return self._arm(
                kind.removeprefix("BySource"), call, matched=matched, by_source="BySource" in name
            )
        return self

    def _arm(self, kind: str, call: Call, *, matched: bool, by_source: bool) -> "Merge":
        rows = self._rows(call, matched=matched, by_source=by_source)
        condition = call.kwargs.get("condition")
        if condition is None and (kind.endswith("All") or kind == "Delete"):
            condition = call.value(0)
        if condition is not None:
            expr = lower(call.machine, _condition(condition, call).tree, call.at)
            rows = made(call, Filter(rows, expr, "WHEN", call.at, call.text)).handle
        if kind.endswith("All"):
            qualifier = self._source_alias(call)
            items: tuple[PlanItem, ...] = (
                Item(Star((qualifier,) if qualifier else ()), None, call.at, call.text),
            )
            if not qualifier and matched:
                # Without an alias the source's columns are taken from the source itself.
                rows = self._semi(call)
        elif kind == "Delete":
            items = ()
        else:
            given = call.kwargs.get("set", call.kwargs.get("values"))
            positional = next((value for value in call.args if isinstance(value, dict)), None)
            items = _assignments(
                given if given is not None else positional, call, self.target.alias
            )
        return replace(self, arms=(*self.arms, made(call, Project(rows, items)).handle))

    def _rows(self, call: Call, *, matched: bool, by_source: bool) -> Handle:
        on = lower(call.machine, self.condition.tree, call.at)
        target = self.target.target(call)
        text, at = self.begun.text, self.begun.at
        if by_source:
            node = Join(left=target, right=self.source.handle, kind="anti", on=on, at=at, text=text)
        elif matched:
            node = Join(
                left=target, right=self.source.handle, kind="inner", on=on, at=at, text=text
            )
        else:
            node = Join(left=self.source.handle, right=target, kind="anti", on=on, at=at, text=text)
        return made(call, node).handle

    def _semi(self, call: Call) -> Handle:
        on = lower(call.machine, self.condition.tree, call.at)
        node = Join(
            left=self.source.handle, right=self.target.target(call), kind="semi", on=on, at=call.at
        )
        return made(call, node).handle

    def _source_alias(self, call: Call) -> str:

        node = state_of(call.machine).file.builder[self.source.handle]
        return node.name if isinstance(node, Alias) else ""

    def _execute(self, call: Call) -> Value:
        arms = [arm for arm in self.arms if self._has_columns(arm, call)] or list(self.arms)
        if not arms:
            return None
        plan = arms[0]
        if len(arms) > 1:
            node = SetOperation(
                kind="union",
                inputs=tuple(arms),
                all=True,
                by_name=True,
                allow_missing=True,
                at=call.at,
            )
            plan = made(call, node).handle
        write(self.begun, plan, self.target.name, WriteOptions(mode="merge", format="delta"))
        return None

    def _has_columns(self, arm: Handle, call: Call) -> bool:
        node = state_of(call.machine).file.builder[arm]
        return isinstance(node, Project) and bool(node.items)


def delta_table(path: str, call: Call) -> Value:
    """Return what `DeltaTable.method(...)` gives."""
    method = path.rpartition(".")[2]
    if method in {"forName", "forPath", "createOrReplace", "createIfNotExists", "create"}:
        names = [value for value in call.args if isinstance(value, str | Unknown)]
        given = call.kwargs.get("tableOrViewName", call.kwargs.get("path"))
        name = given if given is not None else names[-1] if names else None
        return DeltaTable(name) if name is not None else Unknown()
    return Unknown(method, weak=True)

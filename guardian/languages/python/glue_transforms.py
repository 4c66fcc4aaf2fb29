"""AWS Glue's transforms: `ApplyMapping`, `Filter`, `Join` and the rest, as calls and as methods."""

from collections.abc import Callable
from typing import TypeAlias

from sqlglot import exp

from guardian.languages.python.fingerprints import call_fingerprint
from guardian.languages.python.frames.row_functions import code_of, columns_changed, columns_used
from guardian.languages.python.glue_collections import Collection
from guardian.languages.python.spark_calls import build
from guardian.languages.python.spark_columns import (
    Column,
    Tree,
    as_tree,
    field_of,
    identifier,
    name_parts,
    named_column,
    spread,
)
from guardian.languages.python.spark_frames import METHODS, Frame, frame_of, made
from guardian.languages.python.spark_functions import parse_expression
from guardian.languages.python.spark_groups import opaque_function
from guardian.languages.python.spark_rows import join as spark_join
from guardian.languages.python.spark_rows import where as spark_where
from guardian.languages.python.spark_state import (
    DIALECT,
    add,
    folded_names,
    item,
    lower,
    reference,
)
from guardian.languages.python.spark_types import type_tree
from guardian.languages.python.udfs import opaque_udf
from guardian.languages.python.values import (
    Bound,
    Builtin,
    Call,
    Function,
    Partial,
    Unknown,
    Value,
    plain,
    to_text,
)
from guardian.model.names import fold
from guardian.model.plan import (
    Distinct,
    Drop,
    Expr,
    Filter,
    Item,
    Join,
    Opaque,
    Project,
    Ref,
    Rename,
    SetOperation,
    Star,
    WithColumns,
)

OUTCOMES = ("rule", "outcome", "failurereason", "evaluatedmetrics", "evaluatedrule")


def _frame(call: Call) -> tuple[Frame | None, Call]:
    """Return the frame that a transform is applied to, and the call without it."""
    given = call.kwargs.get("frame")
    if given is not None:
        return frame_of(given, call.machine), call
    first = call.value(0)
    return (frame_of(first, call.machine), call.shifted()) if call.args else (None, call)


def apply_mapping(frame: Frame, call: Call) -> Value:
    """Return `ApplyMapping`: columns picked, renamed and cast, nothing else kept."""
    mappings = call.machine.iterate(call.kwargs.get("mappings", call.value(0)))
    if mappings is None:
        return _kept(frame, call, "apply_mapping")
    columns: dict[str, _Target] = {}
    for mapping in mappings:
        parts = list(mapping) if isinstance(mapping, tuple | list) else []
        if len(parts) in {2, 4}:
            target = plain(to_text(parts[-2] if len(parts) == 4 else parts[1]))
            path = name_parts(target)
            node = columns.setdefault(path[0], _Target())
            for name in path[1:]:
                node = node.fields.setdefault(name, _Target())
            node.tree = _mapped_tree(parts)
            node.text = plain(to_text(parts[0]))
    items = [
        item(call.machine, Column(target.made()), call.at, target.text or name, name)
        for name, target in columns.items()
    ]
    return made(call, Project(frame.handle, tuple(items)))


class _Target:
    """A column that a mapping makes: an expression, or a struct of what its dotted names make."""

    def __init__(self) -> None:
        self.tree: Tree | None = None
        self.text = ""
        self.fields: dict[str, _Target] = {}

    def made(self) -> Tree:
        """Return it as one expression."""
        if self.tree is not None or not self.fields:
            return self.tree or exp.Null()
        fields = [
            exp.PropertyEQ(this=identifier(name), expression=inner.made())
            for name, inner in self.fields.items()
        ]
        return exp.Struct(expressions=fields)


def _mapped_tree(parts: list[Value]) -> Tree:
    path = name_parts(plain(to_text(parts[0])))
    tree: Tree = exp.Column(this=identifier(path[0]))
    for name in path[1:]:
        tree = field_of(tree, name)
    before, after = (parts[1], parts[3]) if len(parts) == 4 else (None, None)
    to = type_tree(after) if after != before else None
    return tree if to is None else exp.Cast(this=tree, to=to)


def _paths(call: Call) -> list[Value]:
    given = call.kwargs.get("paths", call.value(0))
    return [given] if isinstance(given, str) else call.machine.iterate(given) or []


def drop_fields(frame: Frame, call: Call) -> Value:
    """Return `DropFields`."""
    gone = tuple(reference(call.machine, path, call.at) for path in _paths(call))
    return made(call, Drop(frame.handle, gone))


def select_fields(frame: Frame, call: Call) -> Value:
    """Return `SelectFields`."""
    items = tuple(item(call.machine, path, call.at, plain(to_text(path))) for path in _paths(call))
    return made(call, Project(frame.handle, items))


def rename_field(frame: Frame, call: Call) -> Value:
    """Return `RenameField`."""
    old = call.kwargs.get("old_name", call.value(0))
    new = call.kwargs.get("new_name", call.value(1))
    names = tuple(fold(plain(to_text(name)).replace("`", ""), DIALECT) for name in (old, new))
    return made(call, Rename(frame.handle, ((names[0], names[1]),), at=call.at))


def resolve_choice(frame: Frame, call: Call) -> Value:
    """Return `ResolveChoice`: the same columns, some cast."""
    specs = call.machine.iterate(call.kwargs.get("specs", call.value(0))) or []
    items: list[Item] = []
    for spec in specs:
        if isinstance(spec, tuple) and len(spec) == 2 and to_text(spec[1]).startswith("cast:"):
            to = type_tree(to_text(spec[1]).removeprefix("cast:"))
            name = plain(to_text(spec[0])).replace("`", "")
            if to is not None and "." not in name and "[" not in name:
                tree = exp.Cast(this=as_tree(spec[0], literal=False), to=to)
                items.append(item(call.machine, Column(tree), call.at, call.text, name))
    return made(call, WithColumns(frame.handle, tuple(items))) if items else frame


def _join(call: Call) -> Value:
    left = frame_of(call.kwargs.get("frame1", call.value(0)), call.machine)
    right = frame_of(call.kwargs.get("frame2", call.value(1)), call.machine)
    if left is None or right is None:
        return Unknown("join", weak=True)
    keys = call.kwargs.get("keys1", call.value(2)), call.kwargs.get("keys2", call.value(3))
    return _joined(left, right, *keys, call)


def _joined(left: Frame, right: Frame, keys1: Value, keys2: Value, call: Call) -> Value:
    firsts = [keys1] if isinstance(keys1, str) else call.machine.iterate(keys1) or []
    seconds = [keys2] if isinstance(keys2, str) else call.machine.iterate(keys2) or []
    condition: Tree | None = None
    for first, second in zip(firsts, seconds, strict=False):
        test = exp.EQ(
            this=named_column(to_text(first), left.handle).tree,
            expression=named_column(to_text(second), right.handle).tree,
        )
        condition = test if condition is None else exp.And(this=condition, expression=test)
    on = lower(call.machine, condition, call.at) if condition is not None else None
    return made(call, Join(left=left.handle, right=right.handle, on=on, at=call.at, text=call.text))


def join_frames(frame: Frame, call: Call) -> Value:
    """Return Spark's join, or a DynamicFrame's: `frame.join(paths1, paths2, frame2)`."""
    other = call.kwargs.get("frame2", call.value(2))
    if isinstance(other, Frame) and not isinstance(call.value(0), Frame):
        keys = call.kwargs.get("paths1", call.value(0)), call.kwargs.get("paths2", call.value(1))
        return _joined(frame, other, *keys, call)
    return SPARK_JOIN(frame, call)


def _kept(frame: Frame, call: Call, reason: str) -> Frame:
    node = Opaque(
        inputs=(frame.handle,), fingerprint=call_fingerprint(reason, call), keeps=True,
        reason=reason, at=call.at,
    )  # fmt: skip
    return made(call, node)


def _row_arguments(function: Value) -> tuple[Expr, ...]:
    """Return the columns that a function of a row uses; all of them where that is not known."""
    used = columns_used(function)
    return (Star(),) if used is None else tuple(Ref(fold(name, DIALECT)) for name in used)


def filter_rows(frame: Frame, call: Call) -> Value:
    """Return `Filter.apply(frame, f)`: rows that a function of Python keeps."""
    function = call.kwargs.get("f", call.value(0))
    if not isinstance(function, Function | Bound | Partial | Builtin | Unknown):
        return spark_where(frame, call)
    condition = opaque_udf(code_of(function, call.machine), _row_arguments(function))
    return made(call, Filter(frame.handle, condition, "WHERE", call.at, call.text))


def map_rows(frame: Frame, call: Call) -> Value:
    """Return `Map.apply(frame, f)`: rows that a function of Python makes."""
    function = call.kwargs.get("f", call.value(0))
    changed = columns_changed(function)
    if changed is None:
        call.kwargs.setdefault("func", function)
        return opaque_function(frame, "Map", call)
    names, gone = changed
    expr = opaque_udf(code_of(function, call.machine), _row_arguments(function))
    items = tuple(Item(expr, fold(name, DIALECT), call.at, call.text) for name in names)
    handle = made(call, WithColumns(frame.handle, items)).handle if items else frame.handle
    if not gone:
        return Frame(handle)
    return made(call, Drop(handle, tuple(Ref(fold(name, DIALECT)) for name in gone)))


def _unchanged(frame: Frame, _: Call) -> Value:
    return frame


def _opaque(reason: str) -> "Transform":
    return lambda frame, call: _kept(frame, call, reason)


def _pair(call: Call) -> tuple[str, str]:
    first, second = call.kwargs.get("name1"), call.kwargs.get("name2")
    names = [value for value in (first, second) if isinstance(value, str)]
    names += [value for value in call.args if isinstance(value, str)]
    one, two = [*map(plain, names), "split_fields1", "split_fields2"][:2]
    return one, two


def split_fields(frame: Frame, call: Call) -> Value:
    """Return `SplitFields`: the columns of these paths, and the others."""
    paths = _paths(call)
    chosen = made(
        call,
        Project(
            frame.handle,
            tuple(item(call.machine, path, call.at, plain(to_text(path))) for path in paths),
        ),
    )
    rest = made(
        call, Drop(frame.handle, tuple(reference(call.machine, path, call.at) for path in paths))
    )
    one, two = _pair(call)
    return Collection({one: chosen, two: rest})


def split_rows(frame: Frame, call: Call) -> Value:
    """Return `SplitRows`: rows for which comparisons hold, and the others."""
    given = call.kwargs.get("comparison_dict", call.value(0))
    names = [plain(to_text(name)) for name in given] if isinstance(given, dict) else []
    arguments = tuple(Ref(fold(name, DIALECT)) for name in names) or (Star(),)
    frames = []
    for side in ("kept", "rest"):
        test = opaque_udf(call_fingerprint(f"SplitRows {side}", call), arguments)
        frames.append(made(call, Filter(frame.handle, test, "WHERE", call.at, call.text)))
    one, two = _pair(call)
    return Collection({one: frames[0], two: frames[1]})


def relationalize(frame: Frame, call: Call) -> Value:
    """Return `Relationalize`: a root with flat columns, and a frame for each array in it."""
    texts = [value for value in call.args if isinstance(value, str)]
    name = call.kwargs.get(
        "name",
        call.kwargs.get(
            "root_table_name", texts[-1] if len(texts) > 1 else (texts or ["roottable"])[0]
        ),
    )
    roots = {plain(to_text(name)), plain(to_text(call.value(0, "root_table_name", name)))}
    root = _kept(frame, call, "relationalize")
    return Collection(dict.fromkeys(roots, root), _kept(frame, call, "relationalize array"))


def evaluate_quality(frame: Frame, call: Call) -> Value:
    """Return the outcomes of `EvaluateDataQuality.apply`: a row for each rule."""
    node = Opaque(
        inputs=(frame.handle,), fingerprint=call_fingerprint("quality", call), columns=OUTCOMES,
        reason="EvaluateDataQuality", at=call.at,
    )  # fmt: skip
    return made(call, node)


def quality_rows(frame: Frame, call: Call) -> Value:
    """Return what `EvaluateDataQuality().process_rows` gives: the rows, and the outcomes."""
    outcomes = evaluate_quality(frame, call)
    rules = outcomes if isinstance(outcomes, Frame) else frame
    return Collection(
        {
            "rowLevelOutcomes": _kept(frame, call, "rowLevelOutcomes"),
            "ruleOutcomes": rules,
            "originalData": frame,
        }
    )


def merge_frames(frame: Frame, call: Call) -> Value:
    """Return `frame.mergeDynamicFrame(stage, keys)`: staged rows, and those that have no other."""
    stage = frame_of(call.value(0, "stage_dynamic_frame"), call.machine, "stage")
    if stage is None:
        return frame
    keys = call.machine.iterate(call.value(1, "primary_keys")) or []
    node = Join(
        left=frame.handle, right=stage.handle, kind="anti",
        using=folded_names([key for key in keys if isinstance(key, str)]), at=call.at,
        text=call.text,
    )  # fmt: skip
    old = add(call.machine, node)
    union = SetOperation(
        kind="union",
        inputs=(stage.handle, old),
        all=True,
        by_name=True,
        allow_missing=True,
        at=call.at,
    )
    return made(call, union)


def unioned(call: Call) -> Value:
    """Return `Union.apply(frame1, frame2)`."""
    frames = [
        frame_of(call.kwargs.get(f"frame{one + 1}", call.value(one)), call.machine)
        for one in range(2)
    ]
    handles = tuple(frame.handle for frame in frames if frame is not None)
    return made(
        call, SetOperation(kind="union", inputs=handles, all=True, by_name=True, at=call.at)
    )


# --- what Glue Studio adds to a frame -------------------------------------------------------------


def _set(frame: Frame, call: Call, name: Value, column: Column) -> Value:
    made_item = item(call.machine, column, call.at, call.text, plain(to_text(name)))
    return made(call, WithColumns(frame.handle, (made_item,)))


def derived(frame: Frame, call: Call) -> Value:
    """Return `frame.gs_derived(colName=…, expr=…)`."""
    text = call.value(1, "expr")
    column = parse_expression(text, call) if isinstance(text, str) else Column(as_tree(text))
    return _set(frame, call, call.value(0, "colName"), column)


def _now(frame: Frame, call: Call) -> Value:
    return _set(frame, call, call.value(0, "colName"), Column(build("current_timestamp", [])))


def _concatenated(frame: Frame, call: Call) -> Value:
    names = spread([call.value(1, "colList")])
    trees = [as_tree(name, literal=False) for name in names]
    spacer = as_tree(plain(to_text(call.value(2, "spacer") or "")))
    return _set(frame, call, call.value(0, "colName"), Column(build("concat_ws", [spacer, *trees])))


def _parsed_time(frame: Frame, call: Call) -> Value:
    name = call.value(0, "colName")
    target = call.kwargs.get("newColName", name)
    return _set(frame, call, target, Column(build("to_timestamp", [as_tree(name, literal=False)])))


def _deduplicated(frame: Frame, call: Call) -> Value:
    given = call.kwargs.get("columns", call.kwargs.get("column_names"))
    keys = tuple(
        reference(call.machine, name, call.at) for name in spread([given]) if isinstance(name, str)
    )
    return made(call, Distinct(frame.handle, keys, at=call.at))


Transform: TypeAlias = Callable[[Frame, Call], Value]
TRANSFORMS: dict[str, Transform] = {
    "ApplyMapping": apply_mapping, "DropFields": drop_fields, "SelectFields": select_fields,
    "RenameField": rename_field, "ResolveChoice": resolve_choice, "DropNullFields": _unchanged,
    "Filter": filter_rows, "Map": map_rows, "Relationalize": relationalize,
    "Unbox": _opaque("Unbox"), "UnnestFrame": _opaque("UnnestFrame"),
    "SplitFields": split_fields, "SplitRows": split_rows, "Spigot": _unchanged,
    "FillMissingValues": _opaque("FillMissingValues"), "EvaluateDataQuality": evaluate_quality,
    "DropDuplicates": _deduplicated, "ErrorsAsDynamicFrame": _opaque("errors"),
}  # fmt: skip
SPARK_JOIN = spark_join
METHODS.update({
    "apply_mapping": apply_mapping, "drop_fields": drop_fields, "select_fields": select_fields,
    "rename_field": rename_field, "resolveChoice": resolve_choice, "relationalize": relationalize,
    "unnest": _opaque("unnest"), "unbox": _opaque("unbox"), "split_fields": split_fields,
    "split_rows": split_rows, "filter": filter_rows, "map": map_rows, "spigot": _unchanged,
    "unnest_ddb_json": _opaque("unnest_ddb_json"), "simplify_ddb_json": _unchanged,
    "errorsAsDynamicFrame": _opaque("errors"), "mergeDynamicFrame": merge_frames,
    "join": join_frames, "assertErrorThreshold": _unchanged, "gs_derived": derived,
    "gs_now": _now, "gs_concat": _concatenated, "gs_to_timestamp": _parsed_time,
    "gs_flatten": _opaque("gs_flatten"), "gs_split": _opaque("gs_split"),
    "gs_array_to_cols": _opaque("gs_array_to_cols"), "gs_explode": _opaque("gs_explode"),
})  # fmt: skip
NAMES = frozenset({*TRANSFORMS, "Join", "SelectFromCollection", "MapToCollection", "Union"})


def transform(name: str, call: Call) -> Value:
    """Return what `Name.apply(...)` of `awsglue.transforms` gives."""
    match name:
        case "Join":
            return _join(call)
        case "Union":
            return unioned(call)
        case "SelectFromCollection":
            given = call.kwargs.get("dfc", call.value(0))
            key = call.kwargs.get("key", call.value(1))
            if isinstance(given, dict):
                return given.get(key, next(iter(given.values()), Unknown()))
            return given.select(key) if isinstance(given, Collection) else given
        case "MapToCollection":
            given = call.kwargs.get("dfc", call.value(0))
            function = call.kwargs.get("callable", call.value(1))
            inner = Call(call.machine, [function], {}, call.node)
            return given.invoke("map", inner) if isinstance(given, Collection) else Unknown("map")
        case _:
            pass
    handler = TRANSFORMS.get(name)
    frame, rest = _frame(call)
    if handler is None or frame is None:
        return Unknown(name, weak=True) if frame is None else _kept(frame, rest, name)
    return handler(frame, rest)

"""Semantic models and metrics of schema files: which columns each KPI is computed from."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from guardian.languages.safe_yaml import LinedDict
from guardian.model.names import fold

MAX_DEPTH = 20
_MEASURES = ("measure", "base_measure", "conversion_measure")
_METRICS = ("numerator", "denominator", "base_metric", "conversion_metric", "input_metric")
_PLAIN = re.compile(r"[A-Za-z_]\w*\Z")


class Measure(msgspec.Struct, frozen=True):
    """A measure of a semantic model: its name, the `ref(…)` of the model, and its expression."""

    name: str
    model: str
    expression: str


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """A KPI: what it is called, the measures and metrics that it is made of; `own` is its own one.

    A metric of the older form names model and expression itself.
    """

    name: str
    label: str
    uses: tuple[str, ...] = ()
    own: Measure | None = None
    owner: str = ""
    line: int = 1


def measures(entry: Mapping[Any, Any]) -> Iterator[Measure]:
    """Yield the measures of one entry of `semantic_models`."""
    model = str(entry.get("model") or "")
    for measure in _mappings(entry.get("measures")):
        name = str(measure.get("name") or "")
        expression = measure.get("expr")
        if name and model:
            yield Measure(name, model, name if expression is None else str(expression))


def metric(entry: LinedDict) -> Metric:
    """Return one entry of `metrics`, in the form of MetricFlow or the older one."""
    name = str(entry["name"])
    parameters = entry.get("type_params")
    uses = tuple(dict.fromkeys(_uses(parameters if isinstance(parameters, Mapping) else {})))
    expression = entry.get("expression") or entry.get("sql")
    own = None
    if entry.get("model") and expression is not None:
        own = Measure(name, str(entry["model"]), str(expression))
    meta = entry.get("meta") or {}
    owner = meta.get("owner") if isinstance(meta, Mapping) else ""
    return Metric(
        name=name, label=str(entry.get("label") or name), uses=uses, own=own,
        owner=str(owner or ""), line=entry.lines["name"],
    )  # fmt: skip


def _uses(parameters: Mapping[Any, Any], depth: int = 0) -> Iterator[str]:
    for key in (*_MEASURES, *_METRICS):
        value = parameters.get(key)
        name = value.get("name") if isinstance(value, Mapping) else value
        if isinstance(name, str) and name:
            yield name
    for value in _mappings(parameters.get("metrics")):
        yield str(value.get("name") or "")
    inner = parameters.get("conversion_type_params")
    if isinstance(inner, Mapping) and depth < MAX_DEPTH:
        yield from _uses(inner, depth + 1)


def _mappings(value: Any) -> list[Mapping[Any, Any]]:
    return [v for v in value if isinstance(v, Mapping)] if isinstance(value, list) else []


def measured(
    wanted: Metric, known: Mapping[str, Measure], others: Mapping[str, Metric]
) -> tuple[Measure, ...]:
    """Return the measures that a metric comes from, through the metrics that it is made of."""
    found: dict[Measure, None] = {}
    seen: set[str] = set()
    pending = [wanted]
    while pending:
        current = pending.pop()
        if current.name in seen:
            continue
        seen.add(current.name)
        if current.own is not None:
            found[current.own] = None
        for name in current.uses:
            if name in known:
                found[known[name]] = None
            elif name in others:
                pending.append(others[name])
    return tuple(sorted(found, key=lambda measure: (measure.model, measure.name)))


def columns_in(expression: str, dialect: str) -> tuple[str, ...]:
    """Return the columns that a measure's expression names, folded, sorted."""
    if _PLAIN.match(expression.strip()):
        return (fold(expression.strip(), dialect),)
    try:
        tree = sqlglot.parse_one(expression, dialect=dialect or None)
    except (SqlglotError, RecursionError):
        return ()
    found = (column.this for column in tree.find_all(exp.Column) if not column.is_star)
    return tuple(
        sorted({fold(name.name, dialect, quoted=bool(name.args.get("quoted"))) for name in found})
    )

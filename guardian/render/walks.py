"""What a walk over the lineage reached: as a tree, a diagram or the document itself."""

from collections.abc import Callable, Mapping, Sequence

from guardian import escape
from guardian.model.lineage import ColumnRef
from guardian.model.reach import Felt, Reach, Reached
from guardian.verdict import counted

MOST_LINES = 2_000
MOST_BOXES = 400
MOST_CHARACTERS = 120
ROWS = "(rows)"


def tree(found: Reach) -> str:
    """Return what was reached as an indented tree, nearest first, each once, with its place."""
    below: dict[ColumnRef, list[Reached | Felt]] = {}
    items: list[Reached | Felt] = [*found.reached, *found.exposures]
    for item in items:
        below.setdefault(item.via, []).append(item)
    lines: list[str] = []
    for root in found.start:
        if root in below or len(found.start) == 1:
            lines.append(_named(root))
            _branch(root, below, "", lines)
    if not found.reached and not found.exposures:
        nothing = "flows into nothing" if found.direction == "down" else "is made of nothing"
        lines = [f"{_clean(found.asked)} {nothing} that is known here"]
    left = found.left_out + max(len(lines) - MOST_LINES, 0)
    lines = lines[:MOST_LINES]
    lines.append("")
    lines.append(_summary(found))
    if left:
        lines.append(f"{left:,} more are left out; `--format json` has them, `--depth` has fewer")
    return "\n".join(lines) + "\n"


def _branch(
    root: ColumnRef,
    below: Mapping[ColumnRef, Sequence[Reached | Felt]],
    above: str,
    lines: list[str],
) -> None:
    """Add what lies below `root`; without recursion, as a chain may be thousands long."""
    waiting: list[tuple[Reached | Felt, str, bool]] = []

    def push(ref: ColumnRef, prefix: str) -> None:
        backwards = enumerate(reversed(below.get(ref, ())))
        waiting.extend((child, prefix, number == 0) for number, child in backwards)

    push(root, above)
    while waiting and len(lines) <= MOST_LINES:
        item, prefix, last = waiting.pop()
        lines.append(f"{prefix}{'└─ ' if last else '├─ '}{_line(item)}")
        if isinstance(item, Reached):
            push(item.column, prefix + ("   " if last else "│  "))


def _line(item: Reached | Felt) -> str:
    if isinstance(item, Felt):
        return f"{item.kind} {_clean(item.name)}"
    sure = f", confidence {item.confidence:.2f}" if item.confidence < 1 else ""
    return f"{_named(item.column)}  {_kind(item)}{sure}  {_place(item)}"


def _kind(item: Reached) -> str:
    return item.subtype.lower().replace("_", " ")


def _place(item: Reached) -> str:
    repository = f"{_clean(item.repository)}: " if item.repository else ""
    return f"{repository}{_clean(item.location.file)}:{item.location.line}"


def _named(ref: ColumnRef) -> str:
    return _clean(f"{ref.dataset} {ROWS}" if ref.column is None else f"{ref.dataset}.{ref.column}")


def _clean(text: str) -> str:
    return escape.clean(text, MOST_CHARACTERS)


def _summary(found: Reach) -> str:
    columns = [item for item in found.reached if item.column.column is not None]
    datasets = {item.column.dataset for item in found.reached} - {
        ref.dataset for ref in found.start
    }
    told = [counted(len(columns), "column"), counted(len(datasets), "dataset")]
    if found.exposures:
        told.append(f"{len(found.exposures):,} shown to people")
    return ", ".join(told)


def steps(way: Sequence[Reached], source: str, target: str) -> str:
    """Return a way from one name to another, a step on each line."""
    if not way:
        return f"no known way from {_clean(source)} to {_clean(target)}\n"
    lines = [_named(way[0].via)]
    lines += [f"  → {_line(item)}" for item in way]
    return "\n".join(lines) + "\n"


def mermaid(found: Reach) -> str:
    """Return the datasets on the way as a Mermaid flowchart, the nearest ones only."""
    names, arrows, left = _datasets(found)
    numbers = {name: f"n{number}" for number, name in enumerate(names)}
    lines = ["flowchart LR"]
    lines += [f"  {numbers[name]}[{escape.mermaid(name)}]" for name in names]
    lines += [f"  {numbers[one]} --> {numbers[other]}" for one, other in arrows]
    if left:
        lines.append(f'  more["+{left} more"]')
    return "\n".join(lines) + "\n"


def dot(found: Reach) -> str:
    """Return the columns on the way as a Graphviz digraph, a cluster for each dataset."""
    columns = dict.fromkeys([*found.start, *(item.column for item in found.reached)])
    numbers = {ref: f"c{number}" for number, ref in enumerate(columns)}
    lines = ["digraph lineage {", "  rankdir=LR;", "  node [shape=box];"]
    clusters: dict[str, list[ColumnRef]] = {}
    for ref in columns:
        clusters.setdefault(ref.dataset, []).append(ref)
    for place, (dataset, inside) in enumerate(clusters.items()):
        lines += [f"  subgraph cluster_{place} {{", f"    label={_quoted(dataset)};"]
        lines += [f"    {numbers[ref]} [label={_quoted(ref.column or ROWS)}];" for ref in inside]
        lines.append("  }")
    for item in found.reached:
        ends = numbers[item.via], numbers[item.column]
        one, other = ends if found.direction == "down" else ends[::-1]
        dashed = "" if item.type == "DIRECT" else " [style=dashed]"
        lines.append(f"  {one} -> {other}{dashed};")
    for number, felt in enumerate(found.exposures):
        label = f"e{number} [label={_quoted(felt.name)}, shape=ellipse]"
        lines += [f"  {label};", f"  {numbers[felt.via]} -> e{number};"]
    return "\n".join([*lines, "}"]) + "\n"


def _quoted(text: str) -> str:
    shown = _clean(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{shown}"'


def _datasets(found: Reach) -> tuple[list[str], list[tuple[str, str]], int]:
    """Return the datasets by distance, the arrows between those shown, and how many are not."""
    order = dict.fromkeys(ref.dataset for ref in found.start)
    order |= dict.fromkeys(item.column.dataset for item in found.reached)
    order |= dict.fromkeys(item.name for item in found.exposures)
    names = list(order)[:MOST_BOXES]
    shown = set(names)
    pairs = [(item.via.dataset, item.column.dataset) for item in found.reached]
    pairs += [(item.via.dataset, item.name) for item in found.exposures]
    if found.direction == "up":
        pairs = [(other, one) for one, other in pairs]
    arrows = dict.fromkeys(pair for pair in pairs if pair[0] != pair[1] and shown.issuperset(pair))
    return names, list(arrows), len(order) - len(names)


SHAPES: Mapping[str, Callable[[Reach], str]] = {"tree": tree, "mermaid": mermaid, "dot": dot}

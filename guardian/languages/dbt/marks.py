"""Line marks: rendered text that knows which line of the template each of its lines came from.

Before a template is compiled, its own text gets a mark at each line. Printed, the marks stand in
the output; they are taken out again, and what they told is kept. Text of macros has no marks: it
counts to the line of the call. Each loop gets a step to count, and `~` becomes a call, so that the
sandbox sees what could run away.
"""

import re

from jinja2 import nodes

from guardian.languages.dbt.limits import LimitError

OPEN, CLOSE = "\ue000", "\ue001"
MAX_NESTING = 150

_MARK = re.compile(f"{OPEN}([0-9]+){CLOSE}")


def instrument(template: nodes.Template, *, mark: bool) -> nodes.Template:
    """Return `template`, changed: its loops counted and, where `mark`, its lines marked.

    Raises:
        LimitError: where the template is nested deeper than any honest one.
    """
    pending: list[tuple[nodes.Node, int]] = [(template, 0)]
    while pending:
        node, depth = pending.pop()
        if depth > MAX_NESTING:
            raise LimitError(f"the template is nested more than {MAX_NESTING} deep", node.lineno)
        pending.extend((child, depth + 1) for child in node.iter_child_nodes())
        if isinstance(node, nodes.For):
            node.body.insert(0, _step(node))
        for field, value in node.iter_fields():
            if isinstance(value, nodes.Concat):
                setattr(node, field, _joined(value))
            elif isinstance(value, list):
                value[:] = [_joined(v) if isinstance(v, nodes.Concat) else v for v in value]
    if mark:
        _mark_body(template.body)
    return template


def _step(node: nodes.Node) -> nodes.Node:
    step = nodes.Call(nodes.EnvironmentAttribute("step"), [], [], None, None, lineno=node.lineno)
    return nodes.ExprStmt(step, lineno=node.lineno)


def _joined(node: nodes.Concat) -> nodes.Call:
    joined = nodes.EnvironmentAttribute("joined")
    return nodes.Call(joined, node.nodes, [], None, None, lineno=node.lineno)


def _mark_body(body: list[nodes.Node]) -> None:
    """Mark what is printed where it stands, not blocks that go to a variable or a macro."""
    for node in body:
        if isinstance(node, nodes.Output):
            node.nodes = [marked for child in node.nodes for marked in _marked(child)]
        elif isinstance(node, nodes.For):
            _mark_body(node.body)
            _mark_body(node.else_)
        elif isinstance(node, nodes.If):
            _mark_body(node.body)
            _mark_body(list(node.elif_))
            _mark_body(node.else_)
        elif isinstance(node, nodes.Scope):
            _mark_body(node.body)


def _marked(node: nodes.Expr) -> list[nodes.Expr]:
    if not isinstance(node, nodes.TemplateData):
        return [nodes.TemplateData(f"{OPEN}{node.lineno}{CLOSE}", lineno=node.lineno), node]
    lines = node.data.split("\n")
    text = "\n".join(f"{OPEN}{node.lineno + i}{CLOSE}{line}" for i, line in enumerate(lines))
    return [nodes.TemplateData(text, lineno=node.lineno)]


def unmarked(text: str) -> tuple[str, tuple[int, ...]]:
    """Return `text` without its marks, and the template's line of each of its lines."""
    lines, origins, current = [], [], 1
    for line in text.split("\n"):
        origin = None
        plain: list[str] = []
        position = 0
        for found in _MARK.finditer(line):
            before = line[position : found.start()]
            if before.strip() and origin is None:
                origin = current
            plain.append(before)
            current, position = int(found[1]), found.end()
        plain.append(line[position:])
        lines.append("".join(plain))
        origins.append(origin if origin is not None else current)
    return "\n".join(lines), tuple(origins)

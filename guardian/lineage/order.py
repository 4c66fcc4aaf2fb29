"""Datasets in the order in which they depend on each other, circles and all."""

from collections.abc import Callable, Iterable, Iterator


def in_order(
    roots: Iterable[str], needs: Callable[[str], Iterable[str]]
) -> Iterator[tuple[str, ...]]:
    """Yield all that `roots` need, and they themselves, upstream first; each once.

    Those that need each other in a circle come together, sorted (Tarjan, without recursion). Linear
    in what is reached.
    """
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    on_stack: set[str] = set()
    stack: list[str] = []
    for root in roots:
        if root in index:
            continue
        work = [(root, iter(needs(root)))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, rest = work[-1]
            following = next(rest, None)
            if following is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    yield _popped(stack, on_stack, node)
            elif following not in index:
                index[following] = low[following] = len(index)
                stack.append(following)
                on_stack.add(following)
                work.append((following, iter(needs(following))))
            elif following in on_stack:
                low[node] = min(low[node], index[following])


def _popped(stack: list[str], on_stack: set[str], node: str) -> tuple[str, ...]:
    circle: list[str] = []
    while True:
        member = stack.pop()
        on_stack.discard(member)
        circle.append(member)
        if member == node:
            return tuple(sorted(circle))

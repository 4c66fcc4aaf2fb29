"""Functions and classes of a file that nothing in the repository calls: which of them are jobs."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from guardian.languages.python.interpreter import Interpreter
from guardian.languages.python.module_roots import without_imports
from guardian.languages.python.values import (
    Call,
    ClassValue,
    Environment,
    Function,
    Value,
)

WORK_WORDS = frozenset({
    "write", "read", "sql", "table", "spark", "execute", "executemany", "read_sql", "query",
    "read_sql_query", "to_sql", "read_csv", "read_parquet", "read_excel", "read_json", "to_csv",
    "to_parquet", "to_excel", "to_json", "scan_parquet", "scan_csv", "write_parquet", "write_csv",
    "sink_parquet",
})  # fmt: skip
SPARK_TYPES = ("SparkSession", "DataFrame", "GlueContext", "SparkContext")
WORKING_NAMES = frozenset({
    "spark", "df", "session", "spark_session", "sc", "glueContext", "glue_context", "conn",
    "connection", "cursor", "cur", "engine",
})  # fmt: skip
# What a driver calls of a step, the likeliest first.
RUNNERS = ("run", "execute", "main", "__call__", "start", "launch", "process", "run_job", "etl")
# A function of such a name is started from outside: by a scheduler, a wheel's entry point.
STARTED = re.compile(
    r"^(?:main|start|launch|handler|lambda_handler|etl)$|^(?:run|execute|process)(?:_|$)|"
    r"_(?:main|job|etl|pipeline|task|step)$"
)
NAMED_STEP = re.compile(r"(?:Step|Job|Task|Pipeline|Etl|ETL|Stage|Process|Processor|Runner)$")

Definition = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, eq=False)
class Entry:
    """A function, a method of `owner`, or with neither a class that is a step by itself.

    `started` says that it is made to be started from outside, with names of datasets.
    """

    node: Definition | ast.ClassDef
    owner: ast.ClassDef | None = None

    @property
    def name(self) -> str:
        """Return the name that another module would import."""
        return self.node.name if self.owner is None else self.owner.name

    @property
    def started(self) -> bool:
        """Return whether it is made to be started from outside, with names of datasets."""
        return isinstance(self.node, ast.ClassDef) or (
            self.owner is None and STARTED.search(self.node.name) is not None
        )

    def parameters(self) -> frozenset[str]:
        """Return the parameters whose values alone name no dataset."""
        if self.started or isinstance(self.node, ast.ClassDef):
            return frozenset()
        return frozenset(item.arg for item in _parameters(self.node))


def entries(tree: ast.Module) -> list[Entry]:
    """Return what of a module might be started by itself: classes, methods, functions, in order."""
    found: list[Entry] = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            if _takes_spark(node, None):
                found.append(Entry(node))
        elif isinstance(node, ast.ClassDef):
            if _is_step(node):
                found.append(Entry(node))
            found.extend(
                Entry(inner, node)
                for inner in node.body
                if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef)
                and not inner.name.startswith("_")
                and _takes_spark(inner, node)
            )
    return found


def start(entry: Entry, scope: Environment, machine: Interpreter) -> None:
    """Run an entry in a module that has been run, with parameters that are not known."""
    if isinstance(entry.node, ast.ClassDef):
        cls = next((item for item in _classes(scope) if item.node is entry.node), None)
        if cls is not None and not _abstract(cls):
            _run_step(cls, machine)
        return
    target = _find(scope, entry.node, machine)
    if target is not None:
        machine.call(target, Call(machine, [], {}))


def _run_step(cls: ClassValue, machine: Interpreter) -> None:
    runner = next((name for name in RUNNERS if _is_method(cls.find(name))), "")
    if runner or _works(cls.node, "__init__"):
        step = machine.instantiate(cls, Call(machine, [], {}))
        if runner:
            machine.call(machine.attribute(step, runner), Call(machine, [], {}))


def _is_step(node: ast.ClassDef) -> bool:
    """Return whether a class works where it is made, or has or inherits a method that runs it."""
    if _works(node, "__init__"):
        return True
    own = {item.name for item in node.body if isinstance(item, Definition)}
    return not own.isdisjoint(RUNNERS) or (
        bool(node.bases) and bool(own) and (NAMED_STEP.search(node.name) is not None or _hooks(own))
    )


def _hooks(methods: set[str]) -> bool:
    """Return whether methods are those that a base class calls in its order."""
    return not methods.isdisjoint({
        "transform", "extract", "load", "read", "write", "compute", "process_data",
        "transformation",
    })  # fmt: skip


def _works(node: ast.ClassDef, method: str) -> bool:
    found = [item for item in node.body if isinstance(item, Definition) and item.name == method]
    return any(_does_work(item) for item in found)


def _does_work(node: ast.AST) -> bool:
    return any(
        isinstance(inner, ast.Attribute) and inner.attr in WORK_WORDS for inner in ast.walk(node)
    )


def _starts_session(node: ast.AST) -> bool:
    return any(
        isinstance(inner, ast.Attribute) and inner.attr in {"builder", "getOrCreate"}
        for inner in ast.walk(node)
    )


def _abstract(cls: ClassValue) -> bool:
    """Return whether a method is left to classes that are built on this one."""
    names = {name for base in cls.lineage() for name in base.attributes}
    return any(_left_open(cls.find(name)) for name in names)


def _left_open(value: Value) -> bool:
    function = getattr(value, "function", value)
    return isinstance(function, Function) and any(
        "abstract" in ast.unparse(item) for item in getattr(function.node, "decorator_list", ())
    )


def _is_method(value: Value) -> bool:
    return isinstance(getattr(value, "function", value), Function)


def _parameters(node: Definition) -> list[ast.arg]:
    return [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]


def _takes_spark(node: Definition, owner: ast.ClassDef | None) -> bool:
    for parameter in _parameters(node):
        annotation = ast.unparse(parameter.annotation) if parameter.annotation else ""
        if any(kind in annotation for kind in SPARK_TYPES) or parameter.arg in WORKING_NAMES:
            return True
    if owner is None and STARTED.search(node.name):
        return True
    if owner is not None or not _parameters(node):
        return _does_work(node) or (owner is None and _starts_session(node))
    return False


def _classes(scope: Environment) -> Iterator[ClassValue]:
    return (value for value in list(scope.names.values()) if isinstance(value, ClassValue))


def _find(scope: Environment, node: ast.AST, machine: Interpreter) -> Value:
    """Return the function of `node`, bound to a new object where it is a method."""
    for value in scope.names.values():
        if isinstance(value, Function) and value.node is node:
            return value
    for cls in _classes(scope):
        for name, member in cls.attributes.items():
            inner = getattr(member, "function", member)
            if isinstance(inner, Function) and inner.node is node:
                instance = machine.instantiate(cls, Call(machine, [], {}))
                return machine.attribute(instance, name)
    return None


def unmentioned(found: Sequence[Entry], importers: Sequence[str]) -> list[Entry]:
    """Return the entries that none of the modules that import the file start or hand on.

    An import alone starts nothing, nor does `Step.NAME`.
    """
    used = [without_imports(text) for text in importers]
    return [entry for entry in found if not any(_names(text, entry.name) for text in used)]


def _names(text: str, name: str) -> bool:
    """Return whether code names `name` as a value; a docstring or a comment that does is no use."""
    if not re.search(rf"\b{name}\b(?!\.\w)", text):
        return False
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True
    owners = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return any(_word(node) == name for node in ast.walk(tree) if id(node) not in owners)


def _word(node: ast.AST) -> object:
    """Return the name that a node is, or the whole text that it holds."""
    return getattr(node, "id", None) or getattr(node, "attr", None) or getattr(node, "value", None)

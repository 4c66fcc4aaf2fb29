"""Rewrites of a whole PySpark script: names, constants, functions, the order of steps."""

import ast
import copy
import re
from typing import Any

from tests import test_quiet
from tests.judge.python_rules import (
    Around,
    Book,
    after_imports,
    code,
    method,
    on_frame,
    receiver,
)

BOOK = Book()
over = BOOK.over
FRAME_METHODS = {
    "filter", "where", "select", "withColumn", "join", "drop", "distinct", "dropDuplicates", "union",
    "withColumnRenamed", "fillna", "limit", "orderBy",
}  # fmt: skip


def _replaced(module: ast.Module, made: ast.Module) -> bool:
    changed = ast.dump(module) != ast.dump(made)
    module.body = made.body
    return changed


@over("variables renamed")
def variables(module: ast.Module, _: Around) -> bool:
    return _replaced(module, ast.parse(test_quiet.variables_renamed(ast.unparse(module), "")))


@over("comparisons turned")
def comparisons(module: ast.Module, _: Around) -> bool:
    return _replaced(module, ast.parse(test_quiet.conditions_turned(ast.unparse(module), "")))


@over("another name for the functions' module")
def functions_alias(module: ast.Module, around: Around) -> bool:
    source = ast.unparse(module)
    if "from pyspark.sql import functions as F" not in source:
        return False
    alias = around.name("fn")
    source = source.replace(
        "from pyspark.sql import functions as F", f"import pyspark.sql.functions as {alias}"
    )
    return _replaced(module, ast.parse(re.sub(r"\bF\.", f"{alias}.", source)))


@over("functions imported one by one")
def functions_by_name(module: ast.Module, _: Around) -> bool:
    source = ast.unparse(module)
    used = sorted(set(re.findall(r"\bF\.(\w+)", source)))
    if "from pyspark.sql import functions as F" not in source or not used:
        return False
    if (
        set(used)
        & {"sum", "max", "min", "round", "abs", "filter", "lower", "upper"}
        & set(re.findall(r"(?<![.\w])(\w+)\(", source))
    ):
        return False
    listed = ", ".join(f"{name} as {name}_" for name in used)
    source = source.replace(
        "from pyspark.sql import functions as F", f"from pyspark.sql.functions import {listed}"
    )
    return _replaced(module, ast.parse(re.sub(r"\bF\.(\w+)", r"\1_", source)))


@over("a constant moved to the top")
def constant_moved(module: ast.Module, around: Around) -> bool:
    calls = [
        node
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and "udf" not in ast.unparse(node)
    ]
    places = [
        (node, n) for node in calls for n, arg in enumerate(node.args)
        if isinstance(arg, ast.Constant) and isinstance(arg.value, int | str) and not isinstance(arg.value, bool)
    ]  # fmt: skip
    if not places:
        return False
    node, place = around.chance.choice(places)
    name = around.name("SETTING")
    value, node.args[place] = node.args[place], ast.Name(id=name, ctx=ast.Load())
    assign = ast.Assign(targets=[ast.Name(id=name, ctx=ast.Store())], value=value)
    module.body.insert(after_imports(module), assign)
    return True


def _chains(module: ast.Module) -> list[tuple[list[ast.stmt], int, ast.Assign]]:
    """Return each `name = frame.method(…)` with the block and the place where it stands."""
    found: list[tuple[list[ast.stmt], int, ast.Assign]] = []
    for node in ast.walk(module):
        for field in ("body", "orelse"):
            block: Any = getattr(node, field, None)
            for n, item in enumerate(block) if isinstance(block, list) else ():
                if (
                    isinstance(item, ast.Assign)
                    and isinstance(item.targets[0], ast.Name)
                    and len(item.targets) == 1
                    and method(item.value) in FRAME_METHODS
                    and on_frame(item.value, *FRAME_METHODS)
                ):
                    found.append((block, n, item))
    return found


@over("a chain taken apart")
def chain_apart(module: ast.Module, around: Around) -> bool:
    found = [item for item in _chains(module) if isinstance(receiver(item[2].value), ast.Call)]  # type: ignore[arg-type]
    if not found:
        return False
    block, place, item = around.chance.choice(found)
    assert isinstance(item.value, ast.Call)
    name = around.name("part")
    before = ast.Assign(targets=[ast.Name(id=name, ctx=ast.Store())], value=receiver(item.value))
    assert isinstance(item.value.func, ast.Attribute)
    item.value.func.value = ast.Name(id=name, ctx=ast.Load())
    block.insert(place, before)
    return True


@over("two steps in one chain")
def chain_joined(module: ast.Module, _: Around) -> bool:
    for block, place, item in _chains(module):
        assert isinstance(item.value, ast.Call)
        of, before = receiver(item.value), block[place - 1] if place else None
        plain = isinstance(before, ast.Assign) and isinstance(before.targets[0], ast.Name)
        if (
            plain
            and isinstance(of, ast.Name)
            and isinstance(before, ast.Assign)
            and ast.unparse(before.targets[0]) == of.id
        ):
            uses = [
                n
                for n in ast.walk(module)
                if isinstance(n, ast.Name) and n.id == of.id and isinstance(n.ctx, ast.Load)
            ]
            if ast.unparse(item.targets[0]) != of.id and len(uses) != 1:
                continue
            if sum(isinstance(n, ast.Name) and n.id == of.id for n in ast.walk(item.value)) != 1:
                continue
            assert isinstance(item.value.func, ast.Attribute)
            item.value.func.value = before.value
            del block[place - 1]
            return True
    return False


@over("a step in a function")
def step_in_function(module: ast.Module, around: Around) -> bool:
    names = {
        n.id for n in ast.walk(module) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    top = [item for item in _chains(module) if item[0] is module.body]
    if not top:
        return False
    block, place, item = around.chance.choice(top)
    free = sorted(
        {
            n.id
            for n in ast.walk(item.value)
            if isinstance(n, ast.Name) and n.id in names and n.id != "spark"
        }
    )
    name = around.name("step")
    given = ", ".join(free)
    if around.chance.random() < 0.5:
        made = ast.parse(f"def {name}({given}):\n    return None").body[0]
        assert isinstance(made, ast.FunctionDef)
        made.body = [ast.Return(value=item.value)]
        block.insert(place, made)
    else:
        made = ast.parse(f"{name} = lambda {given}: None").body[0]
        assert isinstance(made, ast.Assign)
        assert isinstance(made.value, ast.Lambda)
        made.value.body = item.value
        block.insert(place, made)
    item.value = code(f"{name}({given})")
    return True


@over("a frame by way of a view")
def by_view(module: ast.Module, around: Around) -> bool:
    top = [item for item in _chains(module) if item[0] is module.body and not _has_alias(module)]
    if not top or "spark = " not in ast.unparse(module):
        return False
    block, place, item = around.chance.choice(top)
    name, view = ast.unparse(item.targets[0]), around.name("view")
    lines = ast.parse(
        f"{name}.createOrReplaceTempView({view!r})\n{name} = spark.table({view!r})"
    ).body
    block[place + 1 : place + 1] = lines
    return True


def _has_alias(module: ast.Module) -> bool:
    return bool(re.search(r"\.alias\('\w+'\)$", ast.unparse(module), re.MULTILINE))


@over("a loop written out")
def loop_written_out(module: ast.Module, _: Around) -> bool:
    for place, node in enumerate(module.body):
        if (
            isinstance(node, ast.For)
            and isinstance(node.iter, ast.List)
            and isinstance(node.target, ast.Name)
            and not node.orelse
        ):
            made: list[ast.stmt] = []
            for value in node.iter.elts:
                made += [
                    ast.Assign(
                        targets=[ast.Name(id=node.target.id, ctx=ast.Store())],
                        value=copy.deepcopy(value),
                    )
                ]
                made += copy.deepcopy(node.body)
            module.body[place : place + 1] = made
            return True
    return False


@over("the script in a function")
def in_main(module: ast.Module, around: Around) -> bool:
    start = after_imports(module)
    rest = module.body[start:]
    if (
        any(isinstance(n, ast.FunctionDef | ast.ClassDef | ast.If | ast.Global) for n in rest)
        or not rest
    ):
        return False
    name = around.name("main")
    made = ast.parse(f"def {name}():\n    pass\n\nif __name__ == '__main__':\n    {name}()").body
    assert isinstance(made[0], ast.FunctionDef)
    made[0].body = rest
    module.body[start:] = made
    return True


@over("the script in a class")
def in_class(module: ast.Module, around: Around) -> bool:
    start = after_imports(module)
    rest = module.body[start:]
    if (
        any(isinstance(n, ast.FunctionDef | ast.ClassDef | ast.If | ast.Global) for n in rest)
        or not rest
    ):
        return False
    name = around.name("Job")
    made = ast.parse(f"class {name}:\n    def run(self):\n        pass\n\n{name}().run()").body
    assert isinstance(made[0], ast.ClassDef)
    assert isinstance(made[0].body[0], ast.FunctionDef)
    made[0].body[0].body = rest
    module.body[start:] = made
    return True


@over("a docstring and a frame that nothing uses")
def unused(module: ast.Module, around: Around) -> bool:
    if "spark = " not in ast.unparse(module) or not isinstance(module.body[-1], ast.Expr):
        return False
    made = ast.parse(f"{around.name('unused')} = [n for n in range(3)]").body
    module.body[after_imports(module) : after_imports(module)] = made
    return True


@over("the mode as an argument of the write")
def mode_argument(module: ast.Module, _: Around) -> bool:
    source = ast.unparse(module)
    made = re.sub(
        r"\.write\.mode\('(\w+)'\)\.saveAsTable\(('[\w.]+')\)",
        r".write.saveAsTable(\2, mode='\1')",
        source,
    )
    return _replaced(module, ast.parse(made))

"""Where a name stands in Python source, and what may be written there: on LibCST's tree.

Literals keep their prefix and quotes, calls take the layout of the chain that they are put into.
Called in a child process only: see `guardian.rewriting`.
"""

import ast
import re
from abc import abstractmethod
from collections.abc import Collection, Iterator, Sequence
from typing import Any, ClassVar

import libcst as cst
import msgspec
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper, ProviderT

from guardian.model.overriding import override
from guardian.rewriting import Place, Question, Splice, Way
from guardian.rewriting.imported import Imports
from guardian.rewriting.literals import Literal, stands_for, written
from guardian.rewriting.words import words

MOST = 60  # places of one name that are looked for: who reads more of them, tries none
COLUMN_CALLS = frozenset({"col", "column"})
# Calls that give a table: what a dataset's columns can be renamed after.
READS = frozenset({
    "table", "load", "parquet", "orc", "json", "csv", "jdbc", "read_table", "toTable", "toDF",
    "from_catalog", "from_options", "forName", "forPath",
})  # fmt: skip


def answer(question: object) -> Any:
    """Return the places that a question of `guardian.rewriting` asks for, as JSON values."""
    asked = msgspec.convert(question, Question)
    ast.parse(asked.text)  # what it refuses is no Python that may be edited
    module = MetadataWrapper(cst.parse_module(asked.text), unsafe_skip_copy=True)
    finder = _Reads(asked, module.module) if asked.table else _Names(asked, module.module)
    module.visit(finder)
    return msgspec.to_builtins(sorted(finder.found, key=lambda place: place.start))


class _Finder(cst.CSTVisitor):
    """Visits all nodes with what stands around each."""

    METADATA_DEPENDENCIES: ClassVar[Collection[ProviderT]] = (ByteSpanPositionProvider,)

    def __init__(self, asked: Question, module: cst.Module) -> None:
        super().__init__()
        self.found: list[Place] = []
        self.asked = asked
        self.module = module
        self.imports = Imports(module)
        self.around: list[cst.CSTNode] = []
        self._data = None if asked.text.isascii() else asked.text.encode()

    @override
    def on_visit(self, node: cst.CSTNode) -> bool:
        self.found.extend(self.places(node))
        self.around.append(node)
        return len(self.found) <= MOST

    @override
    def on_leave(self, original_node: cst.CSTNode) -> None:  # noqa: ARG002 - LibCST's name
        self.around.pop()

    @abstractmethod
    def places(self, node: cst.CSTNode) -> Iterator[Place]:
        """Yield what is found at a node; `around` holds the nodes that it stands in."""

    def span(self, node: cst.CSTNode) -> tuple[int, int]:
        """Return where a node stands, in characters, without brackets around it."""
        found = self.get_metadata(ByteSpanPositionProvider, node)
        start, end = found.start, found.start + found.length
        if self._data is None:
            return start, end
        return len(self._data[:start].decode()), len(self._data[:end].decode())

    def code(self, node: cst.CSTNode) -> str:
        """Return the text of a node."""
        return self.module.code_for_node(node)

    def suffix(self, node: cst.BaseExpression, call: cst.BaseExpression) -> Splice:
        """Return what `call`, of a method of `node`, adds behind this: inside of brackets."""
        end = self.span(node)[1]
        return Splice(end, end, self.code(call)[len(self.code(node)) :])

    def instead(self, node: cst.BaseExpression, new: cst.BaseExpression) -> Splice:
        """Return `new` in place of `node`."""
        return Splice(*self.span(node), self.code(new))


class _Names(_Finder):
    """Finds the literals and attributes that hold the name, each with what may be written."""

    @override
    def places(self, node: cst.CSTNode) -> Iterator[Place]:
        if isinstance(node, (cst.SimpleString, cst.FormattedStringText)):
            if not isinstance(self.around[-1], cst.Expr):
                yield from self._in_literal(node)
        elif isinstance(node, cst.ConcatenatedString):
            yield from self._split(node)
        elif isinstance(node, cst.Attribute) and _is(node.attr.value, self.asked.name):
            yield self._attribute(node)
        elif isinstance(node, cst.Arg) and node.keyword is not None:
            yield from self._keyword(node.keyword)

    def _keyword(self, node: cst.Name) -> Iterator[Place]:
        if _is(node.value, self.asked.name):
            start, end = self.span(node)
            way = (Splice(start, end, self.asked.value.text),) if self._names() else ()
            yield Place(start, end, start, end, (way,))

    def _names(self) -> bool:
        """Return whether what is written is a name that Python can have."""
        return not self.asked.value.columns and self.asked.value.text.isidentifier()

    def _in_literal(self, node: cst.SimpleString | cst.FormattedStringText) -> Iterator[Place]:
        around = next(
            (n for n in reversed(self.around) if isinstance(n, cst.FormattedString)), None
        )
        literal = Literal.of(node, around)
        if literal is None:
            return
        whole = isinstance(node, cst.SimpleString) and stands_for(node, self.asked.name)
        if isinstance(node, cst.SimpleString) and whole and not self._is_part():
            yield self._whole(node, literal)
            return
        start = self.span(node)[0] + literal.opened
        for left, at, end, right in words(literal.body, self.asked.name):
            if not literal.means(at, end, self.asked.name):
                continue
            ways = tuple(
                (Splice(start + edit[0], start + edit[1], text),) if text is not None else ()
                for edit, text in written(literal, (left, at, end, right), self.asked.value)
            )
            yield Place(start + at, start + end, start + left, start + right, ways)

    def _is_part(self) -> bool:
        return isinstance(self.around[-1], (cst.ConcatenatedString, cst.FormattedString))

    def _split(self, node: cst.ConcatenatedString) -> Iterator[Place]:
        """Yield a name that is put together of several literals."""
        first = node.left
        if isinstance(self.around[-1], cst.ConcatenatedString) or node.evaluated_value is None:
            return
        if isinstance(first, cst.SimpleString) and stands_for(node, self.asked.name):
            literal = Literal.of(first, None)
            if literal is not None:
                yield self._whole(node, literal)

    def _whole(self, node: cst.SimpleString | cst.ConcatenatedString, literal: Literal) -> Place:
        """Return a literal that is the name and nothing else."""
        value, old = self.asked.value, str(node.evaluated_value)
        named = literal.whole(old)
        start, end = self.span(node)
        around = self._called_or_indexed()
        column = self._column(literal, value.text, computed=bool(value.columns))
        if value.columns:
            instead = (self.instead(around or node, column[0]), *column[1])
            kept = (self.instead(around or node, _alias(column[0], named)), *column[1])
            ways: tuple[Way, ...] = (
                instead,
                (Splice(start, end, self.code(literal.whole(f"{value.text} AS {old}"))),),
                kept if around else (),
                (self.instead(node, _alias(column[0], named)), *column[1]),
            )
        else:
            plain = self.instead(node, literal.whole(value.text))
            ways = (
                (plain,),
                (Splice(start, end, self.code(literal.whole(f"{value.text} AS {old}"))),),
                (plain, self.suffix(around, _alias(around, named))) if around else (),
                (self.instead(node, _alias(column[0], named)), *column[1]),
            )
        inner = literal.opened if self.asked.text[end - 1 : end] == literal.quote[-1:] else 0
        return Place(start + inner, end - len(literal.quote), start, end, ways)

    def _column(
        self, literal: Literal, text: str, *, computed: bool
    ) -> tuple[cst.BaseExpression, tuple[Splice, ...]]:
        """Return the call of Spark's function for a column, and the import that it needs."""
        function, added = self.imports.function("expr" if computed else "col")
        return cst.Call(_dotted(function), _arguments(literal.whole(text))), added

    def _called_or_indexed(self) -> cst.Call | cst.Subscript | None:
        """Return `df["net"]` or `F.col("net")`, where the literal is all that stands in it."""
        part, outer = self.around[-1], self.around[-2]
        if isinstance(part, cst.Arg) and isinstance(outer, cst.Call) and len(outer.args) == 1:
            named = outer.func.attr if isinstance(outer.func, cst.Attribute) else outer.func
            if self.asked.value.columns and self.code(named) not in COLUMN_CALLS:
                return None
            return outer
        if isinstance(part, cst.Index):
            slices = [node for node in self.around[-3:] if isinstance(node, cst.Subscript)]
            return slices[-1] if slices and len(slices[-1].slice) == 1 else None
        return None

    def _attribute(self, node: cst.Attribute) -> Place:
        value = self.asked.value
        start, end = self.span(node.attr)
        named = cst.SimpleString(f'"{node.attr.value}"')
        if value.columns:
            made, added = self._column(Literal.plain(), value.text, computed=True)
            ways: tuple[Way, ...] = (
                (self.instead(node, made), *added),
                (self.instead(node, _alias(made, named)), *added),
            )
        elif self._names():
            plain = Splice(start, end, value.text)
            ways = ((plain,), (plain, self.suffix(node, _alias(node, named))))
        else:
            index = cst.SubscriptElement(cst.Index(Literal.plain().whole(value.text)))
            made = cst.Subscript(node.value, [index])
            behind = Splice(
                self.span(node.value)[1], end, self.code(made)[len(self.code(node.value)) :]
            )
            ways = ((behind,), (behind, self.suffix(node, _alias(node, named))))
        return Place(start, end, start, end, ways)


def _is(text: str, name: str) -> bool:
    return text.lower() == name.lower()


def _alias(node: cst.BaseExpression, name: cst.SimpleString) -> cst.Call:
    return cst.Call(cst.Attribute(node, cst.Name("alias")), [cst.Arg(name)])


class _Reads(_Finder):
    """Finds the calls that read the dataset, or a name for one: a column can be renamed there."""

    @override
    def places(self, node: cst.CSTNode) -> Iterator[Place]:
        if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute):
            return
        texts = [arg.value for arg in node.args if _names_table(arg.value, self.asked.table or "")]
        if texts or node.func.attr.value in READS:
            literal = next((Literal.of(t, None) for t in texts), None) or Literal.plain()
            start, end = self.span(node)
            call, added = self._renamed(node, literal)
            way = (self.suffix(node, call), *added)
            yield Place(start, end, start, end, (way,), named=bool(texts))

    def _renamed(self, node: cst.Call, literal: Literal) -> tuple[cst.Call, tuple[Splice, ...]]:
        old, value = literal.whole(self.asked.name), self.asked.value
        dot = cst.Dot(whitespace_before=self._layout(node))
        if not value.columns:
            named = cst.Attribute(node, cst.Name("withColumnRenamed"), dot=dot)
            return cst.Call(named, _arguments(literal.whole(value.text), old)), ()
        function, added = self.imports.function("expr")
        made = cst.Call(_dotted(function), _arguments(literal.whole(value.text)))
        named = cst.Attribute(node, cst.Name("withColumn"), dot=dot)
        return cst.Call(named, _arguments(old, made)), added

    def _layout(self, node: cst.Call) -> cst.BaseParenthesizableWhitespace:
        """Return what stands before the dot of the next call of a chain, or of this one."""
        after = self.around[-1]
        next_ = after.dot if isinstance(after, cst.Attribute) and after.value is node else None
        own = node.func.dot if isinstance(node.func, cst.Attribute) else None
        for dot in (next_, own):
            if dot is not None and not dot.whitespace_before.empty:
                return self._without_comments(dot.whitespace_before)
        return cst.SimpleWhitespace("")

    def _without_comments(
        self, space: cst.BaseParenthesizableWhitespace
    ) -> cst.BaseParenthesizableWhitespace:
        if not isinstance(space, cst.ParenthesizedWhitespace):
            return space
        blocks = [node for node in self.around if isinstance(node, cst.IndentedBlock)]
        indents = (block.indent or self.module.default_indent for block in blocks)
        deep = "".join(indents) if space.indent else ""
        return cst.ParenthesizedWhitespace(
            last_line=cst.SimpleWhitespace(deep + space.last_line.value)
        )


def _dotted(name: str) -> cst.Name | cst.Attribute:
    first, *rest = name.split(".")
    made: cst.Name | cst.Attribute = cst.Name(first)
    for part in rest:
        made = cst.Attribute(made, cst.Name(part))
    return made


def _arguments(*values: cst.BaseExpression) -> Sequence[cst.Arg]:
    return [cst.Arg(value) for value in values]


def _names_table(node: cst.BaseExpression, table: str) -> bool:
    if not isinstance(node, cst.SimpleString):
        return False
    said = node.evaluated_value
    name = re.escape(table)
    return isinstance(said, str) and bool(re.search(rf"(?<!\w){name}(?!\w)", said, re.IGNORECASE))

"""The mistakes that can be put into a file: each changes one place of its text."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

COMPARISONS: dict[type[ast.cmpop], tuple[str, tuple[str, ...]]] = {
    ast.Lt: ("<", ("<=", ">")),
    ast.LtE: ("<=", ("<", ">")),
    ast.Gt: (">", (">=", "<")),
    ast.GtE: (">=", (">", "<")),
    ast.Eq: ("==", ("!=",)),
    ast.NotEq: ("!=", ("==",)),
    ast.Is: ("is", ("is not",)),
    ast.IsNot: ("is not", ("is",)),
    ast.In: ("in", ("not in",)),
    ast.NotIn: ("not in", ("in",)),
}
ARITHMETIC: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "+"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "*"),
    ast.Mod: ("%", "+"),
    ast.Pow: ("**", "*"),
    ast.LShift: ("<<", ">>"),
    ast.RShift: (">>", "<<"),
    ast.BitAnd: ("&", "|"),
    ast.BitOr: ("|", "&"),
    ast.BitXor: ("^", "|"),
    ast.MatMult: ("@", "*"),
}
BOOLEAN: dict[type[ast.boolop], tuple[str, str]] = {ast.And: ("and", "or"), ast.Or: ("or", "and")}
FUNCTIONS = {"min": "max", "max": "min", "any": "all", "all": "any"}
"""Built-in functions that are taken for each other."""

KEYWORDS_WITHOUT_EFFECT = {"strict", "kind"}
"""Of zip, which tells a defect, and of sorting."""


@dataclass(frozen=True)
class Mutation:
    """``new`` instead of ``old``, which lies from offset ``start`` on.

    line: where that is, from 1 on. first_line: where the statement begins.
    """

    line: int
    first_line: int
    start: int
    old: str
    new: str

    def applied(self, source: str) -> str:
        stop = self.start + len(self.old)
        assert source[self.start : stop] == self.old
        return source[: self.start] + self.new + source[stop:]


def mutations(source: str) -> list[Mutation]:
    """All of a file, in its order. What is no behaviour of the program stays: annotations,
    decorators, assertions, texts, and errors that are raised."""
    return sorted(set(_Finder(source).found()), key=lambda each: (each.start, each.new))


class _Finder:
    def __init__(self, source: str) -> None:
        self.source = source
        lines = source.splitlines(keepends=True)
        self.line_starts = [0]
        for line in lines:
            self.line_starts.append(self.line_starts[-1] + len(line))
        self.lines = [line.encode() for line in lines]

    def found(self) -> Iterator[Mutation]:
        for statement in _statements(ast.parse(self.source)):
            if isinstance(statement, ast.Assert | ast.Raise | ast.Import | ast.ImportFrom):
                continue
            yield from self._of_statement(statement)
            for node in _expressions(statement):
                for start, old, new in self._of_expression(node):
                    yield self._mutation(statement, start, old, new)

    def _mutation(self, statement: ast.stmt, start: int, old: str, new: str) -> Mutation:
        line = self.source.count("\n", 0, start) + 1
        return Mutation(line, statement.lineno, start, old, new)

    def _of_statement(self, statement: ast.stmt) -> Iterator[Mutation]:
        start, old = self._start(statement), self._text(statement)
        match statement:
            case ast.Expr(value=ast.Call()):
                yield self._mutation(statement, start, old, "pass")
            case ast.Break():
                yield self._mutation(statement, start, old, "continue")
            case ast.Continue():
                yield self._mutation(statement, start, old, "break")
            case ast.AugAssign(op=operator) if type(operator) in ARITHMETIC:
                sign, other = ARITHMETIC[type(operator)]
                at = self._between(statement.target, statement.value, f"{sign}=")
                yield self._mutation(statement, at, f"{sign}=", f"{other}=")
            case ast.If(test=test) | ast.While(test=test):
                yield self._mutation(statement, self._start(test), *self._negated(test))
            case _:
                pass

    def _of_expression(self, node: ast.AST) -> Iterator[tuple[int, str, str]]:
        match node:
            case ast.Compare(left=left, ops=operators, comparators=right):
                sides = pairwise([left, *right])
                for (before, behind), operator in zip(sides, operators, strict=True):
                    sign, others = COMPARISONS[type(operator)]
                    at = self._between(before, behind, sign)
                    yield from ((at, sign, other) for other in others)
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in ARITHMETIC:
                sign, other = ARITHMETIC[type(operator)]
                yield self._between(left, right, sign), sign, other
            case ast.BoolOp(op=operator, values=values):
                sign, other = BOOLEAN[type(operator)]
                for before, behind in pairwise(values):
                    yield self._between(before, behind, sign), sign, other
            case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
                yield self._start(node), self._text(node), f"({self._text(operand)})"
            case ast.IfExp(test=test):
                yield self._start(test), *self._negated(test)
            case ast.comprehension(ifs=conditions):
                yield from ((self._start(c), self._text(c), "True") for c in conditions)
            case ast.Constant(value=bool() as value):
                yield self._start(node), self._text(node), str(not value)
            case ast.Constant(value=int() | float() as value):
                text = self._text(node)
                yield from ((self._start(node), text, f"({text} {sign} 1)") for sign in "+-")
            case ast.Call(func=ast.Name(id=name) as called) if name in FUNCTIONS:
                yield self._start(called), name, FUNCTIONS[name]
            case _:
                pass

    def _negated(self, test: ast.expr) -> tuple[str, str]:
        text = self._text(test)
        return text, f"not ({text})"

    def _text(self, node: ast.stmt | ast.expr) -> str:
        return self.source[self._start(node) : self._end(node)]

    def _start(self, node: ast.stmt | ast.expr) -> int:
        return self._offset(node.lineno, node.col_offset)

    def _end(self, node: ast.stmt | ast.expr) -> int:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._offset(node.end_lineno, node.end_col_offset)

    def _offset(self, line: int, column: int) -> int:
        """Columns count bytes."""
        return self.line_starts[line - 1] + len(self.lines[line - 1][:column].decode())

    def _between(self, before: ast.expr, behind: ast.expr, sign: str) -> int:
        return self.source.index(sign, self._end(before), self._start(behind))


def _statements(tree: ast.Module) -> Iterator[ast.stmt]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.stmt))


def _expressions(statement: ast.stmt) -> Iterator[ast.AST]:
    """Those of the statement itself, not of statements in it."""
    left_out = {"annotation", "returns", "decorator_list", "bases", "keywords", "type_params"}
    for name, value in ast.iter_fields(statement):
        if name not in left_out:
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from _walk(child)


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.stmt | ast.excepthandler | ast.match_case):
        return
    if isinstance(node, ast.keyword) and node.arg in KEYWORDS_WITHOUT_EFFECT:
        return
    if isinstance(node, ast.arg | ast.JoinedStr):
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _walk(child)

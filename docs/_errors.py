"""The page of errors, read from the code: what each place that makes a TcmError says.

No list is kept: the calls of ``TcmError`` and of the functions that return one are found in the
syntax trees of all files, and their texts are put together as far as they are written there. What
is known only when the program runs is an ellipsis.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1] / "src" / "torch_cortex_m"
CLASSES = ("TcmError", "ImageSizeError", "UnknownOperatorError")
UNKNOWN = "…"
FIELDS = {"expected": "expected", "got": "got", "hint": "what to do"}
"""A field of TcmError -> how the message calls it."""

STAGES = {
    "Commands and their files": ("cli.py", "commands", "tools.py", "staging.py"),
    "Reading a PyTorch model": ("frontend/bindings.py", "frontend/pytorch", "ops/pytorch"),
    "Reading a .tflite file": ("frontend/tflite", "ops/tflite"),
    "Operators, and those from outside": ("ops",),
    "Streaming and other changes of the graph": ("passes",),
    "Targets, kernels, memory and budgets": (
        *("target", "measured", "select", "schedule", "plan", "generate", "emit", "tune"),
    ),
    "Compiled models": ("compiler.py", "model", "report", "ship", "testing.py"),
    "Boards": ("run/board",),
    "Building and running": ("build", "run", "runner.py", "cycles"),
}
"""A heading of the page -> the files and folders whose errors stand there; the first that fits."""

FRONTENDS = {"frontend.py": "ops/pytorch", "tflite.py": "ops/tflite"}
"""Files of an operator's folder that belong to a reader of models."""

Function = ast.FunctionDef
Texts = Mapping[str, str]
"""Names -> what is known of their text."""


@dataclass(frozen=True)
class Message:
    """What an error says; an empty text where it says nothing that is known beforehand."""

    what: str
    expected: str = ""
    got: str = ""
    hint: str = ""
    stage: str = field(default="", compare=False)


@dataclass(frozen=True)
class Place:
    """A call or a function, and the function and the class around it."""

    node: ast.AST
    path: Path
    function: Function | None
    owner: ast.ClassDef | None


@dataclass(frozen=True)
class Call(Place):
    """A call that makes an error."""

    node: ast.Call


@dataclass(frozen=True)
class Maker(Place):
    """A function that returns a TcmError."""

    node: Function


def errors_page() -> str:
    """The page in Markdown."""
    text = (
        "# Errors\n\nEvery error of `tcm` and of the Python package is a `TcmError`: one sentence, "
        "and below it where it happened, what was expected, what was got and what to do. Search "
        f"this page for a part of the sentence; {UNKNOWN} stands for what your message has in its "
        "place. The page is made of the source.\n"
    )
    found = messages()
    for stage in dict.fromkeys([*STAGES, *(message.stage for message in found)]):
        here = [message for message in found if message.stage == stage]
        text += f"\n## {stage}\n" if here else ""
        text += "".join(map(_described, sorted(here, key=lambda message: message.what.lower())))
    return text


@cache
def messages() -> list[Message]:
    """All messages, each once."""
    source = Source()
    return list(dict.fromkeys(each for call in source.calls for each in source.messages(call)))


def _described(message: Message) -> str:
    lines = [f"\n**{_escaped(message.what)}**\n"]
    lines += [
        f"- {label}: {_escaped(text)}"
        for name, label in FIELDS.items()
        if (text := getattr(message, name))
    ]
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_<>\[\]|#])", r"\\\1", text)


def _stage(path: Path) -> str:
    inner = path.relative_to(ROOT).as_posix()
    if inner.startswith("ops/"):
        inner = FRONTENDS.get(path.name, inner)
    for stage, parts in STAGES.items():
        if any(inner == part or inner.startswith(f"{part}/") for part in parts):
            return stage
    return "Elsewhere"


class Visitor(ast.NodeVisitor):
    """Finds functions that return a TcmError, and calls of the given names."""

    def __init__(self, path: Path, names: Collection[str]) -> None:
        self.path = path
        self.names = names
        self.function: Function | None = None
        self.owner: ast.ClassDef | None = None
        self.makers: list[Maker] = []
        self.calls: list[Call] = []

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        outer, self.owner = self.owner, node
        self.generic_visit(node)
        self.owner = outer

    def visit_FunctionDef(self, node: Function) -> None:
        if node.returns and ast.unparse(node.returns) == "TcmError":
            self.makers.append(Maker(node, self.path, self.function, self.owner))
        outer, self.function = self.function, node
        self.generic_visit(node)
        self.function = outer

    def visit_Call(self, node: ast.Call) -> None:
        if _called(node) in self.names and node.args:
            self.calls.append(Call(node, self.path, self.function, self.owner))
        self.generic_visit(node)


class Source:
    """The functions that return a TcmError, and all calls that make one."""

    def __init__(self) -> None:
        files = {path: path.read_text() for path in sorted(ROOT.rglob("*.py"))}
        del files[ROOT / "errors.py"]
        making = {path for path, text in files.items() if "-> TcmError" in text}
        visitors = [_visited(path, ()) for path in making]
        self.makers = [maker for visitor in visitors for maker in visitor.makers]
        names = {*CLASSES, *(maker.node.name for maker in self.makers)}
        calling = [
            path for path, text in files.items() if any(f"{name}(" in text for name in names)
        ]
        visitors = [_visited(path, names) for path in calling]
        self.calls = [call for visitor in visitors for call in visitor.calls]
        self.called = {_called(call.node) for call in self.calls}

    def maker(self, call: Call) -> Maker | None:
        """The function that is called, if it returns a TcmError."""
        fitting = [each for each in self.makers if each.node.name == _called(call.node)]
        if isinstance(call.node.func, ast.Attribute):
            types = _types(call.node.func.value, call)
            owned = [each for each in fitting if each.owner and each.owner.name in types]
            fitting = owned or fitting
        here = [each for each in fitting if each.path == call.path]
        return next(iter(here or fitting), None)

    def messages(self, call: Call) -> Iterator[Message]:
        """What a call says. A function that makes errors says it where it is called."""
        inside = any(maker.node is call.function for maker in self.makers)
        if not (inside and call.function and call.function.name in self.called):
            yield from self._expanded(call, {}, {}, _stage(call.path))

    def _expanded(self, call: Call, given: Texts, more: Texts, stage: str) -> Iterator[Message]:
        body = call.function.body if call.function else []
        outer = {**constants(call.path), **given}
        known = {**outer, **_assigned(body, outer), **given}
        maker = self.maker(call)
        if maker is None:
            yield from _of_class(call.node, known, more, stage)
            return
        for inner in self.calls:
            if inner.function is maker.node:
                passed, others = _given(call.node, maker.node, known)
                yield from self._expanded(inner, passed, others, stage)


def _visited(path: Path, names: Collection[str]) -> Visitor:
    visitor = Visitor(path, names)
    visitor.visit(_tree(path))
    return visitor


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def constants(path: Path) -> Texts:
    """The texts that a module gives names, or imports from its neighbours."""
    found: dict[str, str] = {}
    for each in _tree(path).body:
        if isinstance(each, ast.ImportFrom) and any(name.name.isupper() for name in each.names):
            others = constants(origin) if (origin := _imported(each, path)) else {}
            found |= {name.name: others[name.name] for name in each.names if name.name in others}
        elif isinstance(each, ast.Assign):
            found |= _assigned([each], found)
    return found


def _imported(statement: ast.ImportFrom, path: Path) -> Path | None:
    """The file that a relative import reads."""
    if statement.level == 0:
        return None
    module = path.parents[statement.level - 1].joinpath(*(statement.module or "").split("."))
    files = (module.with_suffix(".py"), module / "__init__.py")
    return next((file for file in files if file.exists()), None)


def _of_class(call: ast.Call, known: Texts, more: Texts, stage: str) -> Iterator[Message]:
    texts = dict(more)
    for keyword in call.keywords:
        if keyword.arg in FIELDS:
            texts[keyword.arg] = text_of(keyword.value, known)
    said = {name: texts.get(name, "") for name in FIELDS}
    said = {name: text if re.search(r"\w", text) else "" for name, text in said.items()}
    for what in _alternatives(call.args[0]):
        yield Message(text_of(what, known), **said, stage=stage)


def _alternatives(expression: ast.expr) -> list[ast.expr]:
    if isinstance(expression, ast.IfExp):
        return [*_alternatives(expression.body), *_alternatives(expression.orelse)]
    return [expression]


def text_of(expression: ast.expr, known: Texts) -> str:
    """The text of an expression, with an ellipsis for what is not written there."""
    if isinstance(expression, ast.Constant):
        return "" if expression.value is None else " ".join(str(expression.value).split())
    if isinstance(expression, ast.JoinedStr):
        parts = [_raw(part, known) for part in expression.values]
        return " ".join("".join(parts).split())
    if isinstance(expression, ast.Name):
        return known.get(expression.id, UNKNOWN)
    if isinstance(expression, ast.IfExp | ast.BoolOp):
        branches = (
            expression.values
            if isinstance(expression, ast.BoolOp)
            else [expression.body, expression.orelse]
        )
        texts = dict.fromkeys(text_of(branch, known) for branch in branches)
        return "; or: ".join(filter(None, texts))
    if isinstance(expression, ast.BinOp) and isinstance(expression.op, ast.Add):
        return f"{_raw(expression.left, known)}{_raw(expression.right, known)}".strip()
    return UNKNOWN


def _raw(part: ast.expr, known: Texts) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    value = part.value if isinstance(part, ast.FormattedValue) else part
    depends = isinstance(value, ast.IfExp | ast.BoolOp)
    return UNKNOWN if depends else text_of(value, known) or UNKNOWN


def _assigned(body: Sequence[ast.stmt], known: Texts) -> dict[str, str]:
    """Names that a body gives one text, and no other."""
    found: dict[str, set[str]] = {}
    for statement in body:
        for each in ast.walk(statement):
            if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name):
                found.setdefault(each.targets[0].id, set()).add(text_of(each.value, known))
    return {name: texts.pop() for name, texts in found.items() if len(texts) == 1}


def _given(
    call: ast.Call, function: Function, known: Texts
) -> tuple[dict[str, str], dict[str, str]]:
    """What a call gives a function's parameters, and what it gives to ``**`` of it."""
    arguments = function.args
    names = [each.arg for each in [*arguments.args, *arguments.kwonlyargs]]
    positional = [name for name in names if name != "self"]
    given = {
        name: text_of(value, known) for name, value in zip(positional, call.args, strict=False)
    }
    keywords = {each.arg: text_of(each.value, known) for each in call.keywords if each.arg}
    missing = {name: "" for name in positional if name not in given and name not in keywords}
    others = {name: text for name, text in keywords.items() if name not in names}
    return {**missing, **given, **keywords}, others if arguments.kwarg else {}


def _types(value: ast.expr, place: Place) -> list[str]:
    """Names of the classes that a receiver may be of."""
    if not isinstance(value, ast.Name):
        return []
    if value.id == "self" and place.owner is not None:
        return [place.owner.name, *map(ast.unparse, place.owner.bases)]
    arguments = place.function.args.args if place.function else []
    return [
        ast.unparse(each.annotation)
        for each in arguments
        if each.arg == value.id and each.annotation is not None
    ]


def _called(call: ast.Call) -> str:
    function = call.func
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) else ""

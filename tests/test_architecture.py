"""The rules of the layout: arrows go one way, folders are complete, nothing is orphaned."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import torch_cortex_m
from torch_cortex_m import ops
from torch_cortex_m.emit.prototype import read_prototype

PACKAGE = Path(torch_cortex_m.__file__).parent

BASE = {"errors", "ir", "paths", "stages", "text"}
"""What everything may use."""

ALLOWED = {
    "ir": {"text"},
    "target": {"errors"},
    "ops": BASE,
    "frontend": BASE | {"ops", "tools"},
    "passes": BASE | {"ops"},
    "measured": BASE | {"ops", "staging"},
    "select": BASE | {"measured", "ops", "target"},
    "plan": BASE,
    "schedule": BASE | {"ops", "plan", "select", "target"},
    "emit": BASE | {"ops"},
    "build": BASE | {"target", "tools"},
    "cycles": BASE | {"target", "tools"},
    "run": BASE | {"ops", "target", "tools"},
    "generate": BASE
    | {"build", "emit", "measured", "ops", "plan", "runner", "schedule", "select", "target"},
    "report": BASE | {"generate", "ops", "select"},
    "ship": BASE | {"emit", "generate", "staging"},
    "model": BASE
    | {
        "build",
        "cycles",
        "emit",
        "generate",
        "ops",
        "passes",
        "report",
        "run",
        "runner",
        "schedule",
        "staging",
        "target",
        "tools",
    },
    "tune": BASE | {"build", "generate", "measured", "ops", "run", "runner", "select", "target"},
}
"""Part of the package -> the other parts that it may import."""

SHARED_BY_OPERATORS = {"pytorch", "tflite", "rules", "integers", "packing"}
"""The folders of ops/ that are no operators."""

OPERATORS = sorted(name for name, d in ops.definitions().items() if d.package == ops.__name__)
"""Ours, whatever else is installed."""


def module_name(path: Path) -> str:
    """As in an import, without the package's own name; "" is the package."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in PACKAGE.rglob("*.py")}


def imported(path: Path) -> Iterator[str]:
    """The modules of torch_cortex_m that a file imports, wherever in the file it does."""
    parents = path.relative_to(PACKAGE).parts[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            absolute = (alias.name.split(".") for alias in node.names)
            yield from (".".join(name[1:]) for name in absolute if name[0] == PACKAGE.name)
        if not isinstance(node, ast.ImportFrom):
            continue
        module = node.module.split(".") if node.module else []
        if node.level:
            assert node.level <= len(parents) + 1, f"{path} imports from outside the package"
            module = [*parents[: len(parents) + 1 - node.level], *module]
        elif module[0] == PACKAGE.name:
            module = module[1:]
        else:
            continue
        for alias in node.names:
            inner = ".".join([*module, alias.name])
            yield inner if inner in MODULES else ".".join(module)


@pytest.mark.parametrize("part", ALLOWED)
def test_parts_import_only_what_lies_before_them(part: str) -> None:
    for path in (PACKAGE / part).rglob("*.py"):
        extra = {name.split(".")[0] for name in imported(path)} - ALLOWED[part] - {part}
        assert not extra, f"{path.relative_to(PACKAGE)} imports {sorted(extra)}"


def test_every_part_has_its_arrows() -> None:
    """The rest is what drives the parts: the command line, its commands, and single files."""
    parts = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert parts == ALLOWED.keys() | {"commands"}


def test_the_page_of_the_architecture_has_every_folder() -> None:
    page = (Path(__file__).parents[1] / "docs" / "architecture.md").read_text()
    folders = [path.name for path in PACKAGE.iterdir() if any(path.glob("*.py"))]
    for name in [*folders, "csrc", *SHARED_BY_OPERATORS]:
        assert re.search(rf"^\|.*\b{name}\b.*\|.*\|$", page, re.MULTILINE), name


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Not even in functions or for type checkers, where a circle would work."""
    arrows = {name: set(imported(path)) - {name, ""} for name, path in MODULES.items() if name}
    TopologicalSorter(arrows).prepare()  # raises CycleError, which names the circle


@pytest.mark.parametrize("operator", OPERATORS)
def test_operators_know_what_they_share_but_not_each_other(operator: str) -> None:
    for path in (PACKAGE / "ops" / operator).rglob("*.py"):
        places = [name.split(".") for name in imported(path)]
        known = {name[1] for name in places if name[0] == "ops" and len(name) > 2}
        extra = known - SHARED_BY_OPERATORS - {operator, *BORROWED.get(operator, ())}
        assert not extra, f"{path.relative_to(PACKAGE)} imports {sorted(extra)}"


@pytest.mark.parametrize(
    "path",
    [path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).parts[0] != "ops"],
    ids=module_name,
)
def test_what_is_not_an_operator_knows_none_by_its_class_or_name(path: Path) -> None:
    """It asks operators by their interfaces, and makes one by its name."""
    for name in imported(path):
        place = name.split(".")
        assert not (place[0] == "ops" and place[1:2] and place[1] in OPERATORS), name
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        assert not asks_for_an_operator(node), f"line {getattr(node, 'lineno', 0)}"


def asks_for_an_operator(node: ast.AST) -> bool:
    """isinstance(op, ...), type(op) is ..., node.op.name == "pad"."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        subject = ast.unparse(node.args[0]) if node.args else ""
        about_operator = subject == "op" or subject.endswith(("_op", ".op"))
        return node.func.id in ("isinstance", "issubclass", "type") and about_operator
    if isinstance(node, ast.Compare):
        sides = [side for each in (node.left, *node.comparators) for side in ast.walk(each)]
        texts = {side.value for side in sides if isinstance(side, ast.Constant)}
        return ".op.name" in ast.unparse(node) and not texts.isdisjoint(OPERATORS)
    return False


BORROWED = {"depthwise_conv2d": ("conv2d",), "maximum": ("minimum",), "sub": ("add",)}
"""Operator -> those whose kernels can compute it."""


def test_only_reference_and_frontend_files_import_torch_at_the_top() -> None:
    """The command line and host runs work without loading torch."""
    for path in PACKAGE.rglob("*.py"):
        relative = path.relative_to(PACKAGE)
        if "pytorch" in relative.parts or any(
            word in path.stem for word in ("torch", "reference", "frontend")
        ):
            continue
        for node in ast.parse(path.read_text()).body:
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not any(n.split(".")[0] in ("torch", "torchao") for n in names), relative


@pytest.mark.parametrize("operator", OPERATORS)
def test_operator_folders_are_complete(operator: str) -> None:
    definition = ops.definition(operator)
    assert definition.op.name == operator
    kernels = [kernel for kernel in definition.kernels if kernel.folder is None]
    headers = {path.name for path in definition.folder.glob("*.h")}
    assert headers == {kernel.header for kernel in kernels}
    assert ops.part(operator, "reference") is not None
    for kernel in kernels:
        assert kernel.name.startswith(operator)
        assert read_prototype(definition.header(kernel), kernel.name).parameters


def test_no_shared_header_is_orphaned() -> None:
    texts = [path.read_text() for path in [*PACKAGE.rglob("*.h"), *(PACKAGE / "emit").glob("*.py")]]
    for header in (PACKAGE / "csrc").rglob("*.h"):
        assert any(f'"{header.name}"' in text for text in texts), header.name


LIMITS_OF_INT8 = {-128, 127}

HAVE_LIMITS_OF_INT8 = {"ops.integers", "ops.packing"}
"""Where the arithmetic of int8 is; so do operators' kernels, and their cases and random layers,
which are numbers by nature."""


def test_no_two_headers_define_one_function() -> None:
    """Kernels of one operator, and so their headers, may be in one file."""
    places: dict[str, set[str]] = {}
    for header in PACKAGE.rglob("*.h"):
        for name in re.findall(r"^TCM_KERNEL \w+ \*?(\w+)\(", header.read_text(), re.MULTILINE):
            places.setdefault(name, set()).add(header.name)
    assert not {name: found for name, found in places.items() if len(found) > 1}


@pytest.mark.parametrize("path", MODULES.values(), ids=module_name)
def test_limits_come_from_types(path: Path) -> None:
    """ir/types.py derives them from bits; nobody else writes what int8 can hold."""
    module = module_name(path)
    inside = ".".join(module.split(".")[:2]) in HAVE_LIMITS_OF_INT8
    if inside or path.stem.startswith("kernels_") or path.stem in ("cases", "random_layers"):
        return
    for node in ast.walk(ast.parse(path.read_text())):
        assert integer(node) not in LIMITS_OF_INT8, f"line {getattr(node, 'lineno', 0)}"


def integer(node: ast.AST) -> int | None:
    """The value of a literal, with its sign."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = integer(node.operand)
        return None if inner is None else -inner
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, int) else None


def test_the_structures_of_kernels_are_initialised_by_name() -> None:
    headers = [*PACKAGE.glob("csrc/**/*.h"), *PACKAGE.glob("ops/*/*.h")]
    texts = {path.name: path.read_text().replace("\\\n", "\n") for path in headers}  # macros, too
    structures = "|".join(
        name for text in texts.values() for name in re.findall(r"^\} (\w+);", text, re.MULTILINE)
    )
    for name, text in texts.items():
        found = re.findall(rf"\b(?:{structures}) \w+ = \{{\s*[^.\s].*", text)
        assert not found, f"{name}: {found}"

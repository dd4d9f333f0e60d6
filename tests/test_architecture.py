"""The rules of the layout: arrows go one way, folders are complete, nothing is orphaned."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import torch_cortex_m
from torch_cortex_m import ops
from torch_cortex_m.emit.prototype import read_prototype

PACKAGE = Path(torch_cortex_m.__file__).parent

ALLOWED = {
    "ir": set(),
    "target": {"errors"},
    "ops": {"errors", "ir"},
    "frontend": {"errors", "ir", "ops"},
    "passes": {"errors", "ir", "ops"},
    "select": {"errors", "ir", "measurements", "ops", "target"},
    "plan": {"artifacts", "errors", "ir"},
    "emit": {"artifacts", "errors", "ir", "ops"},
    "build": {"artifacts", "errors", "target", "tools"},
    "cycles": {"artifacts", "errors", "target", "tools"},
    "run": {"artifacts", "errors", "ir", "ops", "target", "tools"},
}
"""Stage -> what it may import of ours beside itself."""


def imported(path: Path) -> set[str]:
    """The top-level parts of torch_cortex_m that a file imports."""
    depth = len(path.relative_to(PACKAGE).parts)
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level == depth:
            found |= {node.module.split(".")[0]} if node.module else {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level > depth:
            found.add("outside the package")
        elif isinstance(node, ast.ImportFrom | ast.Import):
            names = [node.module] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            found |= {n.split(".")[1] for n in names if n and n.startswith("torch_cortex_m.")}
    return found


@pytest.mark.parametrize("stage", ALLOWED)
def test_stages_import_only_what_lies_before_them(stage: str) -> None:
    for path in (PACKAGE / stage).rglob("*.py"):
        extra = imported(path) - ALLOWED[stage] - {stage}
        assert not extra, f"{path.relative_to(PACKAGE)} imports {sorted(extra)}"


def test_only_reference_and_frontend_files_import_torch_at_the_top() -> None:
    """The command line and host runs work without loading torch."""
    for path in PACKAGE.rglob("*.py"):
        relative = path.relative_to(PACKAGE)
        torch_file = relative.parts[0] == "frontend" or any(
            word in path.stem for word in ("torch", "reference", "frontend", "lowering")
        )
        if torch_file:
            continue
        for node in ast.parse(path.read_text()).body:
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not any(n.split(".")[0] in ("torch", "torchao") for n in names), relative


@pytest.mark.parametrize("operator", sorted(ops.definitions()))
def test_operator_folders_are_complete(operator: str) -> None:
    definition = ops.definition(operator)
    assert definition.op.name == operator
    headers = {path.name for path in definition.folder.glob("*.h")}
    assert headers == {kernel.header for kernel in definition.kernels}
    assert ops.part(operator, "reference") is not None
    for kernel in definition.kernels:
        assert kernel.name.startswith(operator)
        assert read_prototype(definition.header(kernel), kernel.name).parameters


def test_no_shared_header_is_orphaned() -> None:
    texts = [path.read_text() for path in PACKAGE.rglob("*.h")]
    for header in (PACKAGE / "csrc").glob("*.h"):
        assert any(f'#include "{header.name}"' in text for text in texts), header.name


def test_the_structures_of_kernels_are_initialised_by_name() -> None:
    headers = [*PACKAGE.glob("csrc/**/*.h"), *PACKAGE.glob("ops/*/*.h")]
    texts = {path.name: path.read_text() for path in headers}
    structures = "|".join(
        name for text in texts.values() for name in re.findall(r"^\} (\w+);", text, re.MULTILINE)
    )
    for name, text in texts.items():
        found = re.findall(rf"\b(?:{structures}) \w+ = \{{\s*[^.\s].*", text)
        assert not found, f"{name}: {found}"

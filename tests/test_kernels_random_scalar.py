"""The kernels that need no feature of a core, on random layers: equal to the reference."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import needs_emulator
from kernel_layers import GENERATORS, random_cases
from test_emit import CORE_COMPILERS, compile_strictly

from torch_cortex_m.generate import generate
from torch_cortex_m.ops import definition
from torch_cortex_m.ops.base import Case, Kernel
from torch_cortex_m.ops.rules.case_graph import case_graph
from torch_cortex_m.select import layer_of
from torch_cortex_m.target import CORES
from torch_cortex_m.testing import run_cases

PER_IMAGE = 25

KERNELS = [
    (operator, kernel.name)
    for operator in GENERATORS
    for kernel in definition(operator).kernels
    if not kernel.needs and kernel.provider == "ours" and not kernel.name.endswith("_ref")
]


def find(operator: str, name: str) -> Kernel:
    return next(k for k in definition(operator).kernels if k.name == name)


def applicable(operator: str, name: str, seed: int, count: int) -> list[Case]:
    """``count`` random layers, but for those that the kernel does not compute."""
    kernel = find(operator, name)
    cases = random_cases(operator, seed, count)
    graphs = [case_graph(case) for case in cases]
    layers = [layer_of(graph, graph.nodes[0]) for graph in graphs]
    return [case for case, layer in zip(cases, layers, strict=True) if kernel.applies(layer)]


def check(operator: str, kernel: str, core: str, seed: int, count: int) -> None:
    cases = applicable(operator, kernel, seed, count)
    assert cases, f"{kernel} computes none of {count} layers"
    for start in range(0, len(cases), PER_IMAGE):
        chosen = cases[start : start + PER_IMAGE]
        expected = run_cases(chosen, on="reference")
        results = run_cases(chosen, target=core, kernel=kernel, on="emulator")
        for case, run, reference in zip(chosen, results, expected, strict=True):
            message = f"{case.name} ({case.op}) with {kernel} on {core}"
            assert run.output.tobytes() == reference.output.tobytes(), message


@needs_emulator
@pytest.mark.parametrize(("operator", "kernel"), KERNELS)
def test_random_layers(operator: str, kernel: str) -> None:
    check(operator, kernel, "cortex-m0", seed=1, count=25)


@pytest.mark.slow
@needs_emulator
@pytest.mark.parametrize("core", ["cortex-m0", "cortex-m3", "cortex-m4", "cortex-m55"])
@pytest.mark.parametrize("seed", range(2, 7))
@pytest.mark.parametrize(("operator", "kernel"), KERNELS)
def test_many_random_layers(operator: str, kernel: str, seed: int, core: str) -> None:
    check(operator, kernel, core, seed, count=100)


@needs_emulator
@pytest.mark.parametrize("compiler", CORE_COMPILERS)
@pytest.mark.parametrize(("operator", "kernel"), KERNELS)
def test_kernels_compile_without_warnings(
    operator: str, kernel: str, compiler: str, tmp_path: Path
) -> None:
    command, target = CORE_COMPILERS[compiler], CORES["cortex-m0"]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    for index, case in enumerate(applicable(operator, kernel, seed=200, count=8)):
        program = generate(case_graph(case), target, forced={"output": kernel}).program
        folder = tmp_path / str(index)
        folder.mkdir()
        compile_strictly(
            dict(program.files), folder, [*command, *target.flags], f"{case.name} ({case.op}):\n"
        )

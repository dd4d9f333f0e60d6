"""Kernels for the DSP extension on random layers: equal to the reference, on an emulated core."""

from __future__ import annotations

import pytest
from conftest import needs_emulator
from kernel_layers import GENERATORS, conv2d_3x3, random_cases

from torch_cortex_m import ops
from torch_cortex_m.ops.base import Case
from torch_cortex_m.ops.rules.case_graph import case_graph
from torch_cortex_m.select import layer_of
from torch_cortex_m.testing import run_cases

pytestmark = needs_emulator


def dsp_kernels(operator: str) -> set[str]:
    kernels = ops.definition(operator).kernels
    return {kernel.name for kernel in kernels if kernel.needs == {"dsp"}}


OPERATORS = [operator for operator in GENERATORS if dsp_kernels(operator)]


def check(operator: str, cases: list[Case], kernels: set[str], core: str) -> None:
    """All kernels on all of the cases that they compute."""
    expected = [run.output for run in run_cases(cases, on="reference")]
    assert kernels
    for kernel in sorted(kernels):
        record = next(k for k in ops.definition(operator).kernels if k.name == kernel)
        graphs = [case_graph(case) for case in cases]
        indices = [
            index
            for index, graph in enumerate(graphs)
            if record.applies(layer_of(graph, graph.nodes[0]))
        ]
        assert indices, f"{kernel} computes none of {len(cases)} layers"
        chosen = [cases[index] for index in indices]
        results = run_cases(chosen, target=core, kernel=kernel, on="emulator")
        for index, result in zip(indices, results, strict=True):
            message = f"{cases[index].name} ({cases[index].op}) with {kernel}"
            assert result.output.tobytes() == expected[index].tobytes(), message


@pytest.mark.parametrize("operator", OPERATORS)
def test_random_layers(operator: str) -> None:
    check(operator, random_cases(operator, 1, 40), dsp_kernels(operator), "cortex-m4")


def test_random_3x3_layers() -> None:
    cases = random_cases("conv2d", 1, 30, conv2d_3x3)
    check("conv2d", cases, dsp_kernels("conv2d"), "cortex-m4")


@pytest.mark.slow
@pytest.mark.parametrize("core", ["cortex-m4", "cortex-m33"])
@pytest.mark.parametrize("seed", range(2, 12))
@pytest.mark.parametrize("operator", OPERATORS)
def test_many_random_layers(operator: str, seed: int, core: str) -> None:
    check(operator, random_cases(operator, seed, 100), dsp_kernels(operator), core)


@pytest.mark.slow
@pytest.mark.parametrize("core", ["cortex-m4", "cortex-m7", "cortex-m33"])
@pytest.mark.parametrize("seed", range(2, 12))
def test_many_random_3x3_layers(seed: int, core: str) -> None:
    cases = random_cases("conv2d", seed, 100, conv2d_3x3)
    check("conv2d", cases, {"conv2d_s8__winograd_dsp"}, core)

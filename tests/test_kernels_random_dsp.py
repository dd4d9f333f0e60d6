"""Kernels for the DSP extension on random layers: equal to the reference, on an emulated core."""

from __future__ import annotations

import pytest
from conftest import needs_emulator
from kernel_layers import GENERATORS, random_cases

from torch_cortex_m import ops
from torch_cortex_m.select import layer_of
from torch_cortex_m.testing import case_graph, run_cases

pytestmark = needs_emulator


def dsp_kernels(operator: str) -> list[str]:
    kernels = ops.definition(operator).kernels
    return [kernel.name for kernel in kernels if kernel.needs == {"dsp"}]


def check(operator: str, seed: int, count: int, core: str) -> None:
    cases = random_cases(operator, seed, count)
    expected = [run.output for run in run_cases(cases, on="reference")]
    kernels = dsp_kernels(operator)
    assert kernels
    for kernel in kernels:
        record = next(k for k in ops.definition(operator).kernels if k.name == kernel)
        graphs = [case_graph(case) for case in cases]
        indices = [
            index
            for index, graph in enumerate(graphs)
            if record.applies(layer_of(graph, graph.nodes[0]))
        ]
        assert indices, f"{kernel} computes none of {count} layers"
        chosen = [cases[index] for index in indices]
        results = run_cases(chosen, target=core, kernel=kernel, on="emulator")
        for index, result in zip(indices, results, strict=True):
            message = f"{cases[index].name} ({cases[index].op}) with {kernel}"
            assert result.output.tobytes() == expected[index].tobytes(), message


@pytest.mark.parametrize("operator", GENERATORS)
def test_random_layers(operator: str) -> None:
    check(operator, seed=1, count=40, core="cortex-m4")


@pytest.mark.slow
@pytest.mark.parametrize("core", ["cortex-m4", "cortex-m33"])
@pytest.mark.parametrize("seed", range(2, 12))
@pytest.mark.parametrize("operator", GENERATORS)
def test_many_random_layers(operator: str, seed: int, core: str) -> None:
    check(operator, seed, count=100, core=core)

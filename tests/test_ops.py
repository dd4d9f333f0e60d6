"""Every operator, kernel and case: reference = host C = every emulated core."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from zlib import crc32

import numpy as np
import pytest
from conftest import needs_emulator
from shared_images import run_with_kernels

from torch_cortex_m import ops
from torch_cortex_m.ops.base import Case
from torch_cortex_m.ops.rules.case_graph import case_graph
from torch_cortex_m.select import applicable_kernels, layer_of
from torch_cortex_m.target import CORES, HOST, Target
from torch_cortex_m.testing import run_cases

OPERATORS = sorted(ops.definitions())
EACH_CHANGE, VECTORS = "cortex-m4", "cortex-m55"
"""The cores that have all kernels between them; the others run some of these under other
instruction sets."""

EVERY = 6
"""One case of so many is run again where an earlier core has run them all."""

EVERY_ON_THE_HOST = 3
"""The same for this computer, whose compiler finds what others do not (see ``checked``)."""


@cache
def reference(operator: str) -> list[tuple[np.ndarray, ...]]:
    return [run.outputs for run in run_cases(ops.cases(operator), on="reference")]


def runs(operator: str, target: Target) -> dict[str, list[int]]:
    """Kernel name -> indices of the cases that it computes on the target."""
    kernels: dict[str, list[int]] = {}
    for index, case in enumerate(ops.cases(operator)):
        graph = case_graph(case)
        node = graph.nodes[0]
        if not graph.computing_nodes():
            kernels.setdefault("", []).append(index)
            continue
        for kernel in applicable_kernels(layer_of(graph, node), target, frozenset()):
            kernels.setdefault(kernel.name, []).append(index)
    return kernels


def check(
    operator: str, target: Target, on: str, every: Callable[[str], int] = lambda kernel: 1
) -> None:
    """Of each kernel one case of ``every``, the first among them."""
    cases: list[Case] = ops.cases(operator)
    expected = reference(operator)
    chosen = [
        (index, kernel)
        for kernel, found in runs(operator, target).items()
        for index in found[:: every(kernel)]
    ]
    layers = [(cases[index], kernel) for index, kernel in chosen]
    results = run_with_kernels(layers, target, on, checked=True)
    for (index, kernel), result in zip(chosen, results, strict=True):
        assert result.kernel == kernel
        message = f"{operator} {cases[index].name} with {kernel} on {target.name}"
        for output, right in zip(result.outputs, expected[index], strict=True):
            assert output.shape == right.shape
            assert output.tobytes() == right.tobytes(), message


@pytest.mark.parametrize("operator", OPERATORS)
def test_operator_has_cases_and_a_reference_kernel(operator: str) -> None:
    definition = ops.definition(operator)
    assert ops.cases(operator)
    if definition.kernels:
        assert any(kernel.name.endswith("__ref") for kernel in definition.kernels)


@pytest.mark.slow
@pytest.mark.parametrize("operator", OPERATORS)
def test_every_case_on_the_host(operator: str) -> None:
    check(operator, HOST, "host")


@pytest.mark.parametrize("operator", OPERATORS)
def test_some_cases_on_the_host(operator: str) -> None:
    check(operator, HOST, "host", lambda kernel: EVERY_ON_THE_HOST)


def cores() -> list:
    """Parameters: every operator and core."""
    return [
        pytest.param(name, core, marks=() if core == EACH_CHANGE else pytest.mark.slow)
        for name in OPERATORS
        for core in CORES
    ]


@needs_emulator
@pytest.mark.parametrize(("operator", "core"), cores())
def test_every_case_on_every_core(operator: str, core: str) -> None:
    check(operator, CORES[core], "emulator")


@needs_emulator
@pytest.mark.parametrize("operator", OPERATORS)
def test_kernels_with_vectors_and_some_cases_of_others(operator: str) -> None:
    with_vectors = {k.name for k in ops.definition(operator).kernels if "mve" in k.needs}
    check(
        operator, CORES[VECTORS], "emulator", lambda kernel: 1 if kernel in with_vectors else EVERY
    )


@needs_emulator
@pytest.mark.parametrize("operator", OPERATORS)
def test_some_cases_on_another_core(operator: str) -> None:
    """Drawn with the operator's name as seed: all of them take too long for each change."""
    others = [core for core in CORES if core not in (EACH_CHANGE, VECTORS)]
    core = others[crc32(operator.encode()) % len(others)]
    check(operator, CORES[core], "emulator", lambda kernel: EVERY)

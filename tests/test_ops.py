"""Every operator, kernel and case: reference = host C = every emulated core."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import NamedTuple
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


class Share(NamedTuple):
    """A kernel's first case, and from ``start`` on one of ``every``."""

    every: int
    start: int

    def of(self, cases: list[int]) -> list[int]:
        return sorted({cases[0], *cases[self.start :: self.every]})


# Of portable kernels each case is computed in one of these places at least, of those for a core's
# own instructions one of four on the first core that has them; the slow sweep has them all.
ALL = Share(1, 0)
OF_INSTRUCTIONS = Share(4, 3)
ON_EACH_CHANGE = Share(2, 0)
ON_THE_HOST = Share(6, 1)
ON_ANOTHER_CORE = Share(6, 3)
BESIDE_VECTORS = Share(6, 5)


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
    operator: str, target: Target, on: str, share: Callable[[str], Share] = lambda kernel: ALL
) -> None:
    cases: list[Case] = ops.cases(operator)
    expected = reference(operator)
    chosen = [
        (index, kernel)
        for kernel, found in runs(operator, target).items()
        for index in share(kernel).of(found)
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


@pytest.mark.parametrize("count", [1, 2, 6, 100])
def test_shares_have_every_case_between_them(count: int) -> None:
    cases = list(range(count))
    shares = (ON_EACH_CHANGE, ON_THE_HOST, ON_ANOTHER_CORE, BESIDE_VECTORS)
    assert {index for share in shares for index in share.of(cases)} == set(cases)
    assert all(0 in share.of(cases) for share in shares)


@pytest.mark.slow
@pytest.mark.parametrize("operator", OPERATORS)
def test_every_case_on_the_host(operator: str) -> None:
    check(operator, HOST, "host")


@pytest.mark.parametrize("operator", OPERATORS)
def test_some_cases_on_the_host(operator: str) -> None:
    check(operator, HOST, "host", lambda kernel: ON_THE_HOST)


@needs_emulator
@pytest.mark.slow
@pytest.mark.parametrize("core", CORES)
@pytest.mark.parametrize("operator", OPERATORS)
def test_every_case_on_every_core(operator: str, core: str) -> None:
    check(operator, CORES[core], "emulator")


def check_with(feature: str, operator: str, core: str, others: Share) -> None:
    """More cases of the kernels that need the feature than of the others."""
    needing = {k.name for k in ops.definition(operator).kernels if feature in k.needs}
    shares = dict.fromkeys(needing, OF_INSTRUCTIONS)
    check(operator, CORES[core], "emulator", lambda kernel: shares.get(kernel, others))


@needs_emulator
@pytest.mark.parametrize("operator", OPERATORS)
def test_kernels_with_dsp_and_some_cases_of_others(operator: str) -> None:
    check_with("dsp", operator, EACH_CHANGE, ON_EACH_CHANGE)


@needs_emulator
@pytest.mark.parametrize("operator", OPERATORS)
def test_kernels_with_vectors_and_some_cases_of_others(operator: str) -> None:
    check_with("mve", operator, VECTORS, BESIDE_VECTORS)


@needs_emulator
@pytest.mark.parametrize("operator", OPERATORS)
def test_some_cases_on_another_core(operator: str) -> None:
    """Drawn with the operator's name as seed: all of them take too long for each change."""
    others = [core for core in CORES if core not in (EACH_CHANGE, VECTORS)]
    core = others[crc32(operator.encode()) % len(others)]
    check(operator, CORES[core], "emulator", lambda kernel: ON_ANOTHER_CORE)

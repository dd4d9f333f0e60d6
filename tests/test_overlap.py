"""Kernels whose output lies over an argument, as near as their records say, give what they give
where it lies apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from conftest import needs_emulator

from torch_cortex_m import ops
from torch_cortex_m.emit import emit
from torch_cortex_m.ir import Graph
from torch_cortex_m.ir.artifacts import ALIGNMENT, Location, MemoryPlan, Overlap, PortOffsets
from torch_cortex_m.ops.base import Case, Kernel, Layer
from torch_cortex_m.ops.rules.case_graph import case_graph, case_inputs
from torch_cortex_m.runner import Runner
from torch_cortex_m.select import applicable_kernels, layer_of
from torch_cortex_m.target import CORES, HOST, Target
from torch_cortex_m.testing import reference_outputs

SAMPLE = 40
"""One of so many layers is tried for each change."""

PROGRAMS = 150
"""In one image."""

NEW = {"cortex-m4": {"dsp"}, "cortex-m55": {"mve"}}

MOST_BYTES = 40_000
"""Larger layers are not tried: their images take long to start."""


@dataclass(frozen=True)
class Trial:
    """A case whose output begins ``distance`` bytes before an argument."""

    case: Case
    kernel: Kernel
    argument: str
    distance: int

    def __str__(self) -> str:
        where = f"{self.distance} bytes before {self.argument}"
        return f"{self.case.op.name} {self.case.name} with {self.kernel.name}, {where}"


def trials(target: Target) -> Iterator[Trial]:
    for operator in sorted(ops.definitions()):
        for case in ops.cases(operator):
            graph = case_graph(case)
            if graph.computing_nodes():
                layer = layer_of(graph, graph.nodes[0])
                for kernel in {k.name: k for k in kernels(layer, target)}.values():
                    yield from trials_of(case, kernel, layer)


def kernels(layer: Layer, target: Target) -> list[Kernel]:
    """On a core those with instructions that the hosts and cores before it lack."""
    found = applicable_kernels(layer, target, frozenset())
    return [kernel for kernel in found if target is HOST or kernel.needs & NEW[target.name]]


def trials_of(case: Case, kernel: Kernel, layer: Layer) -> Iterator[Trial]:
    for argument, overlap in kernel.overlaps(layer).items():
        sizes = layer.output_bytes, layer.types[argument].bytes
        if argument in case.given() and overlap.shared(*sizes) and sum(sizes) < MOST_BYTES:
            for distance in distances(overlap, *sizes):
                yield Trial(case, kernel, argument, distance)


def distances(overlap: Overlap, output: int, argument: int) -> Iterator[int]:
    """The nearest one where both meet, and the next one."""
    nearest = overlap.at_least(1 - argument)
    assert nearest is not None
    yield nearest
    if overlap.step and nearest + overlap.step < output:
        yield nearest + overlap.step


def aligned(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT


def plan(graph: Graph, layer: Layer, trial: Trial) -> MemoryPlan:
    """The output and the argument as the trial has them, everything else behind them."""
    places = {graph.nodes[0].output: max(0, -trial.distance)}
    places[trial.argument] = max(0, trial.distance)
    end = max(start + graph.types[name].bytes for name, start in places.items())
    for port in graph.inputs:
        if port.value not in places:
            places[port.value] = aligned(end)
            end = aligned(end) + graph.types[port.value].bytes
    scratch = trial.kernel.scratch_bytes(layer)
    located = {name: Location("arena", offset=start) for name, start in places.items()}
    located |= {name: Location("constant", name=name) for name in graph.constants}
    ports = (tuple(places[p.value] for p in ports) for ports in (graph.inputs, graph.outputs))
    return MemoryPlan(
        aligned(end) + aligned(scratch),
        0,
        located,
        {graph.nodes[0].name: aligned(end)} if scratch else {},
        ports=PortOffsets(*ports),
    )


@cache
def expected(operator: str, name: str) -> bytes:
    (case,) = (case for case in ops.cases(operator) if case.name == name)
    return reference_outputs(case)[0].tobytes()


def check(target: Target, chosen: list[Trial]) -> None:
    programs = []
    for index, trial in enumerate(chosen):
        graph = case_graph(trial.case)
        layer = layer_of(graph, graph.nodes[0])
        layers, selection = {graph.nodes[0].name: layer}, {graph.nodes[0].name: trial.kernel}
        memory = plan(graph, layer, trial)
        programs.append(emit(graph, layers, selection, memory, f"case_{index}"))
    runs = [(index, case_inputs(trial.case)) for index, trial in enumerate(chosen)]
    with Runner(programs, target, checked=True) as runner:
        executions = runner.run(runs)
    for trial, execution in zip(chosen, executions, strict=True):
        right = expected(trial.case.op.name, trial.case.name)
        assert execution.outputs[0] == right, f"{trial} on {target.name}"


TARGETS = [
    HOST,
    *(pytest.param(CORES[core], marks=needs_emulator) for core in ("cortex-m4", "cortex-m55")),
]


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_some_outputs_lie_over_an_argument(target: Target) -> None:
    check(target, list(trials(target))[::SAMPLE][:PROGRAMS])


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_every_output_lies_over_its_arguments(target: Target) -> None:
    found = list(trials(target))
    for start in range(0, len(found), PROGRAMS):
        check(target, found[start : start + PROGRAMS])


def test_distances_that_an_overlap_allows() -> None:
    exact, any_larger, whole_pixels = Overlap(0, step=0), Overlap(-5), Overlap(24, step=8)
    assert [d for d in range(-8, 50) if exact.allows(d)] == [0]
    assert [d for d in range(-8, 0) if any_larger.allows(d)] == [-5, -4, -3, -2, -1]
    assert [d for d in range(0, 50) if whole_pixels.allows(d)] == [24, 32, 40, 48]
    assert any_larger.aligned() == Overlap(0, step=16)
    assert whole_pixels.aligned() == Overlap(32, step=16)
    assert Overlap(3, step=4).aligned() is None
    assert Overlap(3, step=0).aligned() is None
    for overlap in (exact, any_larger, whole_pixels, Overlap(30, step=0), Overlap(-40, step=16)):
        for output, argument in ((16, 16), (10, 40), (40, 10)):
            best = max(
                len(np.intersect1d(np.arange(output), np.arange(argument) + distance))
                for distance in range(-60, 60)
                if overlap.allows(distance)
            )
            assert overlap.shared(output, argument) == best

"""Every operator's random layers with every kernel: the reference's bytes, within their buffers."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import needs_emulator
from drawn_layers import applicable, drawn_layers, kernels_for
from shared_images import run_with_kernels
from strict_compilers import CORE_COMPILERS, OPTIMIZING, compile_together

from torch_cortex_m import ops
from torch_cortex_m.generate import generate_all
from torch_cortex_m.ops.base import Case
from torch_cortex_m.ops.rules.case_graph import case_graph
from torch_cortex_m.target import CORES, HOST, Target
from torch_cortex_m.testing import run_cases

COMPILED = 3
"""Layers of each kernel that are compiled without being run."""

LEVELS = {"gcc": OPTIMIZING, "clang": ["-O1"]}
"""Clang warns of nothing more at a higher level; at this one it meets all inline assembly."""

OPERATORS = [name for name, definition in ops.definitions().items() if definition.kernels]
PLACES = {target.name: target for target in (HOST, *CORES.values())}
LAYERS = {"host": 5, "cortex-m0": 10, "cortex-m4": 18, "cortex-m55": 20}
"""Place -> layers of each generator of an operator, for every change; the slow sweep takes 100 and
more."""

MOST = 8
"""Of these, layers that a kernel computes at most for every change, spread over the generators; the
slow sweep takes all of its own."""


def runs(places: list[str]) -> list:
    """Parameters: an operator and a place that has kernels of its own for the operator."""
    return [
        pytest.param(operator, place, marks=() if place == "host" else needs_emulator)
        for place in places
        for operator in OPERATORS
        if kernels_for(operator, PLACES[place])
    ]


def describe(case: Case, kernel: str, target: Target) -> str:
    shapes = {name: None if t is None else t.shape for name, t in case.tensors.items()}
    return f"{case.name} with {kernel} on {target.name}: {case.op} {shapes}"


def check(operator: str, place: str, seed: int, count: int, most: int | None = None) -> None:
    """most: layers of each kernel."""
    target, on = PLACES[place], "host" if place == "host" else "emulator"
    cases = drawn_layers(operator, seed, count)
    expected = zip(cases, run_cases(cases, on="reference"), strict=True)
    reference = {case.name: run.outputs for case, run in expected}
    layers: list[tuple[Case, str]] = []
    for kernel in kernels_for(operator, target):
        chosen = applicable(kernel, cases)
        assert chosen, f"{kernel} computes none of {len(cases)} layers"
        step = 1 if most is None else -(-len(chosen) // most)
        layers += [(case, kernel) for case in chosen[::step]]
    results = run_with_kernels(layers, target, on, checked=True)
    for (case, kernel), run in zip(layers, results, strict=True):
        message = describe(case, kernel, target)
        for output, right in zip(run.outputs, reference[case.name], strict=True):
            assert output.tobytes() == right.tobytes(), message


@pytest.mark.parametrize("operator", OPERATORS)
def test_every_operator_draws_layers(operator: str) -> None:
    assert ops.random_layers(operator)


@pytest.mark.parametrize(("operator", "place"), runs(list(LAYERS)))
def test_random_layers(operator: str, place: str) -> None:
    check(operator, place, seed=1, count=LAYERS[place], most=MOST)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 12))
@pytest.mark.parametrize(("operator", "place"), runs(list(PLACES)))
def test_many_random_layers(operator: str, place: str, seed: int) -> None:
    check(operator, place, seed, count=300 if place == "cortex-m55" else 100)


@needs_emulator
@pytest.mark.parametrize("compiler", CORE_COMPILERS)
@pytest.mark.parametrize(("operator", "core"), runs(["cortex-m0", "cortex-m55"]))
def test_kernels_compile_without_warnings(
    operator: str, core: str, compiler: str, tmp_path: Path
) -> None:
    command, target = CORE_COMPILERS[compiler], CORES[core]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    for kernel in kernels_for(operator, target):
        cases = applicable(kernel, drawn_layers(operator, 200, 20))[:COMPILED]
        graphs = {f"case_{index}": case_graph(case) for index, case in enumerate(cases)}
        forced = {prefix: {g.nodes[0].name: kernel} for prefix, g in graphs.items()}
        programs = [item.program for item in generate_all(graphs, target, forced=forced)]
        layers = "\n".join(describe(case, kernel, target) for case in cases)
        flags = [*command, *target.flags]
        compile_together(programs, tmp_path / kernel, flags, f"{layers}\n", LEVELS[compiler])

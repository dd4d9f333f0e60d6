"""The MVE kernels on random layers: equal to the reference, and within their buffers."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import numpy as np
import pytest
from conftest import needs_emulator
from random_layers_mve import MAKERS, random_cases
from test_emit import CORE_COMPILERS, compile_strictly

from torch_cortex_m.build import build_image
from torch_cortex_m.generate import generate
from torch_cortex_m.ops import definition
from torch_cortex_m.ops.base import Case
from torch_cortex_m.ops.rules.case_graph import case_graph
from torch_cortex_m.run import execute
from torch_cortex_m.select import layer_of
from torch_cortex_m.target import CORES
from torch_cortex_m.testing import run_cases

TARGET = CORES["cortex-m55"]
PER_IMAGE = 25

KERNELS = [
    (operator, kernel.name)
    for operator in MAKERS
    for kernel in definition(operator).kernels
    if "mve" in kernel.needs and kernel.provider == "ours"
]


def applicable(operator: str, name: str, cases: list[Case]) -> list[Case]:
    kernel = next(k for k in definition(operator).kernels if k.name == name)
    graphs = [case_graph(case) for case in cases]
    layers = [layer_of(graph, graph.nodes[0]) for graph in graphs]
    return [case for case, layer in zip(cases, layers, strict=True) if kernel.applies(layer)]


def check(operator: str, kernel: str, seed: int, count: int) -> None:
    cases = applicable(operator, kernel, random_cases(operator, seed, count))
    for start in range(0, len(cases), PER_IMAGE):
        chosen = cases[start : start + PER_IMAGE]
        expected = run_cases(chosen, on="reference")
        results = run_cases(chosen, target=TARGET, kernel=kernel, on="emulator")
        for case, run, reference in zip(chosen, results, expected, strict=True):
            assert np.array_equal(run.output, reference.output), describe(kernel, seed, case)


def describe(kernel: str, seed: int, case: Case) -> str:
    shapes = {name: None if t is None else t.shape for name, t in case.tensors.items()}
    return f"{kernel}, seed {seed}: {case.op} {shapes}"


@needs_emulator
@pytest.mark.parametrize(("operator", "kernel"), KERNELS)
def test_random_layers(operator: str, kernel: str) -> None:
    check(operator, kernel, seed=1, count=60)


@pytest.mark.slow
@needs_emulator
@pytest.mark.parametrize("seed", range(2, 12))
@pytest.mark.parametrize(("operator", "kernel"), KERNELS)
def test_many_random_layers(operator: str, kernel: str, seed: int) -> None:
    check(operator, kernel, seed, count=300)


# DTCM of the emulated board: no memory follows it, nor precedes it. A buffer that ends where it
# ends, or begins where it begins, turns an access beyond the buffer into a fault.
DTCM_BEGIN, DTCM_END = 0x20000000, 0x20080000
EDGES = """
    int8_t *edge_input = (int8_t *){input}, *edge_output = (int8_t *){output};
    memcpy(edge_input, input, {input_bytes});
    const int32_t edge_status = case_{index}_run_in(edge_input, edge_output, (uint8_t *){arena});
    memcpy(output, edge_output, {output_bytes});
    return edge_status;
"""


def at_edges(program, index: int, placement: str):
    """The program with one buffer at an edge of the DTCM and the others inside."""
    inputs, outputs = program.input_bytes[0], program.output_bytes[0]
    arena = -(-program.arena_bytes // 16) * 16
    inside = {"input": DTCM_BEGIN + 0x10000, "output": DTCM_BEGIN + 0x30000, "arena": 0x20050000}
    sizes = {"input": inputs, "output": outputs, "arena": arena}
    name, edge = placement.split(" at ")
    inside[name] = DTCM_BEGIN if edge == "begin" else DTCM_END - sizes[name]
    values = {key: hex(address) for key, address in inside.items()}
    body = EDGES.format(**values, input_bytes=inputs, output_bytes=outputs, index=index)
    text = program.files[f"case_{index}.c"]
    call = f"    return case_{index}_run_in(input, output, case_{index}_arena);\n"
    assert call in text
    files = dict(program.files) | {f"case_{index}.c": text.replace(call, body)}
    return dataclasses.replace(program, files=files)


@needs_emulator
@pytest.mark.parametrize(
    "placement", ["input at begin", "input at end", "output at end", "arena at end"]
)
@pytest.mark.parametrize(("operator", "kernel"), KERNELS)
def test_kernels_stay_within_their_buffers(
    operator: str, kernel: str, placement: str, tmp_path: Path
) -> None:
    cases = applicable(operator, kernel, random_cases(operator, 100, 40))
    cases = [case for case in cases if case.activations == ("input",)]
    assert cases
    expected = run_cases(cases, on="reference")
    programs = []
    for index, case in enumerate(cases):
        generated = generate(
            case_graph(case), TARGET, prefix=f"case_{index}", forced={"output": kernel}
        )
        programs.append(at_edges(generated.program, index, placement))
    image = build_image(programs, TARGET, tmp_path)
    runs = [(index, [case.tensors["input"].tobytes()]) for index, case in enumerate(cases)]
    for case, run, reference in zip(
        cases, execute(image.path, TARGET, programs, runs), expected, strict=True
    ):
        assert run.outputs[0] == reference.output.tobytes(), describe(kernel, 100, case)


@needs_emulator
@pytest.mark.parametrize("compiler", CORE_COMPILERS)
@pytest.mark.parametrize(("operator", "kernel"), KERNELS)
def test_kernels_compile_without_warnings(
    operator: str, kernel: str, compiler: str, tmp_path: Path
) -> None:
    command = CORE_COMPILERS[compiler]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    for index, case in enumerate(applicable(operator, kernel, random_cases(operator, 200, 12))):
        program = generate(case_graph(case), TARGET, forced={"output": kernel}).program
        folder = tmp_path / str(index)
        folder.mkdir()
        compile_strictly(
            dict(program.files), folder, [*command, *TARGET.flags], describe(kernel, 200, case)
        )

"""Measures layers and networks, every variant on the same data in the same run."""

from __future__ import annotations

import copy
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import mlperf_tiny
import numpy as np

from torch_cortex_m.build import toolchain_for
from torch_cortex_m.frontend.pytorch import import_pytorch
from torch_cortex_m.generate import Generated, generate_all
from torch_cortex_m.ir import Graph
from torch_cortex_m.ir.artifacts import Program
from torch_cortex_m.measured.measurements import Measurement
from torch_cortex_m.model.compiled import CompiledModel
from torch_cortex_m.model.ports import as_run
from torch_cortex_m.ops.base import Case
from torch_cortex_m.ops.rules.case_graph import case_graph
from torch_cortex_m.passes import PASSES
from torch_cortex_m.runner import Runner
from torch_cortex_m.target import Target
from torch_cortex_m.tools import require_tool
from torch_cortex_m.tune import Candidate, measure_candidates

from .layers import constant_bytes
from .variants import (
    CMSIS_NN,
    OURS,
    REFERENCE,
    Library,
    functions_of,
    generate_variants,
    library_candidates,
)

IMAGE_BYTES = 100_000
"""Constants of the layers in one image; the smallest board has room for three variants of them."""

GRAPH_GAINS = ("fold_constant_channels", "remove_unread_channels")
"""Passes that change the work itself; CMSIS-NN is measured without them, as its users run it."""


@dataclass(frozen=True)
class Cost:
    """One inference of one variant. ``cycles`` is an estimate, None where the core has no model.
    flash_bytes: code and constants. code_bytes: the code of a network alone, library included.
    build: of the library, where it is one's."""

    kernel: str
    instructions: int
    cycles: int | None
    flash_bytes: int
    code_bytes: int | None = None
    build: str = ""


@dataclass(frozen=True)
class Row:
    """A layer or a network on a core: work is multiply-accumulates, or output elements."""

    name: str
    family: str
    core: str
    compiler: str
    work: int
    unit: str
    costs: dict[str, Cost]
    equal: bool
    layers: list[dict] = field(default_factory=list)

    def ratio(self, measure: str, variant: str = CMSIS_NN) -> float | None:
        """How many times as much the variant needs as ours; measure: "instructions", "cycles"."""
        ours, other = self.costs[OURS], self.costs.get(variant)
        if other is None or getattr(ours, measure) is None:
            return None
        return getattr(other, measure) / getattr(ours, measure)


def batches(layers: Sequence[tuple[str, Case]]) -> list[list[tuple[str, Case]]]:
    """Layers that go into one image together."""
    result: list[list[tuple[str, Case]]] = [[]]
    total = 0
    for family, case in layers:
        size = constant_bytes(case)
        if result[-1] and total + size > IMAGE_BYTES:
            result.append([])
            total = 0
        result[-1].append((family, case))
        total += size
    return result


def measure_layers(
    layers: Sequence[tuple[str, Case]], target: Target, libraries: Sequence[Library]
) -> list[Row]:
    """Each layer by every variant, CMSIS-NN's by the fastest function of the fastest build.

    Raises TcmError if two variants of a layer give different outputs.
    """
    graphs = {f"layer_{i}": case_graph(case) for i, (_, case) in enumerate(layers)}
    variants = generate_variants(graphs, target)
    entries = [
        (index, variant, Candidate(case.name, _only_kernel(generated[index]), case))
        for variant, generated in variants.items()
        for index, (_, case) in enumerate(layers)
    ]
    measured = measure_candidates([candidate for *_, candidate in entries], target)
    costs: list[dict[str, Cost]] = [{} for _ in layers]
    work = [0] * len(layers)
    for (index, variant, candidate), result in zip(entries, measured, strict=True):
        costs[index][variant] = _cost(candidate, result)
        work[index] = result.work
    ours = [candidate for _, variant, candidate in entries if variant == OURS]
    for build in libraries:
        for index, cost in _of_library(ours, list(graphs.values()), target, build):
            costs[index][CMSIS_NN] = min(costs[index].get(CMSIS_NN, cost), cost, key=_time)
    return [
        Row(
            case.name,
            family,
            target.name,
            toolchain_for(target).label,
            work[index],
            "MAC" if variants[OURS][index].program.layers[0].macs else "element",
            costs[index],
            equal=True,  # measure_candidates has compared the outputs
        )
        for index, (family, case) in enumerate(layers)
    ]


def _only_kernel(generated: Generated) -> str:
    (kernel,) = generated.selection.values()
    return kernel.name


def _cost(candidate: Candidate, measured: Measurement, build: str = "") -> Cost:
    return Cost(
        candidate.kernel,
        measured.instructions,
        measured.cycles,
        measured.flash_bytes,
        build=build,
    )


def _of_library(
    ours: Sequence[Candidate], graphs: Sequence[Graph], target: Target, build: Library
) -> Iterator[tuple[int, Cost]]:
    """The index of a layer, and what a function of the library takes for it; measured beside our
    kernels, as their outputs are compared."""
    assert build.library is not None
    entries: list[tuple[int, Candidate]] = []
    for index, (own, graph) in enumerate(zip(ours, graphs, strict=True)):
        theirs = library_candidates(graph, target, build.library)
        both = [own, *(Candidate(own.layer, each.kernel, own.case) for each in theirs)]
        entries += [(index, each) for each in both if theirs]
    if not entries:
        return
    measured = measure_candidates([each for _, each in entries], target, build.library)
    for (index, candidate), result in zip(entries, measured, strict=True):
        if candidate is not ours[index]:
            yield index, _cost(candidate, result, build.origin)


def _time(cost: Cost) -> int:
    return cost.instructions if cost.cycles is None else cost.cycles


@cache
def network_graphs(name: str) -> tuple[Graph, Graph]:
    """(with all passes, without GRAPH_GAINS) of an MLPerf Tiny network."""
    model, example_inputs, calibration = getattr(mlperf_tiny, name)()
    imported = import_pytorch(model, example_inputs, calibration, name=name)
    results = []
    for left_out in ((), GRAPH_GAINS):
        graph = copy.deepcopy(imported)
        for each in PASSES:
            if each.__name__ not in left_out:
                graph = each(graph)
        results.append(graph)
    return results[0], results[1]


def measure_network(
    name: str, target: Target, libraries: Sequence[Library], *, layers: bool
) -> Row:
    """Every variant of a network on one random sample; ``layers``: ours layer by layer, too."""
    full, plain = network_graphs(name)
    variants = {
        f"{variant}, all channels" if variant == OURS else variant: items[0]
        for variant, items in generate_variants({name: plain}, target).items()
    }
    variants = {OURS: generate_variants({name: full}, target)[OURS][0], **variants}
    builds = {build.origin: _by_library(name, plain, target, build) for build in libraries}
    sample: list[np.ndarray] | None = None
    costs: dict[str, Cost] = {}
    outputs = []
    compiled: dict[str, CompiledModel] = {}
    for variant, generated in (variants | builds).items():
        compiled[variant] = CompiledModel(generated)
        if sample is None:
            sample = next(compiled[variant].random_samples(1))
        costs[variant], output = _measure(compiled[variant], generated, sample)
        outputs.append(output)
    theirs = [replace(costs.pop(origin), build=origin) for origin in builds]
    if theirs:
        costs[CMSIS_NN] = min(theirs, key=_time)
    return Row(
        name,
        "network",
        target.name,
        toolchain_for(target).label,
        sum(layer.macs for layer in variants[REFERENCE].program.layers),
        "MAC",
        costs,
        equal=all(output == outputs[0] for output in outputs),
        layers=list(_layer_data(compiled[OURS])) if layers else [],
    )


def _by_library(network: str, graph: Graph, target: Target, build: Library) -> Generated:
    """A network by the library's fastest functions; ours stand in where it has none."""
    assert build.library is not None
    candidates = library_candidates(graph, target, build.library)
    measured = measure_candidates(candidates, target, build.library)
    times: dict[str, dict[str, int]] = {}
    for each, result in zip(candidates, measured, strict=True):
        times.setdefault(each.layer, {})[each.kernel] = result.time[0]
    fastest = {layer: min(kernels, key=kernels.__getitem__) for layer, kernels in times.items()}
    forced = {network: functions_of(graph, fastest)}
    return generate_all({network: graph}, target, library=build.library, forced=forced)[0]


def _measure(
    compiled: CompiledModel, generated: Generated, sample: list[np.ndarray]
) -> tuple[Cost, tuple[bytes, ...]]:
    target, runner = compiled.target, compiled.runner("emulator")
    (execution,) = runner.run([as_run(sample)], cycles=True)
    flash = _text_bytes(runner.image.path) - _harness_bytes(target, toolchain_for(target).name)
    code = flash - generated.program.constant_bytes
    return Cost("", execution.instructions, execution.cycles, flash, code), execution.outputs


def _text_bytes(image: Path) -> int:
    """Code and constants of an executable."""
    command = [require_tool("arm-none-eabi-size"), str(image)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return int(output.splitlines()[1].split()[0])


@cache
def _harness_bytes(target: Target, compiler: str) -> int:
    """The share of an executable that is not the model's."""
    header = "#include <stdint.h>\nint32_t empty_run(void);\n"
    source = '#include "empty.h"\nint32_t empty_run(void)\n{\n    return 0;\n}\n'
    files = {"empty.h": header, "empty.c": source, "weights.c": '#include "empty.h"\n'}
    program = Program("empty", files, (), 0, 0, (), (), (), ())
    with Runner([program], target) as runner:
        return _text_bytes(runner.image.path)


def _layer_data(compiled: CompiledModel) -> Iterator[dict]:
    yield from compiled.profile().as_data()["layers"]

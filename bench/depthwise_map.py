"""Maps where a depthwise convolution is faster when it is computed as a general one.

    python -m bench.depthwise_map [--core NAME ...]

A depthwise convolution is a general convolution whose filters are zero but for one input channel:
``channels`` times the multiply-accumulates, but kernels that need fewer cycles for each. All
kernels that apply to either form are run on the same data in the same image, their outputs are
compared, and the fastest of each form counts: ours, and CMSIS-NN's where variants.py finds one.
Writes docs/depthwise-map.json and .png. Resumable: delete the JSON file to measure anew.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from rich.progress import Progress

from torch_cortex_m.build import KernelLibrary, toolchain_for
from torch_cortex_m.measured.measurements import Measurement
from torch_cortex_m.ops.base import Case
from torch_cortex_m.ops.conv2d.op import Conv2d
from torch_cortex_m.ops.depthwise_conv2d.cases import case as depthwise_case
from torch_cortex_m.ops.depthwise_conv2d.dense import dense_filters
from torch_cortex_m.ops.rules.case_graph import case_graph
from torch_cortex_m.select import applicable_kernels, layer_of
from torch_cortex_m.target import CORES, Target
from torch_cortex_m.tune import Candidate, measure_candidates

from . import ROOT
from .depthwise_plot import write_plot
from .layers import constant_bytes
from .variants import LIBRARIES, cmsis_nn_libraries

MAP_CORES = ("cortex-m0plus", "cortex-m3", "cortex-m4", "cortex-m7", "cortex-m33", "cortex-m55")
SIZE = 12
"""Height and width of the input."""
KERNELS = (3, 5)
CHANNELS = (1, 2, 4, 8, 16, 32)
MULTIPLIERS = (1, 2, 4, 8, 16, 32, 64)
MOST_FILTERS = 64
IMAGE_BYTES = 40_000
FORMS = ("depthwise", "general")


@dataclass(frozen=True)
class Point:
    """A depthwise layer: kernel x kernel taps, channels x multiplier filters."""

    kernel: int
    channels: int
    multiplier: int

    def depthwise(self) -> Case:
        margin = self.kernel // 2
        return depthwise_case(
            f"map {self.kernel} {self.channels} {self.multiplier}",
            (1, SIZE, SIZE, self.channels),
            (self.kernel, self.kernel),
            padding=(margin,) * 4,
            depth_multiplier=self.multiplier,
            bias=True,
        )


def points() -> list[Point]:
    return [
        Point(kernel, channels, multiplier)
        for kernel in KERNELS
        for channels in CHANNELS
        for multiplier in MULTIPLIERS
        if channels * multiplier <= MOST_FILTERS
    ]


def as_general(case: Case) -> Case:
    """The same function as a conv2d: filter o reads input channel o // multiplier alone."""
    op = case.op
    fields = {
        name: getattr(op, name)
        for name in ("stride", "padding", "dilation", "input_offset", "output_offset")
    }
    limits = {"activation_min": op.activation_min, "activation_max": op.activation_max}
    weight = dense_filters(np.asarray(case.tensors["weight"]), op.depth_multiplier)
    tensors = {**case.tensors, "weight": weight}
    return Case(case.name, Conv2d(**fields, **limits), tensors, case.activations)


def candidates(point: Point, target: Target, library: KernelLibrary | None) -> list[Candidate]:
    """Every kernel but the reference ones, on either form. One text for both forms of a layer
    makes ``measure_candidates`` compare their outputs."""
    symbols = library.symbols if library is not None else frozenset[str]()
    depthwise = point.depthwise()
    result = []
    for case in (depthwise, as_general(depthwise)):
        graph = case_graph(case)
        layer = layer_of(graph, graph.nodes[0])
        result += [
            Candidate(case.name, kernel.name, case)
            for kernel in applicable_kernels(layer, target, symbols)
            if not kernel.name.endswith("_ref")
        ]
    return result


def fastest(
    found: Sequence[tuple[Candidate, Measurement]], form: str, *, library: bool
) -> dict | None:
    """The kernel of this form with the fewest estimated cycles (or instructions)."""
    name = {"depthwise": "depthwise_conv2d", "general": "conv2d"}[form]
    own_form = {
        candidate.kernel: measurement
        for candidate, measurement in found
        if _computes_as(candidate.kernel, name) and ("cmsis_nn" in candidate.kernel) == library
    }
    if not own_form:
        return None
    best = min(own_form, key=lambda kernel: own_form[kernel].time)
    return {"kernel": best, **asdict(own_form[best])}


def _computes_as(kernel: str, form: str) -> bool:
    """A kernel of depthwise_conv2d that calls a general convolution counts as neither."""
    return kernel.startswith(f"{form}_s8__") and not kernel.endswith("_convolve")


def batches(work: Sequence[Point]) -> Iterator[list[Point]]:
    """Layers whose constants fit into one image with all their kernels."""
    batch: list[Point] = []
    total = 0
    for point in work:
        size = constant_bytes(as_general(point.depthwise()))
        if batch and total + size > IMAGE_BYTES:
            yield batch
            batch, total = [], 0
        batch.append(point)
        total += size
    if batch:
        yield batch


def measure(batch: Sequence[Point], target: Target, library: KernelLibrary | None) -> list[dict]:
    lists = [candidates(point, target, library) for point in batch]
    flat = [candidate for each in lists for candidate in each]
    measured = iter(zip(flat, measure_candidates(flat, target, library), strict=True))
    rows = []
    for point, own in zip(batch, lists, strict=True):
        found = [next(measured) for _ in own]
        for whose in ("ours", "cmsis_nn"):
            forms = {f: fastest(found, f, library=whose == "cmsis_nn") for f in FORMS}
            rows.append({"core": target.name, "whose": whose, **asdict(point), **forms})
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description="Depthwise or general: a measured map")
    parser.add_argument("--core", action="append", choices=list(CORES), help="may be repeated")
    parser.add_argument("--output", type=Path, default=ROOT / "docs", help="folder of the map")
    arguments = parser.parse_args()
    path = arguments.output / "depthwise-map.json"
    data = json.loads(path.read_text()) if path.exists() else {"cmsis_nn": {}, "rows": []}
    with Progress() as progress:
        for core in arguments.core or MAP_CORES:
            target = CORES[core]
            library = next(cmsis_nn_libraries(core, LIBRARIES))
            data["cmsis_nn"][core] = library.origin if library.library else "none"
            data["compiler"] = toolchain_for(target).label
            done = {
                (row["kernel"], row["channels"], row["multiplier"])
                for row in data["rows"]
                if row["core"] == core
            }
            left = [p for p in points() if (p.kernel, p.channels, p.multiplier) not in done]
            task = progress.add_task(core, total=len(left))
            for batch in batches(left):
                data["rows"] += measure(batch, target, library.library)
                path.write_text(json.dumps(data, indent=1) + "\n")
                progress.advance(task, len(batch))
    write_plot(arguments.output / "depthwise-map.png", data["rows"])
    return 0


if __name__ == "__main__":
    sys.exit(main())

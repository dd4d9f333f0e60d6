"""Measures candidates: many in one image, in one run on the emulated core."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from ..build import ImageSizeError, build_image, toolchain_for
from ..cycles import cycle_estimator
from ..errors import TcmError
from ..generate import generate_all
from ..generate.library import KernelLibrary
from ..measured.measurements import Measurement, layer_work
from ..ops.rules.case_graph import case_graph
from ..run import Execution, execute
from ..select import layer_of
from ..target import Target
from .candidates import Candidate


def table_name(target: Target) -> str:
    """The key of a tuning table: core and compiler, such as "cortex-m4 gcc-12.2"."""
    return f"{target.name} {toolchain_for(target).label}"


def measure_candidates(
    candidates: Sequence[Candidate], target: Target, library: KernelLibrary | None = None
) -> list[Measurement]:
    """Measures each candidate on its own data, in one image if it fits into the emulated board and
    otherwise in several. Can run in another process.

    Raises TcmError if a tool is missing, if one candidate alone does not fit, or if two kernels of
    one layer give different outputs.
    """
    results = _measure(candidates, target, library)
    _check_equal(candidates, [execution for _, execution in results])
    return [measurement for measurement, _ in results]


def _measure(
    candidates: Sequence[Candidate], target: Target, library: KernelLibrary | None
) -> list[tuple[Measurement, Execution]]:
    try:
        return _measure_image(candidates, target, library)
    except ImageSizeError:
        if len(candidates) == 1:
            raise
    half = len(candidates) // 2
    parts = (candidates[:half], candidates[half:])
    return [result for part in parts for result in _measure(part, target, library)]


def _measure_image(
    candidates: Sequence[Candidate], target: Target, library: KernelLibrary | None
) -> list[tuple[Measurement, Execution]]:
    graphs = {f"candidate_{i}": case_graph(c.case) for i, c in enumerate(candidates)}
    forced = {p: {"output": c.kernel} for p, c in zip(graphs, candidates, strict=True)}
    generated = generate_all(graphs, target, library=library, forced=forced)
    programs = [item.program for item in generated]
    with TemporaryDirectory(prefix="tcm-tune-") as folder:
        image = build_image(
            programs,
            target,
            Path(folder),
            separate=True,
            include=library.include if library else (),
            libraries=[library.path] if library else [],
        )
        runs = [(i, _inputs(c)) for i, c in enumerate(candidates)]
        estimator = cycle_estimator(image.path, target)
        counted = estimator is not None
        executions = execute(image.path, target, programs, runs, count_blocks=counted)
    measurements = [
        Measurement(
            layer_work(layer_of(item.graph, item.graph.nodes[0])),
            execution.instructions,
            None
            if estimator is None or execution.flow is None
            else estimator.cycles(execution.flow),
            flash,
            item.plan.arena_bytes,
        )
        for item, execution, flash in zip(generated, executions, image.flash_bytes, strict=True)
    ]
    return list(zip(measurements, executions, strict=True))


def _inputs(candidate: Candidate) -> list[bytes]:
    case = candidate.case
    arrays = (case.tensors[n] for n in case.op.tensor_names() if n in case.activations)
    return [np.ascontiguousarray(array).tobytes() for array in arrays if array is not None]


def _check_equal(candidates: Sequence[Candidate], executions: Sequence[Execution]) -> None:
    """A kernel that computes something else must never be chosen for being fast."""
    outputs: dict[str, tuple[str, tuple[bytes, ...]]] = {}
    for candidate, execution in zip(candidates, executions, strict=True):
        if execution.status != 0:
            raise TcmError(
                f"{candidate.kernel} returned an error: {execution.status}", where=candidate.layer
            )
        first = outputs.setdefault(candidate.layer, (candidate.kernel, execution.outputs))
        if first[1] != execution.outputs:
            raise TcmError(
                f"{candidate.kernel} and {first[0]} give different outputs",
                where=candidate.layer,
                hint="this is a defect of torch-cortex-m: please report it with the model",
            )

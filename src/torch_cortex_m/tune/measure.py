"""Measures candidates: many in one image, in one run on the emulated core."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..build import ImageSizeError, KernelLibrary, toolchain_for
from ..errors import DEFECT, TcmError
from ..generate import generate_all
from ..measured.measurements import Measurement, layer_work, part_table
from ..ops.rules.case_graph import case_graph, case_inputs
from ..run import Execution
from ..run.miss_counter import waiting_cycles
from ..runner import Runner
from ..select import layer_of
from ..target import Part, Target, part_with_waiting
from .candidates import Candidate


def table_name(target: Target) -> str:
    """The key of a tuning table: core and compiler, such as "cortex-m4 gcc-12.2"."""
    return f"{target.name} {toolchain_for(target).label}"


def table_names(target: Target) -> tuple[str, ...]:
    """The keys of all tables that measuring for a target fills: the core's and, where the target is
    a part whose waiting for flash can be counted, that of the part."""
    table, part = table_name(target), part_with_waiting(target)
    return (table,) if part is None else (table, part_table(table, part.name))


def measure_candidates(
    candidates: Sequence[Candidate], target: Target, library: KernelLibrary | None = None
) -> list[Measurement]:
    """Measures each candidate on its own data, in one image if it fits into the emulated board and
    otherwise in several.

    Raises TcmError if a tool is missing, if one candidate alone does not fit, or if two kernels of
    one layer give different outputs.
    """
    core = table_name(target)
    return [tables[core] for tables in measure_for_tables(candidates, target, library)]


def measure_for_tables(
    candidates: Sequence[Candidate], target: Target, library: KernelLibrary | None = None
) -> list[dict[str, Measurement]]:
    """As ``measure_candidates``, with what goes into each of ``table_names``. Can run in another
    process."""
    results = _measure(candidates, target, library)
    check_equal(candidates, [execution for _, execution in results])
    return [_by_table(target, *result) for result in results]


def _by_table(
    target: Target, measurement: Measurement, execution: Execution
) -> dict[str, Measurement]:
    result = {table_name(target): measurement}
    part = part_with_waiting(target)
    if part is not None:
        on_part = replace(measurement, cycles=_cycles_on(part, execution))
        result[part_table(table_name(target), part.name)] = on_part
    return result


def _cycles_on(part: Part, execution: Execution) -> int | None:
    """With the waiting for flash: the middle between the fewest and the most, as nothing tells
    where between them a kernel is."""
    waiting = None if execution.misses is None else waiting_cycles(part, execution.misses)
    if execution.cycles is None or waiting is None:
        return None
    return execution.cycles + sum(waiting) // 2


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
    graphs = {f"candidate_{i}_{c.kernel}": case_graph(c.case) for i, c in enumerate(candidates)}
    forced = {p: {"output": c.kernel} for p, c in zip(graphs, candidates, strict=True)}
    generated = generate_all(graphs, target, library=library, forced=forced)
    runs = [(index, case_inputs(candidate.case)) for index, candidate in enumerate(candidates)]
    programs = [item.program for item in generated]
    with Runner(programs, target, library=library, separate=True) as runner:
        # In a network other layers run in between, which leave little of this one. Here candidates
        # would leave each other what they share: functions of a linked library.
        executions = runner.run(runs, cycles=True, part=part_with_waiting(target), cold=True)
        flash_bytes = runner.flash_bytes
    measurements = [
        Measurement(
            layer_work(layer_of(item.graph, item.graph.nodes[0])),
            execution.instructions,
            execution.cycles,
            flash,
            item.plan.arena_bytes,
        )
        for item, execution, flash in zip(generated, executions, flash_bytes, strict=True)
    ]
    return list(zip(measurements, executions, strict=True))


def check_equal(candidates: Sequence[Candidate], executions: Sequence[Execution]) -> None:
    """A kernel that computes something else must never be chosen for being fast. Kernels for other
    element types do not compete, though the layer's signature is the same."""
    outputs: dict[tuple[str, ...], tuple[str, tuple[bytes, ...]]] = {}
    for candidate, execution in zip(candidates, executions, strict=True):
        tensors = candidate.case.tensors.values()
        key = (candidate.layer, *(str(data.dtype) for data in tensors if data is not None))
        first = outputs.setdefault(key, (candidate.kernel, execution.outputs))
        if first[1] != execution.outputs:
            raise TcmError(
                f"{candidate.kernel} and {first[0]} give different outputs",
                where=candidate.layer,
                hint=DEFECT,
            )

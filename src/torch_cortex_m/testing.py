"""Runs single operators, for tests and benchmarks of operators and kernels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .build import KernelLibrary
from .errors import TcmError
from .generate import Generated, generate_all
from .ops.base import Case
from .ops.rules.case_graph import case_graph, case_inputs
from .run import Execution
from .runner import Runner
from .target import HOST, Target, find_target

Array = np.ndarray


@dataclass(frozen=True)
class OpRun:
    """The result of one operator: its outputs and, on an emulated core, what it cost.

    ``cycles`` is an estimate (see torch_cortex_m.cycles), None if it was not asked for or the core
    has no model."""

    outputs: tuple[Array, ...]
    instructions: int = 0
    stack_bytes: int = 0
    kernel: str = ""
    arena_bytes: int = 0
    cycles: int | None = None

    @property
    def output(self) -> Array:
        """The only output."""
        (output,) = self.outputs
        return output


def run_op(
    op: Any,
    inputs: Mapping[str, Array | None],
    *,
    target: str | Target = "cortex-m4",
    kernel: str | None = None,
    on: str = "host",
    activations: Sequence[str] = ("input", "other"),
    library: KernelLibrary | None = None,
    cycles: bool = False,
) -> OpRun:
    """One operator on given data.

    op: an operator such as DepthwiseConv2d(...). inputs: argument name -> array in the operator's
    layout and dtype (None or absent: left out). ``activations`` are the arguments that are given
    at run time; the rest are compiled in. kernel: a kernel's name, or the preferred one.
    on: "host" (which has the portable kernels only), "emulator" or "reference".
    library: a kernel library for the emulated core; its kernels are used where they apply.
    cycles: estimates cycles, too, where the emulated core has a model.

    Raises TcmError if the arguments do not fit the operator or the kernel cannot compute it.
    """
    case = Case("op", op, inputs, tuple(activations))
    return run_cases([case], target=target, kernel=kernel, on=on, library=library, cycles=cycles)[0]


def run_cases(
    cases: Sequence[Case],
    *,
    target: str | Target = "cortex-m4",
    kernel: str | Sequence[str] | None = None,
    on: str = "host",
    library: KernelLibrary | None = None,
    cycles: bool = False,
    checked: bool = False,
) -> list[OpRun]:
    """Many operators in one image, in order; see ``run_op``.

    kernel: one for all cases, or one for each ("": the preferred one).
    checked: raises TcmError for accesses outside of the buffers (inputs, output, arena), for
        outputs that depend on where these are or on what the arena had before and, on the host,
        for undefined behavior; not for measuring.
    """
    if on == "reference":
        return [OpRun(reference_outputs(case)) for case in cases]
    if on not in ("host", "emulator"):
        raise TcmError(
            "unknown place to run",
            expected="host, emulator or reference",
            got=on,
            hint="choose one of them",
        )
    place, library = (HOST, None) if on == "host" else (find_target(target), library)
    graphs = {f"case_{index}": case_graph(case) for index, case in enumerate(cases)}
    kernels = [kernel or ""] * len(cases) if kernel is None or isinstance(kernel, str) else kernel
    forced = {
        prefix: {graph.nodes[0].name: name}
        for (prefix, graph), name in zip(graphs.items(), kernels, strict=True)
        if name
    }
    generated = generate_all(graphs, place, library=library, forced=forced)
    runs = [(index, case_inputs(case)) for index, case in enumerate(cases)]
    programs = [item.program for item in generated]
    with Runner(programs, place, library=library, checked=checked) as runner:
        executions = runner.run(runs, cycles=cycles)
    return [_result(item, execution) for item, execution in zip(generated, executions, strict=True)]


def _result(item: Generated, execution: Execution) -> OpRun:
    types = item.graph.output_types(item.graph.nodes[0])
    return OpRun(
        tuple(
            np.frombuffer(data, type_.storage).reshape(type_.shape)
            for data, type_ in zip(execution.outputs, types, strict=True)
        ),
        execution.instructions,
        execution.stack_bytes,
        ", ".join(kernel.name for kernel in item.selection.values()),
        item.plan.arena_bytes,
        execution.cycles,
    )


def reference_outputs(case: Case) -> tuple[Array, ...]:
    """The operator's exact reference through ``torch.ops.tcm``."""
    import dataclasses

    import torch

    from .ops.pytorch.library import register

    register()
    tensors = [
        None if (data := case.tensors.get(name)) is None else torch.from_numpy(np.array(data))
        for name in case.op.tensor_names()
    ]
    fields = {item.name: getattr(case.op, item.name) for item in dataclasses.fields(case.op)}
    results = getattr(torch.ops.tcm, case.op.name)(*tensors, **fields)
    return tuple(r.numpy() for r in (results if isinstance(results, tuple) else (results,)))

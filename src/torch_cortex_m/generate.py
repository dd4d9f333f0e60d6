"""The second half of the story: graph -> kernels -> memory -> C, for one target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .artifacts import MemoryPlan, Program
from .emit import emit
from .errors import TcmError
from .ir import Graph
from .libraries import KernelLibrary, library_scratch_bytes
from .plan import plan_memory
from .select import Selection, layer_of, select_kernels
from .target import Target


@dataclass(frozen=True)
class Generated:
    """A graph's C for one target, with the decisions that led to it."""

    graph: Graph
    target: Target
    selection: Selection
    plan: MemoryPlan
    program: Program
    library: KernelLibrary | None = field(default=None)


def generate(
    graph: Graph,
    target: Target,
    *,
    prefix: str = "model",
    library: KernelLibrary | None = None,
    forced: Mapping[str, str] | None = None,
) -> Generated:
    """Selects, plans and emits. Raises TcmError if the model does not fit the target's memories."""
    symbols = library.symbols if library is not None else frozenset()
    selection = select_kernels(graph, target, library=symbols, forced=forced)
    nodes = [node for node in graph.nodes if not node.op.view]
    layers = {node.output: layer_of(graph, node) for node in nodes}
    scratch = {name: kernel.scratch_bytes(layers[name]) for name, kernel in selection.items()}
    if library is not None:
        scratch |= library_scratch_bytes(layers, selection, target, library)
    arguments = {node.output: node.arguments() for node in nodes}
    in_place = {
        name: tuple(
            value
            for argument in kernel.in_place(layers[name])
            if (value := arguments[name][argument]) is not None
        )
        for name, kernel in selection.items()
    }
    plan = plan_memory(graph, scratch, in_place)
    program = emit(graph, layers, selection, plan, prefix)
    check_fits(target, program)
    return Generated(graph, target, selection, plan, program, library)


def check_fits(target: Target, program: Program) -> None:
    """Raises TcmError if the constants or the arena are larger than the target's memories."""
    checks = (
        ("constants", "flash", program.constant_bytes, target.flash_limit),
        ("working memory", "RAM", program.arena_bytes, target.ram_limit),
    )
    for what, memory, size, limit in checks:
        if limit is not None and size > limit:
            raise TcmError(
                f"the model's {what} does not fit the {memory} of {target.name}",
                expected=f"at most {limit} bytes",
                got=f"{size} bytes",
                hint="use a smaller model, or a target with more memory "
                "(tcm.Target(..., flash_bytes=..., ram_bytes=...))",
            )

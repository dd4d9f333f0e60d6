"""The second half of the story: graph -> kernels -> memory -> C, for one target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .artifacts import MemoryPlan, Program
from .emit import emit
from .errors import TcmError
from .ir import Graph
from .libraries import KernelLibrary, library_scratch_bytes
from .ops.base import Layer
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
    return generate_all({prefix: graph}, target, library=library, forced=forced)[0]


def generate_all(
    graphs: Mapping[str, Graph],
    target: Target,
    *,
    library: KernelLibrary | None = None,
    forced: Mapping[str, str] | None = None,
) -> list[Generated]:
    """``generate`` for each graph by prefix; the library is asked for all scratch sizes at once."""
    symbols = library.symbols if library is not None else frozenset()
    chosen = {
        prefix: _choose(graph, select_kernels(graph, target, library=symbols, forced=forced))
        for prefix, graph in graphs.items()
    }
    asked = {
        (prefix, name): (kernel, choice.layers[name])
        for prefix, choice in chosen.items()
        for name, kernel in choice.selection.items()
        if kernel.scratch_function
    }
    sizes = {} if library is None else library_scratch_bytes(asked, target, library)
    return [
        _emit(
            prefix,
            choice,
            target,
            library,
            {n: size for (p, n), size in sizes.items() if p == prefix},
        )
        for prefix, choice in chosen.items()
    ]


@dataclass(frozen=True)
class _Choice:
    """A graph with a kernel for each layer."""

    graph: Graph
    selection: Selection
    layers: Mapping[str, Layer]


def _choose(graph: Graph, selection: Selection) -> _Choice:
    layers = {n.output: layer_of(graph, n) for n in graph.nodes if n.output in selection}
    return _Choice(graph, selection, layers)


def _emit(
    prefix: str,
    choice: _Choice,
    target: Target,
    library: KernelLibrary | None,
    library_scratch: Mapping[str, int],
) -> Generated:
    graph, selection, layers = choice.graph, choice.selection, choice.layers
    scratch = {name: kernel.scratch_bytes(layers[name]) for name, kernel in selection.items()}
    arguments = {node.output: node.arguments() for node in graph.nodes}
    in_place = {
        name: tuple(
            value
            for argument in kernel.in_place(layers[name])
            if (value := arguments[name][argument]) is not None
        )
        for name, kernel in selection.items()
    }
    plan = plan_memory(graph, scratch | dict(library_scratch), in_place)
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

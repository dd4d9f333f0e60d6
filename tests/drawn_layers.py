"""Layers that operators draw from a seed (see ops.random_layers), and what computes them."""

from __future__ import annotations

import numpy as np

from torch_cortex_m import TcmError, ops
from torch_cortex_m.ops.base import Case, Kernel
from torch_cortex_m.ops.rules.case_graph import case_graph
from torch_cortex_m.select import layer_of
from torch_cortex_m.target import Target

LARGEST = 20_000
"""Elements of a layer's tensors."""


def drawn_layers(operator: str, seed: int, count: int) -> list[Case]:
    """``count`` layers of each of the operator's generators: legal ones that are not too large."""
    cases: list[Case] = []
    for generator in ops.random_layers(operator):
        rng = np.random.default_rng(seed)
        wanted = len(cases) + count
        while len(cases) < wanted:
            name = f"{operator} {generator.__name__} of seed {seed}, number {len(cases)}"
            case = generator(rng, name)
            if _is_legal(case) and _elements(case) <= LARGEST:
                cases.append(case)
    return cases


def drawn_layer(operator: str, rng: np.random.Generator, largest: int = LARGEST) -> Case:
    """A layer of one of the operator's generators."""
    generators = ops.random_layers(operator)
    while True:
        case = generators[rng.integers(len(generators))](rng, f"{operator} {rng.random()}")
        if _is_legal(case) and _elements(case) <= largest:
            return case


def _is_legal(case: Case) -> bool:
    try:
        case_graph(case)
    except TcmError:
        return False  # such as a kernel larger than the padded input
    return True


def _elements(case: Case) -> int:
    return sum(data.size for data in case.tensors.values() if data is not None)


def kernels_for(operator: str, target: Target) -> list[str]:
    """Our kernels that a core with fewer features could not run: on this one they are tried."""
    finest = "mve" if "mve" in target.features else "dsp" if "dsp" in target.features else None
    kernels = ops.definition(operator).kernels
    names = [k.name for k in kernels if k.provider == "ours" and _finest_need(k) == finest]
    return list(dict.fromkeys(names))


def _finest_need(kernel: Kernel) -> str | None:
    return next((name for name in ("mve", "dsp") if name in kernel.needs), None)


def applicable(kernel: str, cases: list[Case]) -> list[Case]:
    """The cases that the kernel of this name computes."""
    return [case for case in cases if _applies(kernel, case)]


def _applies(name: str, case: Case) -> bool:
    graph = case_graph(case)
    layer = layer_of(graph, graph.nodes[0])
    kernels = ops.definition(case.op.name).kernels
    return any(kernel.name == name and kernel.computes(layer) for kernel in kernels)

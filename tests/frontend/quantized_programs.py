"""Programs that PT2E or a test by hand has quantized."""

from __future__ import annotations

import numpy as np
from frontend_checks import assert_close_in_steps, flat_outputs, output_steps, run_float
from torch import Tensor, nn

from torch_cortex_m.frontend.pytorch import import_pytorch
from torch_cortex_m.ir import Graph, verify

IMAGE = (1, 4, 8, 8)


def check_program(
    program: nn.Module, data: list[tuple[Tensor, ...]], exact: float = 0.8, steps: float = 1.0
) -> Graph:
    graph = import_pytorch(program, data[0])
    verify(graph)
    expected = flat_outputs(program, data[0])
    assert_close_in_steps(graph, run_float(graph, data[0]), expected, steps, exact)
    return graph


def equal_share(graph: Graph, program: nn.Module, data: list[tuple[Tensor, ...]]) -> float:
    """Of the elements of all outputs for all inputs, those that differ by less than half a step."""
    equal = [
        np.abs(one - other) / step < 0.5
        for inputs in data
        for one, other, step in zip(
            run_float(graph, inputs),
            flat_outputs(program, inputs),
            output_steps(graph),
            strict=True,
        )
    ]
    return float(np.concatenate([part.reshape(-1) for part in equal]).mean())

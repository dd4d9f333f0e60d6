"""Programs that PT2E or a test by hand has quantized."""

from __future__ import annotations

from frontend_checks import (
    assert_close_in_steps,
    flat_outputs,
    run_float,
)
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

"""Layers and kernels whose costs tests make up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from torch_cortex_m import ops
from torch_cortex_m.ops.base import Kernel, Layer
from torch_cortex_m.ops.linear.cases import case as linear_case
from torch_cortex_m.ops.rules.case_graph import case_graph
from torch_cortex_m.select import layer_of
from torch_cortex_m.target import CORES

M4 = CORES["cortex-m4"]


def layer(case: int = 0, operator: str = "depthwise_conv2d") -> Layer:
    graph = case_graph(ops.cases(operator)[case])
    return layer_of(graph, graph.nodes[0])


def fully_connected(outputs: int, inputs: int = 100) -> Layer:
    graph = case_graph(linear_case("dense", (1, inputs), outputs))
    return layer_of(graph, graph.nodes[0])


def kernels_with(count: int) -> list[Kernel]:
    """Kernels whose constants take ten bytes."""
    records = [kernel for kernel in ops.definition("linear").kernels if not kernel.symbols]
    pack = {"weight": np.zeros(10, np.int8)}
    return [replace(record, pack=lambda layer: pack) for record in records[:count]]

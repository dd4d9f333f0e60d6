"""The small graph whose C several tests look at."""

from __future__ import annotations

import numpy as np

from torch_cortex_m.ir import Graph, Port, Quantization, TensorType
from torch_cortex_m.ops.depthwise_conv2d.op import DepthwiseConv2d
from torch_cortex_m.ops.reshape.op import Reshape


def small_graph() -> Graph:
    """Two inputs and outputs, a view, an input that is an output, names that C does not allow."""
    graph = Graph("model")
    q = Quantization(0.5, 3)
    a = graph.add_input(
        "image/int", TensorType((1, 4, 4, 2), "int8", q), (1, 2, 4, 4), (0, 2, 3, 1)
    )
    b = graph.add_input("2nd input", TensorType((1, 3), "int8", q))
    weight = graph.add_constant("block.0.weight", np.arange(18, dtype=np.int8).reshape(1, 3, 3, 2))
    m = graph.add_constant("block.0.multipliers", np.full(2, 1 << 30, np.int32))
    s = graph.add_constant("block.0.shifts", np.full(2, -4, np.int32))
    op = DepthwiseConv2d(padding=(1, 1, 1, 1), input_offset=-3, output_offset=3)
    c = graph.add_node(op, (a, weight, None, m, s), "block.0", quantization=q, source="m.py:3")
    d = graph.add_node(op, (c, weight, None, m, s), "block.1", quantization=q)
    last = graph.add_node(op, (d, weight, None, m, s), "block.2", quantization=q)
    e = graph.add_node(Reshape((1, 32)), (last,), "flat", quantization=q)
    graph.outputs = [Port(e, (1, 32)), Port(c, (1, 2, 4, 4), (0, 2, 3, 1)), Port(b, (1, 3))]
    graph.outputs.append(Port(e, (1, 32)))
    graph.add_input("unused */ one", TensorType((1, 2), "int8", q))
    return graph

"""Placeholders of the program, which are inputs or states, as values of the graph."""

from __future__ import annotations

import numpy as np
import torch
from torch.fx import GraphModule, Node

from ...errors import TcmError
from ...ir import BYTES, Graph, TensorType
from ...ops.integers.arithmetic import quantize_array
from ...ops.pytorch.call import Activation, Integers, Operand, Unquantized
from ...ops.pytorch.node import is_real, shape_of
from .quantized import NodeQuantization, is_dequantize, node_quantization
from .result_quantization import following, not_quantized
from .states import STATE


def add_input(graph: Graph, node: Node, module: GraphModule) -> Operand:
    """Float inputs stay float; an int8 input has the parameters of its dequantize node. Bytes
    are int8, 128 less; indices are int32."""
    shape, dtype = shape_of(node), node.meta["val"].dtype
    if dtype == torch.float32:
        return Unquantized(graph.add_input(str(node.target), TensorType(shape, "float32")))
    if dtype == torch.uint8:
        value = graph.add_input(str(node.target), TensorType(shape, "int8", BYTES))
        return Activation(value, BYTES, real=False)
    if dtype != torch.int8:
        type_ = TensorType(shape, "bool" if dtype == torch.bool else "int32")
        return Integers(graph.add_input(str(node.target), type_))
    reader = next((user for user in node.users if is_dequantize(user)), None)
    if reader is None:
        raise TcmError(
            "an int8 input has no scale",
            where=f"input '{node.target}'",
            expected="float32, or int8 that a dequantize node reads",
            got="int8 alone",
            hint="give a float32 example: compiled, the input is int8 all the same",
        )
    quantization = node_quantization(reader, module).quantization
    value = graph.add_input(str(node.target), TensorType(shape, "int8", quantization))
    return Activation(value, quantization, real=False)


def add_state(graph: Graph, node: Node, module: GraphModule) -> Operand:
    """Of the first quantize node that it meets, integers as they are."""
    name, initial = node.meta[STATE].name, node.meta[STATE].initial.cpu().numpy()
    if not is_real(node.meta["val"]):
        return Integers(graph.add_state(name, initial.astype(_state_dtype(initial))))
    wanted = following(node, module)
    if wanted is None:
        raise not_quantized(node, f"state '{name}'")
    data = quantized_data(initial, wanted)
    return Activation(graph.add_state(name, data, wanted.quantization), wanted.quantization)


def _state_dtype(data: np.ndarray) -> str:
    """Indices are int32, as everywhere."""
    return "bool" if data.dtype == np.bool_ else "int32"


def quantized_data(data: np.ndarray, wanted: NodeQuantization) -> np.ndarray:
    scale, zero_point = wanted.quantization.scale, wanted.quantization.zero_point
    return quantize_array(data, scale, zero_point, False, wanted.dtype)

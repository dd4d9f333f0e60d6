"""The quantize and dequantize nodes of PT2E programs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
import torch.ao.quantization.fx._decomposed  # registers the operators
from torch.fx import GraphModule, Node

from ...errors import TcmError
from ...ir import INT8, Quantization, limits
from ...ops.pytorch.node import arguments
from .int16 import is_int16
from .source import where

INT16 = limits("int16")
"""Of states between recurrent layers."""

decomposed = torch.ops.quantized_decomposed

QUANTIZE_PER_TENSOR = (
    decomposed.quantize_per_tensor.default,
    decomposed.quantize_per_tensor.tensor,
)
DEQUANTIZE_PER_TENSOR = (
    decomposed.dequantize_per_tensor.default,
    decomposed.dequantize_per_tensor.tensor,
)
DEQUANTIZE_PER_CHANNEL = (decomposed.dequantize_per_channel.default,)


def is_quantize(node: Node) -> bool:
    return node.target in QUANTIZE_PER_TENSOR


def is_dequantize(node: Node) -> bool:
    return node.target in DEQUANTIZE_PER_TENSOR or node.target in DEQUANTIZE_PER_CHANNEL


def is_quantized(module: GraphModule) -> bool:
    """Whether somebody has quantized this program already."""
    return any(is_quantize(node) or is_dequantize(node) for node in module.graph.nodes)


@dataclass(frozen=True)
class NodeQuantization:
    """How a quantize or dequantize node maps: the parameters, and the least and largest integer."""

    quantization: Quantization
    limits: tuple[int, int] = INT8

    @property
    def dtype(self) -> str:
        """int16 of states, else int8."""
        return "int16" if self.limits == INT16 else "int8"


def node_quantization(node: Node, module: GraphModule) -> NodeQuantization:
    """What a per-tensor node says. Raises TcmError unless it is signed int8, or a state's int16."""
    if node.target in DEQUANTIZE_PER_CHANNEL:
        raise _not_int8(node, "activations quantized per channel")
    values = arguments(node)
    scale, zero_point = _number(values["scale"], module), int(_number(values["zero_point"], module))
    low, high = int(_number(values["quant_min"], module)), int(_number(values["quant_max"], module))
    if values["dtype"] == torch.int16 and _is_state(node):
        return NodeQuantization(Quantization(scale, zero_point), INT16)
    if values["dtype"] != torch.int8:
        raise _not_int8(node, str(values["dtype"]).removeprefix("torch."))
    ordered = INT8.low <= low <= zero_point <= high <= INT8.high
    if not (math.isfinite(scale) and scale > 0 and ordered):
        raise _not_int8(node, f"scale {scale:g}, zero point {zero_point}, range [{low}, {high}]")
    return NodeQuantization(Quantization(scale, zero_point), (low, high))


def _is_state(node: Node) -> bool:
    """Whether a quantize or dequantize node is behind a state that our own quantizer sees."""
    source: Any = node.args[0]
    return is_int16(source) or (is_quantize(source) and is_int16(source.args[0]))


def _number(value: object, module: GraphModule) -> float:
    """An argument that is a number or a constant tensor of one element."""
    if isinstance(value, Node):
        tensor = module
        for part in str(value.target).split("."):
            tensor = getattr(tensor, part)
        return tensor.item()  # type: ignore[operator]
    return value  # type: ignore[return-value]


def _not_int8(node: Node, got: str) -> TcmError:
    return TcmError(
        "activations must be quantized to signed int8, per tensor",
        where=where(node),
        expected=f"torch.int8 within {list(INT8)}, one positive scale, a zero point in that range",
        got=got,
        hint=f"in the quantizer's activation spec set dtype=torch.int8, quant_min={INT8.low}, "
        f"quant_max={INT8.high} and a per-tensor scheme",
    )

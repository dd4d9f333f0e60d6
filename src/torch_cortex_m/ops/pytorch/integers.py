"""Indices and counts from PyTorch: int32 in the graph, whether PyTorch has int32 or int64."""

from __future__ import annotations

import numpy as np
from torch.fx import Node

from ...errors import TcmError
from ...ir import INT32
from .call import Integers, PytorchCall
from .node import INDICES, arguments, values_of

BYTES = 4


def gives_integers(node: Node) -> bool:
    return all(value.dtype in INDICES for value in values_of(node))


def reads_integers(node: Node) -> bool:
    """Whether it gives integers, and reads no real numbers."""
    return gives_integers(node) and not any(
        value.dtype.is_floating_point for each in node.all_input_nodes for value in values_of(each)
    )


def problem(node: Node) -> str | None:
    """Integers are computed of integers and of truth values."""
    numbers = [value for value in arguments(node).values() if isinstance(value, float)]
    if numbers or not reads_integers(node):
        return "only of integers, where the result is one, is supported"
    return None


def integers(call: PytorchCall, argument: str, number: int | None = None) -> str:
    """An argument as int32: what is computed, a constant or a number; ``number`` instead of it.

    Raises TcmError for a constant beyond 32 bits.
    """
    operand = call.operands.get(argument)
    if isinstance(operand, Integers):
        return _as_int32(call, operand.value)
    constant = call.constant(argument)
    given = call.arguments.get(argument) if number is None else number
    data = np.array(given) if constant is None else constant.data
    if data.size and not INT32.low <= data.min() <= data.max() <= INT32.high:
        raise TcmError(
            f"'{call.name}' ({call.node.target}) computes with integers beyond 32 bits",
            where=call.source,
            expected=f"{INT32.low} to {INT32.high}",
            got=f"{data.min()} to {data.max()}",
            hint="clamp the integers, or compute with floats",
        )
    name = f"{call.name}.constant" if constant is None else constant.name
    return call.graph.add_constant(name, data.astype(np.int32))


def _as_int32(call: PytorchCall, value: str) -> str:
    if call.graph.types[value].dtype == "int32":
        return value
    return call.emit("cast", (value,), output_bytes=BYTES)

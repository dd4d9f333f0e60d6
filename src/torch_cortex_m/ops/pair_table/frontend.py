"""pair_table from PyTorch: the functions of two tensors of real numbers."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import torch
from torch.fx import Node
from torch.fx.node import map_arg

from ..integers.bounds import Array
from ..integers.tables import distinct, pair_entries
from ..pytorch.call import PytorchCall
from ..pytorch.function import overloads
from ..pytorch.node import is_real, tensor_arguments
from ..pytorch.operands import numbered_operand
from ..pytorch.pattern import Pattern
from .functions import FUNCTIONS


def _lower(call: PytorchCall) -> str:
    """A table of the operator itself, each entry its correctly rounded real value."""
    (first, rows), (second, columns) = (
        numbered_operand(call, name) for name in tensor_arguments(call.node)
    )
    ends = call.activation_limits()
    limits = ends["activation_min"], ends["activation_max"]
    table = pair_entries(partial(_evaluated, call.node), rows, columns, call.output, limits)
    data = dict(zip(("table", "rows", "columns"), distinct(table), strict=True))
    constants = [call.graph.add_constant(f"{call.name}.{name}", data[name]) for name in data]
    return call.emit("pair_table", (first, second, *constants))


def _evaluated(node: Node, *operands: Array) -> Array:
    """The node's operator of float64 arrays in place of its tensors."""
    tensors = map(torch.from_numpy, map(np.ascontiguousarray, operands))
    known: dict[Any, Any] = dict(zip(tensor_arguments(node).values(), tensors, strict=True))
    args, kwargs = map_arg((node.args, node.kwargs), known.__getitem__)
    target: Any = node.target
    return target(*args, **kwargs).numpy()


def _is_of_two(node: Node) -> bool:
    tensors = list(tensor_arguments(node).values())
    return len(tensors) == 2 and all(is_real(each.meta["val"]) for each in tensors)


PATTERNS = [
    Pattern(
        tuple(target for name in FUNCTIONS for target in overloads(name)),
        _lower,
        inputs=("self", "other"),
        function=True,
        fuses_activation=True,
        matches=_is_of_two,
        accepted="of two tensors",
    )
]

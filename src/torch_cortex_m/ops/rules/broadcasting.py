"""What functions of two tensors have in common: NumPy's broadcasting, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from ...ir import INT8, TensorType
from ..base import Layer, Op, TensorArgument
from ..integers.bounds import Array
from ..interfaces import Constants, Types
from .checks import check_max_rank
from .strides import broadcast_strides, loop_constants

OPERANDS = ("input", "other")

Shape = tuple[int, ...]


def operands(*dtypes: str) -> tuple[TensorArgument, ...]:
    return tuple(TensorArgument(name, dtypes) for name in OPERANDS)


class BroadcastingOp(Op):
    """A function of the elements of ``input`` and ``other``, one by one.

    Tensors: input and other, int8 or another type that both have, shapes of rank 6 at most that
    broadcast together as NumPy's do. Output: the broadcast shape, the same type. Kernels get the
    sizes and strides of ``loop_constants``.
    """

    tensors: ClassVar[tuple[TensorArgument, ...]] = operands("int8")
    elementwise: ClassVar[bool] = True

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        for name in OPERANDS:
            check_max_rank(self, types, name)
        expected = types["input"].dtype
        self.expect(types["other"].dtype == expected, "other", expected, types["other"].dtype)
        return broadcast_shape(self, *(types[name].shape for name in OPERANDS))

    def results(self, input: Array, other: Array) -> Array | None:
        """What the operator gives for int64 operands that broadcast: int8; None, if a table of that
        is slower than the operator."""
        return None

    def element_table(self, types: Types, constants: Constants) -> tuple[str, Array] | None:
        """Where one operand is a constant of a single element, and both are int8."""
        if types["input"].dtype != "int8":
            return None
        single = [name for name in OPERANDS if name in constants and constants[name].size == 1]
        others = [name for name in OPERANDS if name not in single]
        if len(others) != 1 or types[others[0]].shape != self.output_shape(types):
            return None
        operands = {single[0]: constants[single[0]].reshape(1).astype(np.int64)}
        operands[others[0]] = np.arange(INT8.low, INT8.high + 1)
        results = self.results(**operands)
        return None if results is None else (others[0], results)

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        output_shape = self.output_shape(types)
        strides = {name: broadcast_strides(types[name].shape, output_shape) for name in OPERANDS}
        return super().constants(types) | loop_constants(output_shape, strides)


def broadcast_shape(op: Op, first: Shape, second: Shape) -> Shape:
    """The shape that input's and other's give. Raises TcmError if they do not broadcast."""
    rank = max(len(first), len(second))
    aligned = ((1,) * (rank - len(shape)) + shape for shape in (first, second))
    pairs = list(zip(*aligned, strict=True))
    op.expect(
        all(a == b or a == 1 or b == 1 for a, b in pairs),
        "other",
        f"a shape that broadcasts with input's shape {first}",
        second,
    )
    return tuple(b if a == 1 else a for a, b in pairs)


def operands_not_broadcast(layer: Layer) -> tuple[str, ...]:
    """The operands that the output may overwrite: one as large as the output is read once, at the
    place that is written."""
    return tuple(name for name in OPERANDS if layer.types[name].elements == layer.output.elements)

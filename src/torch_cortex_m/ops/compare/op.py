"""compare: whether integers without a scale are equal or less, with broadcasting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ...ir import TensorType
from ..base import Kernel, TensorArgument
from ..rules.broadcasting import OPERANDS, BroadcastingOp

DTYPES = ("bool", "int32", "int64")


@dataclass(frozen=True, kw_only=True)
class Compare(BroadcastingOp):
    """Whether input equals other or, if ``less``, is less; the opposite, if ``negated``.

    Tensors: input and other of one type, bool, int32 or int64, shapes of rank 6 at most that
    broadcast together as NumPy's do. Output: the broadcast shape, bool. For quantized tensors there
    are ``equal`` and ``less``.
    """

    name: ClassVar[str] = "compare"
    tensors: ClassVar[tuple[TensorArgument, ...]] = tuple(
        TensorArgument(name, DTYPES) for name in OPERANDS
    )

    less: bool = False
    negated: bool = False

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        first, second = (types[name].dtype for name in OPERANDS)
        self.expect(first == second, "other", first, second)
        return super().output_shape(types)

    def output_dtype(self, types: Mapping[str, TensorType]) -> str:
        return "bool"

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        return super().constants(types) | {"element_bytes": types["input"].element_bytes}


OP = Compare
KERNELS = [Kernel("compare_integers__ref")]

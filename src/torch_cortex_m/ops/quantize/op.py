"""quantize: float32 -> int8 or int16."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...ir import Limits, Quantization, TensorType, limits
from ..base import Kernel, Layer, Op, TensorArgument
from ..integers.arithmetic import inverse_scale
from ..rules.checks import check_scale
from ..rules.integer_types import OUTPUTS
from ..rules.window import check_offset
from .kernels_dsp import DSP_KERNELS
from .kernels_scalar import SCALAR_KERNELS


@dataclass(frozen=True)
class Quantize(Op):
    """saturate(round(input * inverse_scale) + zero_point), ties to even; with ``ties_away``
    saturate(round(input / scale) + zero_point), ties away from zero.

    Tensors: input float32, any shape. Output: the same shape; int8, or int16 where
    ``output_bytes`` is 2.

    Product and quotient are float32, as the scale is then. Infinities saturate; a NaN counts as 0
    and becomes the zero point.
    Source: PT2E's quantized_decomposed.quantize_per_tensor, which this equals for every finite
    input. (The older torch.quantize_per_tensor adds the zero point before it rounds, so that ties
    go the other way where the zero point is odd.) With ``ties_away``: TensorFlow Lite's QUANTIZE.
    """

    name: ClassVar[str] = "quantize"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (TensorArgument("input", ("float32",)),)
    quantization_data: ClassVar[frozenset[str]] = frozenset({"scale", "zero_point", "output_bytes"})
    elementwise: ClassVar[bool] = True

    scale: float
    zero_point: int
    ties_away: bool = False
    output_bytes: int = 1

    def __post_init__(self) -> None:
        check_scale(self, self.scale)
        self.expect(self.output_bytes in (1, 2), "output_bytes", "1 or 2", self.output_bytes)
        check_offset(self, "zero_point", self.zero_point, *self.limits)

    @property
    def limits(self) -> Limits:
        return limits(OUTPUTS[self.output_bytes])

    @property
    def inverse_scale(self) -> float:
        """1 / scale; a float32 number."""
        return float(inverse_scale(self.scale))

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        return types["input"].shape

    def output_dtype(self, types: Mapping[str, TensorType]) -> str:
        return OUTPUTS[self.output_bytes]

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        return super().constants(types) | {
            "elements": types["input"].elements,
            "scale": float(np.float32(self.scale)),
            "inverse_scale": self.inverse_scale,
        }

    def quantizes(self) -> tuple[Quantization, bool] | None:
        return Quantization(self.scale, self.zero_point), self.ties_away


def _gives(dtype: str) -> Callable[[Layer], bool]:
    return lambda layer: layer.output.dtype == dtype


OP = Quantize
KERNELS = [
    Kernel("quantize_s8__ref", applies=_gives("int8")),
    Kernel("quantize_s16__ref", applies=_gives("int16")),
    *SCALAR_KERNELS,
    *DSP_KERNELS,
]

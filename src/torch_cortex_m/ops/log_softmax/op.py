"""log_softmax: logarithms of the softmax over the last dimension, in integers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...ir import INT8, Quantization, TensorType
from ..base import Kernel, Layer, Op, TensorArgument
from ..rules.window import check_activation, check_offset

MAX_ROW_SIZE = 8191
"""The longest row whose sum of exponentials, each at most 2^19, always fits 32 bits."""

EXPONENTIAL_BITS = 19
LOGARITHM_BITS = 16

ENTRIES = INT8.span + 1


@dataclass(frozen=True, kw_only=True)
class LogSoftmax(Op):
    """Over the last dimension, x - max(x) - log(sum(exp(x - max(x)))).

    Tensors: input [..., N] int8, N at most 8191. Output: the input's shape, int8.

    ``exponentials`` has 2^19 * exp of the differences 0, -1, ..., -255 to a row's largest element.
    With L, 2^16 times the sum's logarithm to the base 2, less 19, the output is
    round((difference * ``input_factor`` - L * ``logarithm_factor``) / 2^``shift``) +
    ``output_offset``, clamped. ``scaling`` computes the fields.
    """

    name: ClassVar[str] = "log_softmax"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (TensorArgument("input"),)
    quantization_data: ClassVar[frozenset[str]] = frozenset(
        {
            "exponentials",
            "input_factor",
            "logarithm_factor",
            "shift",
            "output_offset",
            "activation_min",
            "activation_max",
        }
    )

    exponentials: tuple[int, ...]
    input_factor: int
    logarithm_factor: int
    shift: int
    output_offset: int = 0
    activation_min: int = INT8.low
    activation_max: int = INT8.high

    def __post_init__(self) -> None:
        check_activation(self, self.activation_min, self.activation_max)
        check_offset(self, "output_offset", self.output_offset, *INT8)
        check_offset(self, "input_factor", self.input_factor, 0, (1 << 31) - 1)
        check_offset(self, "logarithm_factor", self.logarithm_factor, 0, (1 << 31) - 1)
        check_offset(self, "shift", self.shift, 1, 62)
        count = len(self.exponentials)
        self.expect(count == ENTRIES, "exponentials", f"{ENTRIES} entries", f"{count} entries")
        one = 1 << EXPONENTIAL_BITS
        fits = self.exponentials[0] == one and all(0 <= e <= one for e in self.exponentials)
        self.expect(fits, "exponentials", f"{one}, and no larger ones", self.exponentials[:3])

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        shape = types["input"].shape
        fits = len(shape) >= 1 and shape[-1] <= MAX_ROW_SIZE
        self.expect(fits, "input", f"a last dimension of 1 to {MAX_ROW_SIZE}", f"shape {shape}")
        return shape

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        row_size = types["input"].shape[-1]
        rows = types["input"].elements // row_size
        return super().constants(types) | {"rows": rows, "row_size": row_size}


def scaling(input: Quantization, output: Quantization) -> dict[str, int | tuple[int, ...]]:
    """The fields of LogSoftmax that follow from the quantizations."""
    differences = np.arange(ENTRIES, dtype=np.float64) * input.scale
    exponentials = np.rint(np.exp(-differences) * (1 << EXPONENTIAL_BITS)).astype(np.int64)
    factors = input.scale / output.scale, np.log(2.0) / (1 << LOGARITHM_BITS) / output.scale
    shift = int(np.clip(30 - np.floor(np.log2(max(factors))), 1, 62))
    steps, logarithms = (min(round(f * 2.0**shift), (1 << 31) - 1) for f in factors)
    return {
        "exponentials": tuple(int(each) for each in exponentials),
        "input_factor": steps,
        "logarithm_factor": logarithms,
        "shift": shift,
        "output_offset": output.zero_point,
    }


def _pack(layer: Layer) -> dict[str, np.ndarray]:
    return {"exponentials": np.array(layer.op.exponentials, np.int32)}


OP = LogSoftmax
KERNELS = [Kernel("log_softmax_s8__ref", pack=_pack, in_place=lambda layer: ("input",))]

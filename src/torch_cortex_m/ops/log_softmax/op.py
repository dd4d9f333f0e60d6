"""log_softmax: logarithms of the softmax over the last dimension, in integers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...ir import INT8, Quantization, TensorType
from ..base import Kernel, Layer, Op, TensorArgument
from ..interfaces import Constants, Reach, Types
from ..rules.rows import reach_of_rows
from ..rules.window import check_activation, check_offset

MAX_ROW_SIZE = 8191
"""The longest row whose sum of exponentials, each at most 2^19, always fits 32 bits."""

EXPONENTIAL_BITS = 19
"""Fractional bits of an exponential, which is at most 1."""

LOGARITHM_BITS = 26
"""Fractional bits of the logarithm of a sum."""

LARGEST_SHIFT = 22
"""With so many bits 256 steps of the output, which are all that count, fill 30 bits."""

ONE = 1 << 30
"""Of ``logarithm_factor``; also the farthest that a difference counts."""

ENTRIES = INT8.span + 1


@dataclass(frozen=True, kw_only=True)
class LogSoftmax(Op):
    """Over the last dimension, x - max(x) - log(sum(exp(x - max(x)))).

    Tensors: input [..., N] int8, N at most 8191. Output: the input's shape, int8.

    ``exponentials`` has 2^19 * exp of the differences 0, -1, ..., -255 to a row's largest element,
    and ``steps`` has these differences in steps of the output, times 2^``shift``. With L, 2^26
    times the logarithm of a row's sum of exponentials, the output is
    round((steps - L * ``logarithm_factor`` / 2^30) / 2^``shift``) + ``output_offset``, clamped.
    ``scaling`` computes the fields.
    Source: TensorFlow Lite's 8-bit LOG_SOFTMAX on gemmlowp's fixed point functions.
    """

    name: ClassVar[str] = "log_softmax"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (TensorArgument("input"),)
    quantization_data: ClassVar[frozenset[str]] = frozenset(
        {
            "exponentials",
            "steps",
            "logarithm_factor",
            "shift",
            "output_offset",
            "activation_min",
            "activation_max",
        }
    )

    exponentials: tuple[int, ...]
    steps: tuple[int, ...]
    logarithm_factor: int
    shift: int
    output_offset: int = 0
    activation_min: int = INT8.low
    activation_max: int = INT8.high

    def __post_init__(self) -> None:
        check_activation(self, self.activation_min, self.activation_max)
        check_offset(self, "output_offset", self.output_offset, *INT8)
        check_offset(self, "logarithm_factor", self.logarithm_factor, 0, ONE)
        check_offset(self, "shift", self.shift, 0, LARGEST_SHIFT)
        self._check_entries("exponentials", self.exponentials, 0, 1 << EXPONENTIAL_BITS)
        self._check_entries("steps", self.steps, -ONE, 0)
        one = 1 << EXPONENTIAL_BITS
        self.expect(self.exponentials[0] == one, "exponentials", f"{one} first", self.exponentials)

    def _check_entries(self, name: str, entries: tuple[int, ...], low: int, high: int) -> None:
        fits = len(entries) == ENTRIES and all(low <= entry <= high for entry in entries)
        self.expect(fits, name, f"{ENTRIES} entries within [{low}, {high}]", entries[:8])

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        shape = types["input"].shape
        fits = len(shape) >= 1 and shape[-1] <= MAX_ROW_SIZE
        self.expect(fits, "input", f"a last dimension of 1 to {MAX_ROW_SIZE}", f"shape {shape}")
        return shape

    def reach(self, types: Types, constants: Constants, argument: str, axis: int) -> Reach | None:
        return reach_of_rows(types, argument, axis)

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        row_size = types["input"].shape[-1]
        rows = types["input"].elements // row_size
        return super().constants(types) | {"rows": rows, "row_size": row_size}


def scaling(input: Quantization, output: Quantization) -> dict[str, int | tuple[int, ...]]:
    """The fields of LogSoftmax that follow from the quantizations."""
    differences = -np.arange(ENTRIES, dtype=np.float64) * input.scale
    exponentials = np.rint(np.exp(differences) * (1 << EXPONENTIAL_BITS))
    shift = int(np.clip(LOGARITHM_BITS + np.floor(np.log2(output.scale)), 0, LARGEST_SHIFT))
    steps = np.rint(np.maximum(differences / output.scale * 2.0**shift, -ONE))
    factor = min(round(2.0 ** (shift - LOGARITHM_BITS) / output.scale * ONE), ONE)
    return {
        "exponentials": tuple(int(each) for each in exponentials),
        "steps": tuple(int(each) for each in steps),
        "logarithm_factor": factor,
        "shift": shift,
        "output_offset": output.zero_point,
    }


def _pack(layer: Layer) -> dict[str, np.ndarray]:
    return {name: np.array(getattr(layer.op, name), np.int32) for name in ("exponentials", "steps")}


OP = LogSoftmax
KERNELS = [Kernel("log_softmax_s8__ref", pack=_pack, in_place=lambda layer: ("input",))]

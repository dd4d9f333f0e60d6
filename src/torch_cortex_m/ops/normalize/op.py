"""normalize: elements divided by their group's standard deviation or root of squares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import ClassVar

from ...ir import INT8, TensorType
from ..base import Kernel, TensorArgument
from ..interfaces import Constants, Reach, Types
from ..rules.quantized import QuantizedOp
from ..rules.window import check_offset, check_rank
from .kernels_rows import ROW_KERNELS

LARGEST_COUNT = 1 << 20
"""Keeps count * sum of squares below 2^57, and count * element - sum within int32."""

LARGEST_EPSILON = 1 << 61

BIAS_BITS = 16
"""Fractional bits of the bias, and of products before they are rounded."""

SCORE_BITS = {True: 20, False: 28}
"""Fractional bits of a score, by ``centered``: a centered score is at most 2^10, another 1."""


@dataclass(frozen=True, kw_only=True)
class Normalize(QuantizedOp):
    """What layer norm, group norm, instance norm, RMS norm and F.normalize do, in integers.

    Tensors: input [batches, places, groups, channels] int8; multipliers and bias
    [groups, channels] int32, optional. Output: the input's shape, int8.

    For each batch and group, over its places and channels, with q = input + ``input_offset``:

        centered:   score = (count * q - sum(q)) / sqrt(count * sum(q^2) - sum(q)^2 + epsilon)
        otherwise:  score = q / sqrt(sum(q^2) + epsilon)

    which is 0 where all that stands before epsilon is 0. The output is
    round(score * multiplier / 2^``shift`` + bias / 2^16) + ``output_offset``, clamped;
    ``multiplier`` counts where there are no multipliers. ``epsilon`` has ``epsilon_bits``
    fractional bits, an even number, as have the integers it is added to.

    The reciprocal square root is exact to 28 bits (see ``reference``), so that an output is the
    rounded real value, or next to it where that lies within 1/100 of the middle between two.
    """

    name: ClassVar[str] = "normalize"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (
        TensorArgument("input"),
        TensorArgument("multipliers", ("int32",), optional=True),
        TensorArgument("bias", ("int32",), optional=True),
    )
    quantization_data: ClassVar[frozenset[str]] = QuantizedOp.quantization_data | {
        "multipliers",
        "bias",
        "epsilon",
        "epsilon_bits",
        "multiplier",
        "shift",
    }

    centered: bool
    epsilon: int = 0
    epsilon_bits: int = 0
    multiplier: int = 0
    shift: int

    def __post_init__(self) -> None:
        super().__post_init__()
        check_offset(self, "epsilon", self.epsilon, 0, LARGEST_EPSILON)
        check_offset(self, "multiplier", self.multiplier, -(1 << 31), (1 << 31) - 1)
        least = BIAS_BITS - SCORE_BITS[self.centered]
        check_offset(self, "shift", self.shift, least, 40)
        even = 0 <= self.epsilon_bits <= 16 and self.epsilon_bits % 2 == 0
        self.expect(even, "epsilon_bits", "an even number in [0, 16]", self.epsilon_bits)

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        check_rank(self, types, "input", 4)
        shape = types["input"].shape
        count = shape[1] * shape[3]
        room = 1 << (61 - self.epsilon_bits)
        fits = count <= LARGEST_COUNT and largest_square(count, self.centered) < room
        expected = f"groups of {LARGEST_COUNT} elements at most, squares below {room}"
        self.expect(fits, "input", expected, f"{count}, shape {shape}")
        for name in ("multipliers", "bias"):
            if name in types:
                self.expect(types[name].shape == shape[2:], name, shape[2:], types[name].shape)
        return shape

    def reach(self, types: Types, constants: Constants, argument: str, axis: int) -> Reach | None:
        """From batch to batch, and from group to group where these have nothing of their own."""
        alike = axis == 0 or (axis == 2 and types.keys() == {"input"})
        return Reach(axis) if argument == "input" and alike else None

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        """The fields and sizes; ``score_shift`` and ``product_shift`` of the last two steps."""
        batches, places, groups, channels = types["input"].shape
        score_bits = SCORE_BITS[self.centered]
        return super().constants(types) | {
            "batches": batches,
            "places": places,
            "groups": groups,
            "channels": channels,
            "score_shift": 61 - score_bits - self.epsilon_bits // 2,
            "product_shift": score_bits + self.shift - BIAS_BITS,
        }

    def macs(self, types: Mapping[str, TensorType]) -> int:
        return prod(types["input"].shape)


def largest_square(count: int, centered: bool) -> int:
    """The largest value that epsilon is added to."""
    return INT8.span**2 * (count**2 if centered else count)


OP = Normalize
KERNELS = [Kernel("normalize_s8__ref", in_place=lambda layer: ("input",)), *ROW_KERNELS]

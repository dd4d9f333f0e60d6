"""rescale: integers of one width in another width, scale and zero point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ...ir import TensorType, limits
from ..base import Kernel, Op, TensorArgument
from ..rules.checks import check_multiplier
from ..rules.window import check_offset

DTYPES = ("int8", "int16", "int32")


@dataclass(frozen=True, kw_only=True)
class Rescale(Op):
    """requantize(input + input_offset) + output_offset, saturated, element by element.

    Tensors: input int8, int16 or int32, any shape. Output: the same shape, of ``output_bits``.

    ``input_offset`` is -input zero point, ``output_offset`` the output's zero point; sums are
    modulo 2^32. ``multiplier`` and ``shift`` stand for input scale / output scale.
    ``requantize`` is the same from int8 to int8, with all that passes know of it.
    Source: TensorFlow Lite's QUANTIZE of integers (reference_ops::Requantize); TOSA's RESCALE.
    """

    name: ClassVar[str] = "rescale"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (TensorArgument("input", DTYPES),)
    quantization_data: ClassVar[frozenset[str]] = frozenset(
        {"input_offset", "multiplier", "shift", "output_offset"}
    )

    input_offset: int = 0
    multiplier: int
    shift: int
    output_offset: int = 0
    output_bits: int

    def __post_init__(self) -> None:
        check_multiplier(self, "", self.multiplier, self.shift)
        fits = f"int{self.output_bits}" in DTYPES
        self.expect(fits, "output_bits", "8, 16 or 32", self.output_bits)
        check_offset(self, "output_offset", self.output_offset, *limits(f"int{self.output_bits}"))

    def output_types(self, types: Mapping[str, TensorType]) -> tuple[TensorType, ...]:
        low, high = types["input"].limits.negated()
        check_offset(self, "input_offset", self.input_offset, low, min(high, (1 << 31) - 1))
        return (TensorType(types["input"].shape, f"int{self.output_bits}"),)

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        low, high = limits(f"int{self.output_bits}")
        return super().constants(types) | {
            "elements": types["input"].elements,
            "input_bits": 8 * types["input"].element_bytes,
            "output_min": low,
            "output_max": high,
        }


OP = Rescale
KERNELS = [Kernel("rescale_integers__ref")]

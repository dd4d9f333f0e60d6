"""rescale: integers of one width as integers of another, in another scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ...ir import INT32, TensorType, limits
from ..base import Kernel, Layer, Op, TensorArgument
from ..rules.checks import check_multiplier
from ..rules.integer_types import OUTPUTS
from ..rules.window import check_offset


@dataclass(frozen=True, kw_only=True)
class Rescale(Op):
    """saturate(requantize(input + input_offset) + output_offset), element by element.

    Tensors: input int8, int16 or int32, any shape. Output: the same shape; its type has
    ``output_bytes`` bytes. Between int8 and int8 ``requantize`` is faster.

    ``input_offset`` is -input zero point, ``output_offset`` the output's zero point; ``multiplier``
    and ``shift`` stand for input scale / output scale. Sums and left shifts are modulo 2^32.
    Source: TensorFlow Lite's Requantize.
    """

    name: ClassVar[str] = "rescale"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (
        TensorArgument("input", ("int8", "int16", "int32")),
    )
    quantization_data: ClassVar[frozenset[str]] = frozenset(
        {"input_offset", "multiplier", "shift", "output_offset"}
    )
    elementwise: ClassVar[bool] = True

    output_bytes: int
    input_offset: int = 0
    multiplier: int = 1 << 30
    shift: int = 1
    output_offset: int = 0

    def __post_init__(self) -> None:
        fits = self.output_bytes in OUTPUTS
        self.expect(fits, "output_bytes", "1, 2 or 4", self.output_bytes)
        check_offset(self, "input_offset", self.input_offset, *INT32)
        check_offset(self, "output_offset", self.output_offset, *limits(self._output))
        check_multiplier(self, "", self.multiplier, self.shift)

    @property
    def _output(self) -> str:
        return OUTPUTS[self.output_bytes]

    def output_shape(self, types: Mapping[str, TensorType]) -> tuple[int, ...]:
        return types["input"].shape

    def output_dtype(self, types: Mapping[str, TensorType]) -> str:
        return self._output

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        low, high = limits(self._output)
        return super().constants(types) | {
            "elements": types["input"].elements,
            "input_bytes": types["input"].element_bytes,
            "low": low,
            "high": high,
        }


def _in_place(layer: Layer) -> tuple[str, ...]:
    same = layer.types["input"].element_bytes == layer.output.element_bytes
    return ("input",) if same else ()


OP = Rescale
KERNELS = [Kernel("rescale_integers__ref", in_place=_in_place)]

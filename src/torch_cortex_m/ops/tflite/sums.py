"""The sums and differences of TensorFlow Lite."""

from __future__ import annotations

from collections.abc import Callable

from ..rules.scaled_operands import rescaling
from .call import TfliteCall

LEFT_SHIFTS = {"int8": 20, "int16": 15}
"""Type -> the bits that a sum has below its operands."""


def lower_sum(operator: str) -> Callable[[TfliteCall], str]:
    """The lowering of ADD or SUB of the arguments input and other to ``operator``."""

    def lower(call: TfliteCall) -> str:
        input, other = call.quantization("input"), call.quantization("other")
        output = call.output.quantization
        if max(input.scale, other.scale) == 0:
            raise call.error("both operands have the scale 0", expected="one scale above 0")
        left_shift = LEFT_SHIFTS[call.output.value_dtype]
        call.multiplier(2.0 * max(input.scale, other.scale) / output.scale / (1 << left_shift))
        return call.emit(
            operator,
            (call.value("input"), call.value("other")),
            **rescaling(input.scale, other.scale, output.scale, left_shift),
            input_offset=-input.zero_point,
            other_offset=-other.zero_point,
            output_offset=output.zero_point,
            **call.activation_limits(),
        )

    return lower

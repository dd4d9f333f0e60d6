"""The sums and differences of TensorFlow Lite."""

from __future__ import annotations

from collections.abc import Callable

from ..rules.scaled_operands import rescaling
from .call import TfliteCall


def lower_sum(operator: str) -> Callable[[TfliteCall], str]:
    """The lowering of ADD or SUB of the arguments input and other to ``operator``."""

    def lower(call: TfliteCall) -> str:
        input, other = call.quantization("input"), call.quantization("other")
        output = call.output.quantization
        call.multiplier(2.0 * max(input.scale, other.scale) / output.scale / (1 << 20))
        return call.emit(
            operator,
            (call.value("input"), call.value("other")),
            **rescaling(input.scale, other.scale, output.scale),
            input_offset=-input.zero_point,
            other_offset=-other.zero_point,
            output_offset=output.zero_point,
            **call.activation_limits(),
        )

    return lower

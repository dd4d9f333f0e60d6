"""div from TensorFlow Lite: DIV, with broadcasting."""

from __future__ import annotations

from ..tflite.builtin import Argument, Builtin
from ..tflite.call import TfliteCall
from .op import LARGEST_SHIFT


def _lower(call: TfliteCall) -> str:
    """Scales are divided in double precision. Source: TFLite-Micro since autumn 2026; before, and
    in LiteRT, they were divided in float32. Both leave open what division by zero gives, and shift
    by more bits than int32 has where a quotient is far below one step, which is 0 here."""
    input, other = call.quantization("input"), call.quantization("other")
    output = call.output.quantization
    real = input.scale / (other.scale * output.scale)
    multiplier, shift = call.multiplier(real)
    if shift > LARGEST_SHIFT:
        raise call.error(
            "the scales of a division are too far apart",
            expected=f"input scale / (other scale * output scale) below 2^{LARGEST_SHIFT}",
            got=f"{real:g}",
        )
    return call.emit(
        "div",
        (call.value("input"), call.value("other")),
        input_offset=-input.zero_point,
        other_offset=-other.zero_point,
        output_offset=output.zero_point,
        multiplier=multiplier,
        shift=shift,
        **call.activation_limits(),
    )


BUILTINS = [Builtin("DIV", _lower, (Argument("input"), Argument("other")), options="DivOptions")]

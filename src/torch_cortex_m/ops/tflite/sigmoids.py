"""LOGISTIC and TANH of int16 from TensorFlow Lite, whose functions of int8 are tables."""

from __future__ import annotations

import math
from collections.abc import Callable

from .call import TfliteCall

RESULT_SCALE = 2.0**-15
STEPS = 3 * 4096
"""Of the input of the interpolation, in 1."""

LONGEST_SHIFT = 30


def sigmoid_or(
    lower: Callable[[TfliteCall], str], *, hyperbolic: bool = False
) -> Callable[[TfliteCall], str]:
    """The lowering of int16 by interpolation, of others by ``lower``."""

    def lowering(call: TfliteCall) -> str:
        if call.tensors["input"].dtype != "int16":
            return lower(call)
        _check(call)
        multiplier, shift = _factor(call, powers=(0, 1) if hyperbolic else (0,))
        fields = {"multiplier": multiplier, "shift": shift, "hyperbolic": hyperbolic}
        return call.emit("interpolated_sigmoid", (call.value(),), **fields)

    return lowering


def _check(call: TfliteCall) -> None:
    input, output = call.quantization(), call.output.quantization
    if input.zero_point or output.zero_point or output.scale != RESULT_SCALE:
        raise call.error(
            "it has an unexpected quantization",
            expected="zero points of 0 and a result's scale of 2^-15",
            got=f"{input}, {output}",
        )


def _factor(call: TfliteCall, powers: tuple[int, ...]) -> tuple[int, int]:
    """multiplier and shift that take the input to ``STEPS``: exact for these ``powers`` above
    Q3.12, else 15 bits, rounded down. Source: TFLite-Micro's preparation of LOGISTIC and TANH."""
    scale = call.quantization().scale
    fraction, exponent = math.frexp(scale)
    if fraction == 0.5 and exponent - 1 + 12 in powers:
        return 3 << (exponent + 11), 0
    multiplier, shift = scale * STEPS, 0
    while multiplier <= 32767 / 2 and shift <= LONGEST_SHIFT:
        multiplier, shift = multiplier * 2, shift + 1
    if multiplier > 32767 or shift > LONGEST_SHIFT:
        raise call.error(
            "the scale of the input is out of range",
            expected=f"between {32767 / STEPS / (1 << LONGEST_SHIFT):g} and {32767 / STEPS:g}",
            got=f"{scale:g}",
        )
    return int(multiplier), shift

"""cumsum from TensorFlow Lite: CUMSUM."""

from __future__ import annotations

from math import prod

from ..tflite.builtin import Argument, Builtin, Kind
from ..tflite.call import TfliteCall

LEFT_SHIFT = 19
"""20, less the factor 1/2 that takes inputs to twice their scale."""


def _lower(call: TfliteCall) -> str:
    """The sums begin with the input's offset, as TensorFlow Lite's do.

    Source: TensorFlow Lite Micro's CUMSUM.
    """
    shape = call.shape()
    axis = call.axis(call.integer("axis"), len(shape))
    input, output = call.quantization(), call.output.quantization
    multiplier, shift = call.multiplier(2.0 * input.scale / ((1 << 20) * output.scale))
    sizes = (prod(shape[:axis]), shape[axis], prod(shape[axis + 1 :]))
    sums = call.emit(
        "cumsum",
        (call.reshape(call.value(), sizes, ".blocks"),),
        ".sums",
        exclusive=bool(call.options.number("Exclusive")),
        reverse=bool(call.options.number("Reverse")),
        input_offset=-input.zero_point,
        start=-input.zero_point,
        left_shift=LEFT_SHIFT,
        multiplier=multiplier,
        shift=shift,
        output_offset=output.zero_point,
    )
    return call.reshape(sums, shape, suffix="")


BUILTINS = [
    Builtin(
        "CUMSUM",
        _lower,
        (Argument("input"), Argument("axis", Kind.CONSTANT, ("int32",))),
        options="CumsumOptions",
    )
]

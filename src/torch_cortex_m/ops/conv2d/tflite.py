"""conv2d from TensorFlow Lite: CONV_2D, with groups where the weights have fewer channels."""

from __future__ import annotations

from ..tflite.builtin import BYTES, Argument, Builtin
from ..tflite.call import TfliteCall
from ..tflite.weights import BIAS, WEIGHT, convolution_operands
from ..tflite.window import window

OUTPUT_CHANNEL_AXIS = 0
"""Of weights [C_out, KH, KW, C_in / groups]."""


def _lower(call: TfliteCall) -> str:
    operands = convolution_operands(call, OUTPUT_CHANNEL_AXIS)
    _, height, width, group_channels = call.data("weight").shape
    return call.emit(
        "conv2d",
        operands,
        **window(call, (height, width)),
        groups=max(call.shape()[3] // group_channels, 1),
        input_offset=-call.quantization().zero_point,
        output_offset=call.output.quantization.zero_point,
        **call.activation_limits(),
    )


BUILTINS = [
    Builtin(
        "CONV_2D",
        _lower,
        (Argument("input", dtypes=BYTES), WEIGHT, BIAS),
        options="Conv2DOptions",
        outputs=BYTES,
    )
]

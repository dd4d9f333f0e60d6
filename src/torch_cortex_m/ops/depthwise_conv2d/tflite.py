"""depthwise_conv2d from TensorFlow Lite: DEPTHWISE_CONV_2D."""

from __future__ import annotations

from ..tflite.builtin import BYTES, Argument, Builtin
from ..tflite.call import TfliteCall
from ..tflite.weights import BIAS, WEIGHT, convolution_operands
from ..tflite.window import window

OUTPUT_CHANNEL_AXIS = 3
"""Of weights [1, KH, KW, C_out]."""


def _lower(call: TfliteCall) -> str:
    """The depth multiplier follows from the shapes, as TensorFlow Lite has it too: the one in the
    options is not read."""
    operands = convolution_operands(call, OUTPUT_CHANNEL_AXIS)
    _, height, width, channels = call.data("weight").shape
    return call.emit(
        "depthwise_conv2d",
        operands,
        **window(call, (height, width)),
        depth_multiplier=max(channels // call.shape()[3], 1),
        input_offset=-call.quantization().zero_point,
        output_offset=call.output.quantization.zero_point,
        **call.activation_limits(),
    )


BUILTINS = [
    Builtin(
        "DEPTHWISE_CONV_2D",
        _lower,
        (Argument("input", dtypes=BYTES), WEIGHT, BIAS),
        options="DepthwiseConv2DOptions",
        outputs=BYTES,
    )
]

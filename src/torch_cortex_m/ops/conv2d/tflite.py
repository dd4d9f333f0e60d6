"""conv2d from TensorFlow Lite: CONV_2D, with groups where the weights have fewer channels."""

from __future__ import annotations

import numpy as np

from ..tflite.builtin import ACTIVATIONS, Argument, Builtin
from ..tflite.call import TfliteCall
from ..tflite.weights import (
    BIAS,
    WEIGHT,
    convolution_operands,
    convolution_weight,
    with_wide_channels,
)
from ..tflite.window import window

OUTPUT_CHANNEL_AXIS = 0
"""Of weights [C_out, KH, KW, C_in / groups]."""


def _lower(call: TfliteCall) -> str:
    weight, shape = convolution_weight(call), call.shape()
    _, height, width, group_channels = weight.shape
    fields = window(call, (height, width))
    groups = max(shape[3] // group_channels, 1)
    if groups > 1 and weight.dtype != np.int8:
        raise call.error("uint8 weights in groups", expected="one group", got=groups)
    value, weight = with_wide_channels(call, call.value(), weight)
    return call.emit(
        "conv2d",
        convolution_operands(call, value, weight, OUTPUT_CHANNEL_AXIS),
        **fields,
        groups=groups,
        input_offset=-call.quantization().zero_point,
        output_offset=call.output.quantization.zero_point,
        **call.activation_limits(),
    )


BUILTINS = [
    Builtin(
        "CONV_2D",
        _lower,
        (Argument("input", dtypes=ACTIVATIONS), WEIGHT, BIAS),
        options="Conv2DOptions",
        outputs=ACTIVATIONS,
    )
]

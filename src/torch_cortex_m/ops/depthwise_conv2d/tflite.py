"""depthwise_conv2d from TensorFlow Lite: DEPTHWISE_CONV_2D."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..rules.movement import all_places
from ..tflite.builtin import ACTIVATIONS, Argument, Builtin
from ..tflite.call import TfliteCall
from ..tflite.weights import (
    BIAS,
    WEIGHT,
    check_wide_bias,
    convolution_operands,
    convolution_weight,
    int8_parts,
    scales_per_channel,
    sum_operands,
)
from ..tflite.window import window

OUTPUT_CHANNEL_AXIS = 3
"""Of weights [1, KH, KW, C_out]."""


def _lower(call: TfliteCall) -> str:
    """The depth multiplier follows from the shapes, as TensorFlow Lite has it too: the one in the
    options is not read."""
    weight, shape = convolution_weight(call), call.shape()
    _, height, width, channels = weight.shape
    if call.tensors["input"].dtype == "int16":
        return _lower_wide(call, weight)
    value, weight, fields = _with_wide_rows(call, weight, window(call, (height, width)))
    return call.emit(
        "depthwise_conv2d",
        convolution_operands(call, value, weight, OUTPUT_CHANNEL_AXIS),
        **fields,
        depth_multiplier=max(channels // shape[3], 1),
        input_offset=-call.quantization().zero_point,
        output_offset=call.output.quantization.zero_point,
        **call.activation_limits(),
    )


def _lower_wide(call: TfliteCall, weight: np.ndarray) -> str:
    """Of int16, as a convolution in groups of one channel."""
    check_wide_bias(call)
    taps = np.ascontiguousarray(weight.transpose(3, 1, 2, 0))
    scales = scales_per_channel(call, len(taps), OUTPUT_CHANNEL_AXIS)
    reals = call.quantization().scale * scales / call.output.quantization.scale
    return call.emit(
        "conv2d",
        (call.value(), *sum_operands(call, taps, reals, axis=0)),
        **window(call, weight.shape[1:3]),
        groups=call.shape()[3],
        **call.activation_limits(),
    )


def _with_wide_rows(
    call: TfliteCall, weight: np.ndarray, fields: dict[str, Any]
) -> tuple[str, np.ndarray, dict[str, Any]]:
    """The input, int8 weights and the window that give the sums of weights of nine bits: each row
    of the input comes as often as there are parts of the weights, whose rows alternate."""
    parts = int8_parts(weight)
    count = len(parts)
    if count == 1:
        return call.value(), parts[0], fields
    rows = np.stack([_without_dilation(part, fields["dilation"][0]) for part in parts], axis=2)
    value = call.value()
    places = np.repeat(all_places(call.shape()), count, axis=1)
    top, left, bottom, right = fields["padding"]
    vertical, horizontal = fields["stride"]
    return (
        call.move_value(value, places, ".wide_rows"),
        rows.reshape(1, -1, *rows.shape[3:]),
        {
            "stride": (count * vertical, horizontal),
            "padding": (count * top, left, count * bottom, right),
            "dilation": (1, fields["dilation"][1]),
        },
    )


def _without_dilation(weight: np.ndarray, dilation: int) -> np.ndarray:
    """The weights with rows of zeros between theirs."""
    _, height, *others = weight.shape
    rows = np.zeros((1, (height - 1) * dilation + 1, *others), weight.dtype)
    rows[:, ::dilation] = weight
    return rows


BUILTINS = [
    Builtin(
        "DEPTHWISE_CONV_2D",
        _lower,
        (Argument("input", dtypes=ACTIVATIONS), WEIGHT, BIAS),
        options="DepthwiseConv2DOptions",
        outputs=ACTIVATIONS,
    )
]

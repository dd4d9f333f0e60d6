"""linear from TensorFlow Lite: FULLY_CONNECTED."""

from __future__ import annotations

from math import prod

import numpy as np

from ..tflite_base import Argument, Builtin, Kind
from ..tflite_lowering import Call
from ..tflite_weights import scales_per_channel, sum_operands, without_zero_points

DEFAULT_WEIGHTS_FORMAT = 0
"""The schema's FullyConnectedOptionsWeightsFormat: rows of input features, not shuffled."""


def _lower(call: Call) -> str:
    weight = call.data("weight")
    if weight.ndim != 2 or call.options.number("WeightsFormat") != DEFAULT_WEIGHTS_FORMAT:
        raise call.error(
            "the weights are not laid out as expected",
            expected="rank 2: [output features, input features], not shuffled",
            got=f"shape {weight.shape}, format {call.options.number('WeightsFormat')}",
        )
    reals, weight_offset = _reals(call, weight.shape[0])
    rows = _rows(call, weight.shape[1])
    return call.emit(
        "linear",
        (rows, call.add_constant("weight", weight), *sum_operands(call, reals)),
        input_offset=-call.quantization().zero_point,
        weight_offset=weight_offset,
        output_offset=call.output.quantization.zero_point,
        **call.activation_limits(),
    )


def _reals(call: Call, features: int) -> tuple[np.ndarray, int]:
    """The multiplier of each output feature, and the weight offset.

    With one scale for all, the product of the two scales is rounded to float32.
    Source: TensorFlow Lite's GetQuantizedConvolutionMultipler, and
    PopulateConvolutionQuantizationParams for scales per channel.
    """
    scales = scales_per_channel(call, features, axis=0)
    input_scale, output_scale = call.quantization().scale, call.output.quantization.scale
    if call.tensors["weight"].scales.size > 1:
        without_zero_points(call)
        return input_scale * scales / output_scale, 0
    with np.errstate(over="ignore", under="ignore"):
        product = float(np.float32(input_scale) * np.float32(scales[0]))
    return np.full(features, product / output_scale), -call.quantization("weight").zero_point


def _rows(call: Call, features: int) -> str:
    """The input as [rows, features]; with keep_num_dims its own leading dimensions stay."""
    shape = call.shape()
    if call.options.number("KeepNumDims"):
        return call.value()
    elements = prod(shape)
    if elements % features:
        raise call.error(
            "the input does not fit the weights",
            expected=f"a multiple of {features} elements",
            got=f"shape {shape}",
        )
    return call.reshape(call.value(), (elements // features, features))


BUILTINS = [
    Builtin(
        "FULLY_CONNECTED",
        _lower,
        (
            Argument("input"),
            Argument("weight", Kind.CONSTANT),
            Argument("bias", Kind.CONSTANT, ("int32",), optional=True),
        ),
        options="FullyConnectedOptions",
    )
]

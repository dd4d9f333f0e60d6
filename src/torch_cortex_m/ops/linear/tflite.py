"""linear from TensorFlow Lite: FULLY_CONNECTED; with weights that are computed, batch_matmul."""

from __future__ import annotations

from math import prod

import numpy as np

from ..tflite.builtin import ACTIVATIONS, Argument, Builtin, Kind
from ..tflite.call import TfliteCall
from ..tflite.weights import (
    BIAS,
    WEIGHT_DTYPES,
    centred,
    scales_per_channel,
    sum_operands,
    with_wide_channels,
    without_zero_points,
)

DEFAULT_WEIGHTS_FORMAT = 0
"""The schema's FullyConnectedOptionsWeightsFormat: rows of input features, not shuffled."""


def _lower(call: TfliteCall) -> str:
    if call.tensors["input"].dtype == "int16":
        return _wide(call)
    return _product(call) if "weight" in call.values else _linear(call)


def _wide(call: TfliteCall) -> str:
    """Of int16, as a convolution of single places."""
    if "weight" in call.values:
        raise call.error(
            "weights that are computed are not supported beside int16",
            expected="constant weights, or activations of int8",
        )
    weight = call.data("weight")
    _check_layout(call, weight.shape)
    without_zero_points(call)
    features, channels = weight.shape
    rows = _rows(call, channels)
    shape = call.graph.types[rows].shape
    places = call.reshape(rows, (1, 1, prod(shape[:-1]), shape[-1]), ".places")
    reals = call.quantization().scale * _scales(call, features) / call.output.quantization.scale
    result = call.emit(
        "conv2d",
        (places, *sum_operands(call, weight.reshape(features, 1, 1, channels), reals, axis=0)),
        ".of_places",
        **call.activation_limits(),
    )
    return call.reshape(result, (*shape[:-1], features), "")


def _product(call: TfliteCall) -> str:
    """Of the input and weights that are computed, without a bias."""
    if "bias" in call.tensors and call.data("bias").any():
        raise call.error(
            "a bias beside weights that are computed is not supported",
            expected="constant weights, no bias, or one of zeros",
        )
    shape = call.shape("weight")
    _check_layout(call, shape)
    input, weight = call.quantization("input"), call.quantization("weight")
    output = call.output.quantization
    multiplier, shift = call.multiplier(input.scale * weight.scale / output.scale)
    return call.emit(
        "batch_matmul",
        (_rows(call, shape[1]), call.value("weight")),
        transpose_other=True,
        input_offset=-input.zero_point,
        other_offset=-weight.zero_point,
        output_offset=output.zero_point,
        multiplier=multiplier,
        shift=shift,
        **call.activation_limits(),
    )


def _linear(call: TfliteCall) -> str:
    """Multipliers are input scale * weight scale / output scale in double precision.

    Source: TFLite-Micro since autumn 2026 and LiteRT's reference. TFLite-Micro before and LiteRT's
    optimized kernels round the product of the first two to float32 where the weights have one
    scale.
    """
    _check_layout(call, call.data("weight").shape)
    weight = _weight(call)
    scales = _scales(call, weight.shape[0])
    reals = call.quantization().scale * scales / call.output.quantization.scale
    rows, weight = with_wide_channels(call, _rows(call, weight.shape[1]), weight)
    return call.emit(
        "linear",
        (rows, *sum_operands(call, weight, reals, axis=0)),
        input_offset=-call.quantization().zero_point,
        output_offset=call.output.quantization.zero_point,
        **call.activation_limits(),
    )


def _check_layout(call: TfliteCall, shape: tuple[int, ...]) -> None:
    if len(shape) != 2 or call.options.number("WeightsFormat") != DEFAULT_WEIGHTS_FORMAT:
        raise call.error(
            "the weights are not laid out as expected",
            expected="rank 2: [output features, input features], not shuffled",
            got=f"shape {shape}, format {call.options.number('WeightsFormat')}",
        )


def _scales(call: TfliteCall, channels: int) -> np.ndarray:
    """One scale for all weights must not be negative, here only. Source: TensorFlow Lite's
    GetQuantizedConvolutionMultipler."""
    scales = scales_per_channel(call, channels, axis=0)
    if call.tensors["weight"].scales.size == 1 and (scales < 0).any():
        raise call.error("the weights' scale is negative", expected="at least 0", got=scales[0])
    return scales


def _weight(call: TfliteCall) -> np.ndarray:
    """[output features, input features]; weights with one scale may have a zero point."""
    if call.tensors["weight"].scales.size > 1:
        without_zero_points(call)
    return centred(call)


def _rows(call: TfliteCall, features: int) -> str:
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
            Argument("input", dtypes=ACTIVATIONS),
            Argument("weight", Kind.OPERAND, WEIGHT_DTYPES),
            BIAS,
        ),
        options="FullyConnectedOptions",
        outputs=ACTIVATIONS,
    )
]

"""The weights of TensorFlow Lite's convolutions and fully connected layers."""

from __future__ import annotations

import numpy as np

from ...ir import INT8
from ..rules.checks import LARGEST_WIDE_SHIFT
from ..rules.movement import all_places
from .builtin import Argument, Kind
from .call import TfliteCall

WEIGHT_DTYPES = ("int8", "int4", "uint8")
WEIGHT = Argument("weight", Kind.CONSTANT, WEIGHT_DTYPES)
BIAS = Argument("bias", Kind.CONSTANT, ("int32", "int64"), optional=True)
"""int64 beside activations of int16."""

LARGEST_WIDE_BIAS = 1 << 46
"""Half of what that requantization takes."""


def scales_per_channel(call: TfliteCall, channels: int, axis: int) -> np.ndarray:
    """The weight's scale for each output channel [channels] float64.

    Scales may be 0 or negative, as TensorFlow Lite computes with them. Raises TcmError if the
    weight is quantized along another axis than ``axis``, or its scales are not finite.
    """
    weight = call.tensors["weight"]
    scales = weight.scales.astype(np.float64)
    if scales.size not in (1, channels) or (scales.size > 1 and weight.axis != axis):
        raise call.error(
            "the weights' scales do not fit the weights",
            expected=f"1 scale, or {channels} along dimension {axis}",
            got=f"{scales.size} along dimension {weight.axis}",
        )
    if not np.isfinite(scales).all():
        raise call.error("the weights' scales are not usable", expected="finite numbers")
    return np.broadcast_to(scales, channels)


def centred(call: TfliteCall) -> np.ndarray:
    """The weights less their zero point: int8, or int16 of nine bits."""
    weight = call.data("weight")
    if not call.tensors["weight"].zero_points.any() and call.tensors["weight"].dtype != "uint8":
        return weight
    zero_point = call.quantization("weight").zero_point
    if not INT8.low <= zero_point <= INT8.high:
        raise call.error(
            "the weights' zero point is none of their type",
            expected=f"one that is {call.tensors['weight'].dtype}",
            got=int(call.tensors["weight"].zero_points[0]),
        )
    return weight.astype(np.int16) - zero_point


def int8_parts(weight: np.ndarray) -> list[np.ndarray]:
    """int8 weights whose sum is ``weight``; only that, if it is int8."""
    if weight.dtype == np.int8:
        return [weight]
    parts = [np.clip(weight, *INT8)]
    while (rest := weight - sum(parts)).any():
        parts.append(np.clip(rest, *INT8))
    return [part.astype(np.int8) for part in parts]


def with_wide_channels(call: TfliteCall, value: str, weight: np.ndarray) -> tuple[str, np.ndarray]:
    """A value [..., channels] and int8 weights [..., channels] that give the same sums.

    Channels that have weights of nine bits come a second time, with what is left of these.
    """
    whole, *others = int8_parts(weight)
    for part in others:
        read = np.flatnonzero(part.reshape(-1, part.shape[-1]).any(axis=0))
        shape = call.graph.types[value].shape
        again = call.move_value(value, all_places(shape)[..., read], ".wide_channels")
        value = call.concatenate(value, again, len(shape) - 1, ".with_wide_channels")
        whole = np.concatenate([whole, part[..., read]], axis=-1)
    return value, whole


def without_zero_points(call: TfliteCall, argument: str = "weight") -> None:
    """Raises TcmError if the weight has a zero point."""
    zero_points = call.tensors[argument].zero_points
    if zero_points.any():
        raise call.error(
            "the weights have zero points",
            expected="symmetric int8 weights, as the int8 quantization specification has them",
            got=f"zero points up to {np.abs(zero_points).max()}",
        )


def symmetric_scale(call: TfliteCall, argument: str) -> np.float32:
    """The only scale of a weight. Raises TcmError if it has another number of them, a zero point,
    or a scale that is not finite or negative."""
    without_zero_points(call, argument)
    scales = call.tensors[argument].scales
    if scales.size != 1 or not (np.isfinite(scales).all() and scales[0] >= 0):
        raise call.error(
            f"the {argument} has no usable scale",
            expected="one scale of at least 0",
            got=scales[0] if scales.size == 1 else f"{scales.size} scales",
        )
    return np.float32(scales[0])


def sum_operands(
    call: TfliteCall, weight: np.ndarray, reals: np.ndarray, axis: int
) -> tuple[str | None, ...]:
    """The arguments weight, bias, multipliers and shifts of a weighted sum; ``reals`` [channels]
    float64 take its sums to the output's scale.

    Where one is negative, the channel's weights (along ``axis``) and bias change their sign
    instead: the product that is rounded stays the same.
    """
    unique, places = np.unique(np.abs(reals), return_inverse=True)
    pairs = np.array([call.multiplier(float(real)) for real in unique], np.int32)
    multipliers, shifts = pairs[places].T
    if call.tensors["input"].dtype == "int16":
        _check_wide(call, np.abs(reals).max(), shifts.max())
    return (
        _weight(call, weight, reals < 0, axis),
        _bias(call, reals < 0),
        call.add_constant("multipliers", multipliers),
        call.add_constant("shifts", shifts),
    )


def _check_wide(call: TfliteCall, factor: float, shift: int) -> None:
    """Raises TcmError if it is no sum of int8 weights that 64 bits hold."""
    weight, bias = call.tensors["weight"].dtype, call.tensors.get("bias")
    if weight != "int8":
        raise call.error(f"its weight is {weight}", expected="int8 beside int16", got=weight)
    if shift > LARGEST_WIDE_SHIFT:
        raise call.error(
            "the scales of inputs, weights and output are too far apart",
            expected=f"input scale * weight scale / output scale below {1 << LARGEST_WIDE_SHIFT}",
            got=f"{factor:g}",
        )
    if bias is not None and bias.dtype == "int64":
        data = call.data("bias")
        if not ((data >= -LARGEST_WIDE_BIAS) & (data <= LARGEST_WIDE_BIAS)).all():
            raise call.error("its bias is too large", expected="at most 2^46 on either side of 0")


def _weight(call: TfliteCall, weight: np.ndarray, negative: np.ndarray, axis: int) -> str:
    channels_last = np.moveaxis(weight, axis, -1)
    data = _negated(call, "weight", channels_last, negative)
    return call.add_constant("weight", np.ascontiguousarray(np.moveaxis(data, -1, axis)))


def _bias(call: TfliteCall, negative: np.ndarray) -> str | None:
    if "bias" not in call.tensors:
        return None
    data = call.data("bias")
    if data.dtype == np.int64 and call.tensors["input"].dtype != "int16":
        raise call.error(
            "its bias is int64, not int32", expected="int32, where activations are not int16"
        )
    if data.size != negative.size:
        raise call.error(
            "the bias does not fit the weights",
            expected=negative.size,
            got=data.size,
            hint="it has one element for each output channel",
        )
    return call.add_constant("bias", _negated(call, "bias", data.reshape(-1), negative))


def _negated(call: TfliteCall, argument: str, data: np.ndarray, negative: np.ndarray) -> np.ndarray:
    """``data`` [..., channels] with the other sign in the channels that are ``negative``; without
    such channels no copy, as a file's operators may share their weights."""
    if not negative.any():
        return data
    least = np.iinfo(data.dtype).min
    if (data[..., negative] == least).any():
        raise call.error(
            f"the {argument} cannot change its sign where its scale is negative",
            expected=f"values above {least} in channels with a negative scale",
            got=least,
        )
    return np.where(negative, -data, data)


def check_wide_bias(call: TfliteCall) -> None:
    """Raises TcmError if sums of int16 activations have a bias of 32 bits, which TFLite-Micro does
    not read as such in this operator."""
    bias = call.tensors.get("bias")
    if bias is not None and call.tensors["input"].dtype == "int16" and bias.dtype == "int32":
        raise call.error("its bias is int32", expected="int64 beside int16", got="int32")


def convolution_weight(call: TfliteCall) -> np.ndarray:
    """``centred`` weights [., KH, KW, .]; only uint8 ones may have a zero point."""
    weight = call.data("weight")
    if weight.ndim != 4:
        raise call.error("the weights have a wrong rank", expected=4, got=weight.ndim)
    if call.tensors["weight"].dtype != "uint8":
        without_zero_points(call)
    return centred(call)


def convolution_operands(
    call: TfliteCall, value: str, weight: np.ndarray, axis: int
) -> tuple[str | None, ...]:
    """The operands of a convolution of a value; int8 weights with the output channels along
    ``axis``.

    Each multiplier is input scale * weight scale / output scale in double precision.
    Source: TensorFlow Lite's PopulateConvolutionQuantizationParams.
    """
    scales = scales_per_channel(call, weight.shape[axis], axis)
    reals = call.quantization().scale * scales / call.output.quantization.scale
    return (value, *sum_operands(call, weight, reals, axis))

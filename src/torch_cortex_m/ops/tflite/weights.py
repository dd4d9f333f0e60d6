"""The weights of TensorFlow Lite's convolutions and fully connected layers."""

from __future__ import annotations

import numpy as np

from .call import Call


def scales_per_channel(call: Call, channels: int, axis: int) -> np.ndarray:
    """The weight's scale for each output channel [channels] float64.

    Raises TcmError if the weight is quantized along another axis than ``axis``, or its scales are
    not positive and finite.
    """
    weight = call.tensors["weight"]
    scales = weight.scales.astype(np.float64)
    if scales.size not in (1, channels) or (scales.size > 1 and weight.axis != axis):
        raise call.error(
            "the weights' scales do not fit the weights",
            expected=f"1 scale, or {channels} along dimension {axis}",
            got=f"{scales.size} along dimension {weight.axis}",
        )
    if not (np.isfinite(scales).all() and (scales > 0).all()):
        raise call.error("the weights' scales are not usable", expected="positive numbers")
    return np.broadcast_to(scales, channels)


def without_zero_points(call: Call) -> None:
    """Raises TcmError if the weight has a zero point."""
    zero_points = call.tensors["weight"].zero_points
    if zero_points.any():
        raise call.error(
            "the weights have zero points",
            expected="symmetric int8 weights, as the int8 quantization specification has them",
            got=f"zero points up to {np.abs(zero_points).max()}",
        )


def sum_operands(call: Call, reals: np.ndarray) -> tuple[str | None, str, str]:
    """The arguments bias, multipliers and shifts of a weighted sum; ``reals`` [channels] float64
    take its sums to the output's scale."""
    unique, places = np.unique(reals, return_inverse=True)
    pairs = np.array([call.multiplier(float(real)) for real in unique], np.int32)
    multipliers, shifts = pairs[places].T
    return (
        _bias(call, reals.size),
        call.add_constant("multipliers", multipliers),
        call.add_constant("shifts", shifts),
    )


def _bias(call: Call, channels: int) -> str | None:
    if "bias" not in call.tensors:
        return None
    data = call.data("bias")
    if data.size != channels:
        raise call.error("the bias does not fit the weights", expected=channels, got=data.size)
    return call.add_constant("bias", data.reshape(-1))


def convolution_operands(call: Call, axis: int) -> tuple[str | None, ...]:
    """The operands of a convolution whose weight has its output channels along ``axis``.

    Each multiplier is input scale * weight scale / output scale in double precision.
    Source: TensorFlow Lite's PopulateConvolutionQuantizationParams.
    """
    weight = call.data("weight")
    if weight.ndim != 4:
        raise call.error("the weights have a wrong rank", expected=4, got=weight.ndim)
    without_zero_points(call)
    scales = scales_per_channel(call, weight.shape[axis], axis)
    reals = call.quantization().scale * scales / call.output.quantization.scale
    return (call.value(), call.add_constant("weight", weight), *sum_operands(call, reals))

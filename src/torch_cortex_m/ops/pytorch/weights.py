"""Weights, bias and requantization of a weighted sum, shared by convolutions and linear.

Source: TensorFlow Lite 8-bit quantization specification: bias scale = input scale * weight scale,
bias zero point 0, multiplier = input scale * weight scale / output scale.
"""

from __future__ import annotations

import numpy as np

from ...errors import TcmError
from ...ir import INT32
from ..integers.arithmetic import quantize_multipliers
from .call import Constant, PytorchCall, QuantizedData
from .pattern import Weight

LARGEST_SHIFT = 30


def quantized_weight(call: PytorchCall, weight: Weight) -> QuantizedData:
    """The weight's integers, as int8; per tensor or along its dimension of output channels."""
    constant = call.constant(weight.argument)
    if constant is None or constant.quantized is None:
        raise TcmError(
            f"the weight of '{call.name}' ({call.node.target}) is not quantized",
            where=call.source,
            expected="int8 weights, per tensor or per channel, behind a dequantize node",
            got="float weights in a program that is quantized elsewhere",
            hint="annotate this operator in the quantizer, or give the float model",
        )
    quantized = constant.quantized
    if quantized.values.dtype != np.int8 or quantized.axis not in (None, weight.channel_axis):
        raise TcmError(
            f"the weight of '{call.name}' ({call.node.target}) is quantized in another way",
            where=call.source,
            expected=f"int8, per tensor or per channel along dimension {weight.channel_axis}",
            got=f"{quantized.values.dtype}, channels along dimension {quantized.axis}",
            hint="change the weight's quantization in the quantizer, or give the float model",
        )
    return quantized


def without_zero_points(call: PytorchCall, weight: QuantizedData) -> QuantizedData:
    """``weight``, checked to be symmetric."""
    if np.any(weight.zero_points):
        raise TcmError(
            f"the weights of '{call.name}' ({call.node.target}) have a zero point",
            where=call.source,
            expected="symmetric weights: zero point 0",
            got=f"zero points {sorted(set(weight.zero_points.tolist()))}",
            hint="quantize weights with a symmetric scheme (torch.per_channel_symmetric)",
        )
    return weight


def sum_operands(
    call: PytorchCall,
    quantized: QuantizedData,
    input_scale: float,
    channels: int,
    bias: str | None = "bias",
) -> tuple[str | None, str, str]:
    """Adds bias (int32), multipliers and shifts [channels] as constants; returns their names."""
    scales = input_scale * quantized.per_channel(channels).scales
    requantization = add_requantization(call, scales, call.output.scale)
    return (_add_bias(call, bias, scales), *requantization)


def add_requantization(
    call: PytorchCall, scales: np.ndarray, output_scale: float, kind: str = ""
) -> tuple[str, str]:
    """Adds the multipliers and shifts from ``scales`` to ``output_scale`` as constants; returns
    their names."""
    multipliers, shifts = quantize_multipliers(scales / output_scale)
    if np.any(shifts > LARGEST_SHIFT):
        raise TcmError(
            f"the scales of '{call.name}' ({call.node.target}) do not fit together",
            where=call.source,
            expected=f"input scale * weight scale / output scale below 2^{LARGEST_SHIFT}",
            got=f"{float(np.max(scales)) / output_scale:g}",
            hint="calibrate with data on which this operator's result is not constant",
        )
    name = f"{call.name}.{kind}" if kind else call.name
    return (
        call.graph.add_constant(f"{name}.multipliers", multipliers),
        call.graph.add_constant(f"{name}.shifts", shifts),
    )


def _add_bias(call: PytorchCall, argument: str | None, scales: np.ndarray) -> str | None:
    bias = None if argument is None else call.constant(argument)
    if argument is None or bias is None:
        return None
    return call.add_constant(argument, quantize_bias(bias, scales))


def quantize_bias(bias: Constant, scales: np.ndarray) -> np.ndarray:
    """round(bias / scales), ties away from zero, saturated to int32.

    Integers that the program has at these very scales stay as they are.
    """
    quantized = bias.quantized
    if quantized is not None and not np.any(quantized.zero_points):
        given = quantized.per_channel(len(scales)).scales
        if np.allclose(given, scales, rtol=1e-6, atol=0.0):
            return quantized.values.reshape(-1).astype(np.int32)
    real = bias.data.reshape(-1).astype(np.float64) / scales
    rounded = np.trunc(real + np.copysign(0.5, real))
    return np.clip(rounded, *INT32).astype(np.int32)

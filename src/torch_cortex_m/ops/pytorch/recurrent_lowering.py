"""Lowering of recurrent layers: the operands and fields that all of them have."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ir import Quantization
from ..integers.arithmetic import quantize_multiplier
from .call import Constant, PytorchCall
from .pattern import Recurrence, Weight
from .weights import (
    add_requantization,
    quantize_bias,
    quantized_weight,
    without_zero_points,
)

GATE_SCALE = 2.0**-12
"""Of the sums that sigmoid and tanh are computed of."""

FUNCTION_SCALE = 2.0**-15
"""Of the results of sigmoid and tanh."""


def gate_operands(
    call: PytorchCall, recurrence: Recurrence, hidden: Quantization, scale: float = GATE_SCALE
) -> tuple[str, ...]:
    """Adds the weights, the biases, and the multipliers and shifts that take sums to ``scale``;
    returns their names in the operator's order."""
    weights: list[str] = []
    biases: list[str] = []
    requantizations: list[str] = []
    input_scales = (call.input().quantization.scale, hidden.scale)
    for (argument, bias), input_scale in zip(recurrence.weights.items(), input_scales, strict=True):
        quantized = without_zero_points(call, quantized_weight(call, Weight(argument)))
        rows = len(quantized.values)
        scales = input_scale * quantized.per_channel(rows).scales
        weights.append(call.add_constant(argument, quantized.values))
        if bias:
            constant = call.constant(bias)
            assert constant is not None
            biases.append(call.add_constant(bias, quantize_bias(constant, scales)))
        of_gates = scales[:: rows // recurrence.gates]
        requantizations += add_requantization(call, of_gates, scale, argument)
    return (*weights, *biases, *requantizations)


def initial_state(
    call: PytorchCall, argument: str, quantization: Quantization, dtype: str = "int8"
) -> str:
    """What the layer begins with, as integers of ``dtype`` in the state's quantization."""
    operand = call.operands[argument]
    if isinstance(operand, Constant):
        return call.add_quantized(operand, quantization, dtype)
    return call.rescale(call.input(argument), quantization, dtype)


def layer_fields(call: PytorchCall, hidden: Quantization, scale: float) -> dict[str, Any]:
    """The fields of every recurrent operator; ``scale``: of what becomes hidden values."""
    multiplier, shift = quantize_multiplier(scale / hidden.scale)
    return {
        "input_offset": -call.input().quantization.zero_point,
        "hidden_zero_point": hidden.zero_point,
        "hidden_multiplier": multiplier,
        "hidden_shift": shift,
        "time_major": not call.arguments["batch_first"],
    }


def power_of_two(quantization: Quantization) -> int:
    """The exponent of a state's scale."""
    return round(np.log2(quantization.scale))

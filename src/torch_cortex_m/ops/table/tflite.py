"""table from TensorFlow Lite: the functions of one number, with the roundings of TFLite-Micro."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from ...ir import INT8, INT16
from ..integers.arithmetic import requantize_array
from ..integers.bounds import Array
from ..integers.fixed_point import logistic, reciprocal_root, saturate, shift_right, tanh
from ..integers.tables import VALUES
from ..tflite.builtin import ACTIVATIONS, BYTES, Argument, Builtin
from ..tflite.call import TfliteCall
from ..tflite.sigmoids import sigmoid_or

INTEGER_BITS = 4
"""Of the fixed point input of logistic and tanh."""

ROOT_BITS = 20
"""Fractional bits of a reciprocal root."""

Function = Callable[[TfliteCall], Array]
"""The 256 results of one use, before they are limited to int8."""


def _table(function: Function) -> Callable[[TfliteCall], str]:
    def lower(call: TfliteCall) -> str:
        results = np.clip(function(call), *INT8)
        table = tuple(int(result) for result in results)
        return call.emit("table", (call.value(),), table=table)

    return lower


def _inputs(call: TfliteCall) -> Array:
    """The 256 inputs without their zero point."""
    return VALUES.astype(np.int64) - call.quantization().zero_point


def _scales(call: TfliteCall) -> tuple[np.float32, np.float32]:
    return np.float32(call.quantization().scale), np.float32(call.output.quantization.scale)


def _rescaled(call: TfliteCall, values: Array, real: float) -> Array:
    """round(values * real), with TensorFlow Lite's two roundings."""
    multiplier, shift = call.multiplier(real)
    return requantize_array(values, np.array(multiplier), np.array(shift))


def _fixed_point(call: TfliteCall, function: Callable[[Array], Array], result_shift: int) -> Array:
    """A function of Q4.27 in Q0.31, its results shifted; beyond a radius it is at its ends.

    Source: TensorFlow Lite's CalculateInputRadius and reference_integer_ops.
    """
    inputs = _inputs(call)
    scale = call.quantization().scale
    fraction, shift = math.frexp(scale * (1 << (31 - INTEGER_BITS)))
    if shift < 0:
        raise call.error(
            "the scale of the input is too small", expected=f"at least {2.0**-28:g}", got=scale
        )
    radius = (((1 << INTEGER_BITS) - 1) << (31 - INTEGER_BITS)) >> shift
    multiplier = np.array(round(fraction * (1 << 31)), np.int64)
    inside = np.abs(inputs) < radius
    fixed = requantize_array(np.where(inside, inputs, 0), multiplier, np.array(min(shift, 30)))
    results = shift_right(function(fixed), result_shift)
    return np.where(inside, results, np.where(inputs > -radius, 1 << 8, -(1 << 8)))


def _logistic(call: TfliteCall) -> Array:
    """The result's scale counts as 1/256, whatever the file says."""
    if call.output.dtype == "uint8":
        return _logistic_of_uint8(call)
    zero_point = call.output.quantization.zero_point
    if zero_point != INT8.low:
        raise call.error(
            "the result of LOGISTIC has an unexpected quantization",
            expected=f"scale 1/256, zero point {INT8.low}",
            got=f"scale {call.output.quantization.scale:g}, zero point {zero_point}",
        )
    return np.clip(_fixed_point(call, logistic, 23) + INT8.low, *INT8)


def _tanh(call: TfliteCall) -> Array:
    """The result's scale counts as 1/128 and its zero point as 0, whatever the file says."""
    if call.output.dtype == "uint8":
        return _tanh_of_uint8(call)
    return _fixed_point(call, tanh, 24)


def _leaky_relu(call: TfliteCall) -> Array:
    """Source: TensorFlow Lite's QuantizeLeakyRelu."""
    inputs = _inputs(call)
    slope, identity = _leaky_factors(call)
    negative = math.copysign(1, slope) * _rescaled(call, inputs, abs(slope))
    results = np.where(inputs >= 0, _rescaled(call, inputs, identity), negative)
    return results.astype(np.int64) + call.output.quantization.zero_point


def _leaky_factors(call: TfliteCall) -> tuple[float, float]:
    """Of negative and of other inputs, in double precision."""
    scale, output_scale = call.quantization().scale, call.output.quantization.scale
    alpha = call.options.number("Alpha")
    if not math.isfinite(alpha):
        raise call.error("alpha is not usable", expected="a finite number", got=alpha)
    return scale * alpha / output_scale, scale / output_scale


def _hard_swish(call: TfliteCall) -> Array:
    """Source: TensorFlow Lite's quantized HardSwish, whose arithmetic has 16 bits."""
    scale, output_scale = _scales(call)
    hires_scale = np.float32(1.0 / 128.0) * scale
    inputs = _inputs(call) << 7
    multiplier, shift = _multiplier_16(call, float(hires_scale / output_scale))
    if shift > 0:
        raise call.error(
            "the scales of HARD_SWISH are too far apart",
            expected="input scale / output scale below 128",
            got=f"{float(scale / output_scale):g}",
        )
    reluish = _reluish(call, inputs, float(hires_scale / np.float32(3.0 / 32768.0)))
    products = reluish * _multiply_16(inputs, multiplier)
    preshift = np.sign(products) * (np.abs(products) >> 15)
    steps = _shift_right_16(preshift, -shift)
    return _wrap_16(steps + call.output.quantization.zero_point)


def _reluish(call: TfliteCall, inputs: Array, real: float) -> Array:
    """(inputs * real / 2^15 + 1) / 2 in Q0.15, within [0, 1]."""
    multiplier, shift = _multiplier_16(call, real)
    values = inputs
    if shift > 0:
        values = saturate(values << (shift - 1), 16)
    values = _multiply_16(values, multiplier)
    if shift > 0:
        values = saturate(values << 1, 16)
    if shift < 0:
        values = _shift_right_16(values, -shift)
    return (values + (1 << 15)) >> 1


def _multiplier_16(call: TfliteCall, real: float) -> tuple[int, int]:
    """A multiplier in Q0.15 and its shift. Source: DownScaleInt32ToInt16Multiplier."""
    multiplier, shift = call.multiplier(real)
    return min((multiplier + (1 << 15)) >> 16, (1 << 15) - 1), shift


def _multiply_16(values: Array, multiplier: int) -> Array:
    """round(values * multiplier / 2^15), ties up."""
    return saturate((values * multiplier + (1 << 14)) >> 15, 16)


def _shift_right_16(values: Array, shift: int) -> Array:
    """round(values / 2^shift), ties away from zero, with a mask of 16 bits."""
    mask = _wrap_16(np.array((1 << shift) - 1))
    return (values >> shift) + ((values & mask) > (mask >> 1) + (values < 0))


def _wrap_16(values: Array) -> Array:
    return ((values + (1 << 15)) & 0xFFFF) - (1 << 15)


def _elu(call: TfliteCall) -> Array:
    """Source: TFLite-Micro's PopulateLookupTable."""
    return _in_float32(call, lambda x: np.where(x < 0, _exp(x) - np.float32(1), x))


def _in_float32(call: TfliteCall, function: Callable[[Array], Array]) -> Array:
    """A function of float32. Source: LiteRT's LUTPopulate."""
    scale, output_scale = _scales(call)
    with np.errstate(over="ignore"):
        results = function(scale * _inputs(call).astype(np.float32))
        steps = results * (np.float32(1) / output_scale)
    rounded = np.trunc(steps.astype(np.float64) + np.copysign(0.5, steps))
    return np.clip(rounded, -1e6, 1e6).astype(np.int64) + call.output.quantization.zero_point


def _exp(values: Array) -> Array:
    """Correctly rounded to float32, but for ties of ties."""
    return np.exp(values.astype(np.float64)).astype(np.float32)


def _logistic_of_uint8(call: TfliteCall) -> Array:
    return _in_float32(call, lambda x: np.float32(1) / (np.float32(1) + _exp(-x)))


def _tanh_of_uint8(call: TfliteCall) -> Array:
    return _in_float32(call, lambda x: np.tanh(x.astype(np.float64)).astype(np.float32))


def _abs(call: TfliteCall) -> Array:
    """Source: TFLite-Micro's AbsEvalQuantized; the multiplier is a float32 quotient."""
    scale, output_scale = _scales(call)
    values = np.abs(_inputs(call))
    if scale != output_scale:
        with np.errstate(over="ignore"):
            values = _rescaled(call, values, float(scale / output_scale))
    return values + call.output.quantization.zero_point


def _rsqrt(call: TfliteCall) -> Array:
    """The largest result where there is none: TFLite-Micro has it for zero, and stops for negative
    inputs. Source: TFLite-Micro's RsqrtEvalQuantized."""
    inputs = _inputs(call)
    scale, output_scale = _scales(call)
    with np.errstate(over="ignore", divide="ignore"):
        multiplier, shift = call.multiplier(1 / float(np.sqrt(scale) * output_scale))
    roots, root_shifts = reciprocal_root(np.maximum(inputs, 1))
    fractions = requantize_array(np.array(1), roots, root_shifts + ROOT_BITS)
    steps = requantize_array(fractions, np.array(multiplier), np.array(shift - ROOT_BITS))
    return np.where(inputs > 0, steps + call.output.quantization.zero_point, INT8.high)


def _lower_leaky(call: TfliteCall) -> str:
    return _wide_leaky_relu(call) if call.output.dtype == "int16" else _table(_leaky_relu)(call)


def _wide_leaky_relu(call: TfliteCall) -> str:
    """Of int16, as prelu with a slope of 1 in the scale alpha."""
    slope, identity = _leaky_factors(call)
    if slope < 0:
        raise call.error("a negative alpha is not supported beside int16", expected="at least 0")
    multiplier, shift = call.multiplier(identity)
    slope_multiplier, slope_shift = call.multiplier(slope)
    return call.emit(
        "prelu",
        (call.value(), call.add_constant("slope", np.ones((), np.int16))),
        input_offset=-call.quantization().zero_point,
        output_offset=call.output.quantization.zero_point,
        multiplier=multiplier,
        shift=shift,
        slope_multiplier=slope_multiplier,
        slope_shift=slope_shift,
        activation_min=INT16.low,
        activation_max=INT16.high,
    )


INPUT = (Argument("input", dtypes=BYTES),)
ANY = (Argument("input", dtypes=ACTIVATIONS),)
BUILTINS = [
    Builtin("LOGISTIC", sigmoid_or(_table(_logistic)), ANY, outputs=ACTIVATIONS),
    Builtin("TANH", sigmoid_or(_table(_tanh), hyperbolic=True), ANY, outputs=ACTIVATIONS),
    Builtin("HARD_SWISH", _table(_hard_swish), INPUT, outputs=BYTES),
    Builtin("LEAKY_RELU", _lower_leaky, ANY, "LeakyReluOptions", outputs=ACTIVATIONS),
    Builtin("ELU", _table(_elu)),
    Builtin("ABS", _table(_abs)),
    Builtin("RSQRT", _table(_rsqrt)),
]

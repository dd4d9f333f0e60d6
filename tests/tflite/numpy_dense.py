"""FULLY_CONNECTED in NumPy, from the file's tensors: independent of the compiler's own code.

It rounds twice, as CMSIS-NN and TFLite-Micro do: a doubling high multiplication rounded to
nearest, then a rounding shift to the right with ties away from zero.
"""

from __future__ import annotations

import math

import numpy as np
import tflite


def multiplier_and_shift(real: float) -> tuple[int, int]:
    fraction, exponent = math.frexp(real)
    multiplier = math.floor(fraction * 2**31 + 0.5)
    return (multiplier // 2, exponent + 1) if multiplier == 2**31 else (multiplier, exponent)


def rescale(sums: np.ndarray, multiplier: int, shift: int) -> np.ndarray:
    """int64 sums; shift is not positive in the models that this serves."""
    assert shift <= 0
    high = (sums * multiplier + (1 << 30)) >> 31
    half = (1 << -shift) >> 1
    magnitude = (np.abs(high) + half) >> -shift
    return np.where(high < 0, -magnitude, magnitude)


def run(content: bytes, inputs: np.ndarray) -> list[np.ndarray]:
    """Every layer's int8 output [samples, features] of a chain of FULLY_CONNECTED."""
    model = tflite.Model.GetRootAs(content)
    graph = model.Subgraphs(0)
    results, values = [], inputs
    for index in range(graph.OperatorsLength()):
        operator = graph.Operators(index)
        source, weight, bias = (graph.Tensors(operator.Inputs(i)) for i in range(3))
        output = graph.Tensors(operator.Outputs(0))
        options = tflite.FullyConnectedOptions()
        options.Init(operator.BuiltinOptions().Bytes, operator.BuiltinOptions().Pos)
        rows = _data(model, weight, np.int8).astype(np.int64)
        offset = source.Quantization().ZeroPoint(0)
        sums = (values.astype(np.int64) - offset) @ rows.T + _data(model, bias, np.int32)
        real = _scale(source) * _scale(weight) / _scale(output)
        scaled = rescale(sums, *multiplier_and_shift(real))
        zero_point = output.Quantization().ZeroPoint(0)
        relu = options.FusedActivationFunction() == tflite.ActivationFunctionType.RELU
        low = zero_point if relu else -128
        values = np.clip(scaled + zero_point, low, 127).astype(np.int8)
        results.append(values)
    return results


def _scale(tensor: tflite.Tensor) -> float:
    return tensor.Quantization().Scale(0)


def _data(model: tflite.Model, tensor: tflite.Tensor, dtype: type) -> np.ndarray:
    raw = model.Buffers(tensor.Buffer()).DataAsNumpy()
    return raw.view(dtype).reshape(tensor.ShapeAsNumpy())

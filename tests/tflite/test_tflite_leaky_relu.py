"""The factors of LEAKY_RELU are quotients in double precision: those of float32 give other values
for some scales."""

from __future__ import annotations

import numpy as np
import pytest
from judges import tflite_micro
from model_writer import ModelWriter
from operator_models import activation

from torch_cortex_m.frontend.tflite.importer import import_content
from torch_cortex_m.ir import INT8
from torch_cortex_m.ops.integers.arithmetic import quantize_multiplier, requantize_array
from torch_cortex_m.run.reference import run_reference

VALUES = np.arange(-128, 128).astype(np.int8)

TELLING = [
    (0.12505445, 0.028832464, 0.25724438),
    (0.1391768, 0.036933947, 0.99957657),
    (0.571359, 0.04463888, 0.025193306),
]
"""Scales of input and output and alpha, for which the two quotients give different values within
int8; one in 50,000 is so."""


def negatives(factor: float) -> np.ndarray:
    multiplier, shift = quantize_multiplier(factor)
    values = VALUES[VALUES < 0].astype(np.int64)
    return requantize_array(values, np.array(multiplier), np.array(shift))


@pytest.mark.parametrize("scales", TELLING)
def test_factors_are_in_double_precision(scales: tuple[float, float, float]) -> None:
    numbers = np.array(scales, np.float32)
    scale, result, alpha = numbers.tolist()
    single = negatives(float(numbers[0] * numbers[2] / numbers[1]))
    double = negatives(scale * alpha / result)
    assert (np.clip(single, *INT8) != np.clip(double, *INT8)).any()
    writer = ModelWriter()
    x = activation(writer, "x", VALUES.shape, (scale, 0))
    y = activation(writer, "y", VALUES.shape, (result, 0))
    writer.operator("LEAKY_RELU", [x], y, "LeakyReluOptions", Alpha=alpha)
    content = writer.write([x], [y])
    expected = tflite_micro(content, [[VALUES]])[0][0]
    np.testing.assert_array_equal(run_reference(import_content(content), [VALUES])[0], expected)

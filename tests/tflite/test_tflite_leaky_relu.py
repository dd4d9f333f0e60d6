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


def negatives(factor: float) -> np.ndarray:
    multiplier, shift = quantize_multiplier(factor)
    values = VALUES[VALUES < 0].astype(np.int64)
    return requantize_array(values, np.array(multiplier), np.array(shift))


def telling_scales(count: int) -> list[tuple[float, float, float]]:
    """Scales and alpha for which the two quotients give different values within int8."""
    rng, found = np.random.default_rng(1), []
    while len(found) < count:
        scale, result, alpha = np.exp(rng.uniform(-4, 0, 3)).astype(np.float32)
        single = negatives(float(scale * alpha / result))
        double = negatives(float(scale) * float(alpha) / float(result))
        if (np.clip(single, *INT8) != np.clip(double, *INT8)).any():
            found.append((float(scale), float(result), float(alpha)))
    return found


@pytest.mark.parametrize("scales", telling_scales(3))
def test_factors_are_in_double_precision(scales: tuple[float, float, float]) -> None:
    scale, result, alpha = scales
    writer = ModelWriter()
    x = activation(writer, "x", VALUES.shape, (scale, 0))
    y = activation(writer, "y", VALUES.shape, (result, 0))
    writer.operator("LEAKY_RELU", [x], y, "LeakyReluOptions", Alpha=alpha)
    content = writer.write([x], [y])
    expected = tflite_micro(content, [[VALUES]])[0][0]
    np.testing.assert_array_equal(run_reference(import_content(content), [VALUES])[0], expected)

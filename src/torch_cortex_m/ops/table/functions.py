"""The real functions of one number that become tables: a new one is one more record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...ir import INT8, Quantization
from ..integers.bounds import Array


@dataclass(frozen=True)
class Function:
    """A function of one real number.

    aten: the name of PyTorch's operator, whose only argument is the tensor.
    evaluate: the function of float64 arrays, finite for every finite number.
    result: the quantization of the results where the function's range is known; otherwise
        calibration finds it.
    """

    aten: str
    evaluate: Callable[[Array], Array]
    result: Quantization | None = None


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)), which overflows for no x."""
    return np.exp(-np.logaddexp(0.0, -x))


FUNCTIONS = (
    Function("sigmoid", sigmoid, Quantization(1.0 / 256.0, INT8.low)),
    Function("tanh", np.tanh, Quantization(1.0 / 128.0, 0)),
    Function("silu", lambda x: x * sigmoid(x)),
    Function("hardsigmoid", lambda x: np.clip(x + 3.0, 0.0, 6.0) / 6.0),
    Function("hardswish", lambda x: x * (np.clip(x + 3.0, 0.0, 6.0) / 6.0)),
)
"""The results of sigmoid and tanh are fixed by the TensorFlow Lite 8-bit quantization
specification."""


def entries(
    evaluate: Callable[[Array], Array],
    input: Quantization,
    output: Quantization,
    limits: tuple[int, int] = (INT8.low, INT8.high),
) -> tuple[int, ...]:
    """The table of a function: the outputs for the inputs -128 to 127.

    Each is the function's real value, computed in float64, divided by the output's scale, rounded
    half to even, with the output's zero point added, within ``limits``.
    """
    real = (np.arange(INT8.low, INT8.high + 1) - input.zero_point) * float(input.scale)
    rounded = np.rint(evaluate(real) / output.scale) + output.zero_point
    return tuple(int(value) for value in np.clip(rounded, *limits))

"""Tables of real functions: their entries, their bounds, and models that have them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
import torch
from conftest import needs_emulator
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mpf
from torch import nn

import torch_cortex_m as tcm
from torch_cortex_m.errors import TcmError
from torch_cortex_m.ir import Quantization, TensorType
from torch_cortex_m.ops.integers.bounds import Bounds
from torch_cortex_m.ops.integers.tables import entries
from torch_cortex_m.ops.table.functions import FUNCTIONS, RESULTS
from torch_cortex_m.ops.table.op import Table

VALUES = range(-128, 128)
SELU_ALPHA, SELU_SCALE = mpf("1.6732632423543772"), mpf("1.0507009873554805")


def sigmoid(x: Any) -> Any:
    return 1 / (1 + mpmath.exp(-x))


def softplus(x: Any) -> Any:
    """PyTorch's is x itself beyond 20."""
    return x if x > 20 else mpmath.log1p(mpmath.exp(x))


def logistic_gelu(x: Any) -> Any:
    return x * (1 + mpmath.erf(x / mpmath.sqrt(2))) / 2


def six(x: Any) -> Any:
    return min(max(x + 3, mpf(0)), mpf(6)) / 6


SAME_NAMES = (
    *("acos", "acosh", "asin", "asinh", "atan", "atanh", "ceil", "cos", "cosh", "erf", "erfc"),
    *("erfinv", "exp", "expm1", "floor", "log", "log10", "log1p", "sign", "sin", "sinh", "sqrt"),
    *("tan", "tanh"),
)

FORMULAS: dict[str, Callable[[Any], Any]] = {
    **{name: getattr(mpmath, name) for name in SAME_NAMES},
    "abs": abs,
    "celu": lambda x: max(x, mpf(0)) + min(mpf(0), mpmath.expm1(x)),
    "deg2rad": mpmath.radians,
    "elu": lambda x: x if x > 0 else mpmath.expm1(x),
    "exp2": lambda x: mpf(2) ** x,
    "frac": lambda x: x - int(x),
    "gelu": logistic_gelu,
    "hardshrink": lambda x: x if abs(x) > 0.5 else mpf(0),
    "isfinite": lambda x: mpf(1),
    "isinf": lambda x: mpf(0),
    "isnan": lambda x: mpf(0),
    "hardsigmoid": six,
    "hardswish": lambda x: x * six(x),
    "leaky_relu": lambda x: x if x > 0 else x * mpf("0.01"),
    "log2": lambda x: mpmath.log(x, 2),
    "log_sigmoid": lambda x: -mpmath.log1p(mpmath.exp(-x)),
    "logit": lambda x: mpmath.log(x / (1 - x)),
    "mish": lambda x: x * mpmath.tanh(softplus(x)),
    "nan_to_num": lambda x: x,
    "neg": lambda x: -x,
    "rad2deg": mpmath.degrees,
    "reciprocal": lambda x: 1 / x,
    "round": mpmath.nint,
    "rsqrt": lambda x: 1 / mpmath.sqrt(x),
    "selu": lambda x: SELU_SCALE * (x if x > 0 else SELU_ALPHA * mpmath.expm1(x)),
    "sgn": mpmath.sign,
    "sigmoid": sigmoid,
    "signbit": lambda x: mpf(1) if x < 0 else mpf(0),
    "silu": lambda x: x * sigmoid(x),
    "sinc": mpmath.sincpi,
    "softplus": softplus,
    "softshrink": lambda x: mpmath.sign(x) * max(abs(x) - mpf("0.5"), mpf(0)),
    "special_expit": sigmoid,
    "square": lambda x: x * x,
    "trunc": lambda x: mpf(int(x)),
}
"""What each function of one tensor is, with PyTorch's defaults for its other arguments."""

NEEDS_ARGUMENTS = {"threshold"}


def test_every_function_has_its_formula() -> None:
    assert FORMULAS.keys() | NEEDS_ARGUMENTS == set(FUNCTIONS)


def of_pytorch(name: str) -> Callable[[np.ndarray], np.ndarray]:
    operator = getattr(torch.ops.aten, name).default
    return lambda values: operator(torch.from_numpy(values)).numpy()


def real_value(name: str, x: float) -> float | None:
    """None where the function has no real value."""
    with mpmath.workdps(40):
        try:
            value = FORMULAS[name](mpf(x))
        except (ZeroDivisionError, ValueError):
            return None
        return float(value) if isinstance(value, mpf) and mpmath.isfinite(value) else None


@given(
    st.sampled_from(sorted(FORMULAS)),
    st.floats(2.0**-20, 2.0**20),
    st.integers(-128, 127),
    st.floats(2.0**-10, 1.0),
    st.integers(-128, 127),
)
def test_entries_are_the_rounded_real_values(
    name: str, scale: float, zero_point: int, output_scale: float, output_zero_point: int
) -> None:
    """Half a step at most from the real value, or saturated where that is beyond int8."""
    output = Quantization(output_scale, output_zero_point)
    table = entries(of_pytorch(name), Quantization(scale, zero_point), output)
    for value, entry in zip(VALUES, table, strict=True):
        real = real_value(name, (value - zero_point) * scale)
        if real is not None:
            steps = real / output_scale + output_zero_point
            distance = abs(min(max(steps, -128.0), 127.0) - entry)
            assert distance <= 0.5 + 1e-9 * max(1.0, abs(steps))


def test_an_infinite_value_is_at_the_end_of_the_range() -> None:
    same = Quantization(1.0, 0)
    table = entries(of_pytorch("reciprocal"), same, same, (-100, 100))
    assert (table[127], table[128], table[129]) == (-1, 100, 1)


def test_outside_of_the_domain_the_nearest_value_counts() -> None:
    """log and sqrt of negative numbers are what they are of 0, asin of 2 what it is of 1."""
    same = Quantization(1.0, 0)
    assert set(entries(of_pytorch("log"), same, same)[:129]) == {-128}
    assert set(entries(of_pytorch("sqrt"), same, same)[:129]) == {0}
    assert entries(of_pytorch("asin"), same, same)[126:131] == (-2, -2, 0, 2, 2)
    assert set(entries(lambda x: x * np.nan, same, Quantization(1.0, 7))) == {7}


def test_ties_go_to_the_even_entry() -> None:
    table = entries(lambda x: x, Quantization(0.5, 0), Quantization(1.0, 0))
    assert list(table) == [round(Fraction(value, 2)) for value in VALUES]


def test_entries_stay_within_the_limits() -> None:
    same = Quantization(1.0, 0)
    table = entries(lambda x: x, same, same, (-127, 100))
    assert (min(table), max(table), table[128]) == (-127, 100, 0)


def test_the_first_entry_is_for_the_least_value() -> None:
    table = entries(of_pytorch("sigmoid"), Quantization(0.1, 0), RESULTS["sigmoid"])
    assert (table[0], table[128], table[255]) == (-128, 0, 127)


def test_bounds_are_those_of_the_entries_that_are_reached() -> None:
    op = Table(tuple(abs(value) - 1 for value in VALUES))
    types = {"input": TensorType((2, 4), "int8")}
    reached = Bounds(np.array([-128, -3, 5, 127]), np.array([127, 2, 9, 127]))
    bounds = op.bounds(types, {}, {"input": reached})
    assert bounds is not None
    assert bounds.low.tolist() == [-1, -1, 4, 126]
    assert bounds.high.tolist() == [127, 2, 8, 126]
    anything = op.bounds(types, {}, {})
    assert anything is not None
    assert (anything.low.tolist(), anything.high.tolist()) == ([-1] * 4, [127] * 4)


@pytest.mark.parametrize(
    ("table", "expected"),
    [(range(255), "256 entries"), ([128] + [0] * 255, "128"), ([0] * 255 + [-129], "-129")],
)
def test_a_table_that_does_not_fit_is_named(table: list[int], expected: str) -> None:
    with pytest.raises(TcmError, match=expected):
        Table(tuple(table))


@needs_emulator
@pytest.mark.parametrize("target", ["cortex-m4", "cortex-m55"])
def test_a_model_with_functions_is_exact_everywhere(target: str) -> None:
    """Between convolutions, so that passes decide layouts and places around them."""
    model = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.SiLU(), nn.Conv2d(4, 5, 3), nn.Tanh(), nn.Conv2d(5, 2, 1)
    )
    model.append(nn.Sigmoid())
    samples = [(torch.randn(1, 3, 8, 8),) for _ in range(4)]
    compiled = tcm.compile(model, samples[0], target=target, calibration=samples)
    assert [op for op in compiled.graph.nodes if op.op.name == "transpose"] == []
    images = torch.cat([image for (image,) in samples])
    assert compiled.verify(images, random=1, layers=True) == len(samples) + 1


@needs_emulator
def test_a_function_alone_is_within_one_step_of_the_float_model() -> None:
    inputs = (torch.linspace(-1.0, 1.0, 256).reshape(1, 256),)
    compiled = tcm.compile(nn.Sigmoid(), inputs, target="cortex-m4", calibration=[inputs])
    assert compiled.verify(*inputs, random=1) == 2
    assert float((compiled.run(*inputs) - torch.sigmoid(*inputs)).abs().max()) <= 1 / 256

"""normalize: every output is the rounded value of the float formula, or next to it by a hair."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from torch_cortex_m.ir import Quantization
from torch_cortex_m.ops.base import Case
from torch_cortex_m.ops.integers.torch_roots import reciprocal_root
from torch_cortex_m.ops.normalize.op import Normalize
from torch_cortex_m.ops.normalize.scaling import bias_steps, scaling
from torch_cortex_m.testing import reference_outputs

HAIR = 0.01
"""Steps that an output may be farther from the real value than half a step."""


@st.composite
def quantizations(draw: st.DrawFn) -> Quantization:
    exponent = draw(st.floats(-12, 3))
    return Quantization(float(np.float32(np.exp(exponent))), draw(st.integers(-128, 127)))


@st.composite
def inputs(draw: st.DrawFn) -> np.ndarray:
    """Groups of 1 to 3000 elements: random, nearly equal, extreme, or with a single other one."""
    rng = np.random.default_rng(draw(st.integers(0, 1 << 32)))
    count = draw(st.one_of(st.integers(1, 20), st.integers(1, 3000)))
    kind = draw(st.sampled_from(["random", "near", "extreme", "spike", "small"]))
    base = draw(st.integers(-128, 127))
    if kind == "random":
        return rng.integers(-128, 128, (2, count))
    if kind == "near":
        return np.clip(base + rng.integers(0, 2, (2, count)), -128, 127)
    if kind == "extreme":
        return rng.choice([-128, 127], (2, count))
    if kind == "small":
        return np.clip(base + rng.integers(-9, 10, (2, count)), -128, 127)
    values = np.full((2, count), base)
    values[:, rng.integers(count)] = draw(st.integers(-128, 127))
    return values


@given(
    values=inputs(),
    centered=st.booleans(),
    input=quantizations(),
    epsilon=st.sampled_from([0.0, 1e-12, 1e-5, 1e-3, 1.0]),
    seed=st.integers(0, 1 << 32),
)
@settings(max_examples=300, deadline=None)
def test_outputs_are_within_a_step(
    values: np.ndarray, centered: bool, input: Quantization, epsilon: float, seed: int
) -> None:
    rng, count = np.random.default_rng(seed), values.shape[1]
    factors, bias = rng.normal(size=count) * rng.choice([0.1, 1.0, 10.0]), rng.normal(size=count)
    real = (values - input.zero_point) * input.scale
    expected = normalized(real, centered, epsilon) * factors + bias
    span = max(float(np.ptp(np.append(expected, 0.0))), 1e-3)
    output = Quantization(float(np.float32(span / 255 * rng.choice([0.5, 1.0, 3.0]))), 0)
    fields, multipliers = scaling(
        input, output, centered=centered, count=count, epsilon=epsilon, factors=factors
    )
    tensors = {
        "input": values.astype(np.int8).reshape(2, 1, 1, count),
        "multipliers": None if multipliers is None else multipliers.reshape(1, count),
        "bias": bias_steps(bias, output).reshape(1, count),
    }
    (result,) = reference_outputs(Case("case", Normalize(**fields), tensors))
    steps = np.clip(expected / output.scale, -128, 127)
    assert np.abs(result.reshape(2, count) - steps).max() <= 0.5 + HAIR


def normalized(real: np.ndarray, centered: bool, epsilon: float) -> np.ndarray:
    deviations = real - real.mean(1, keepdims=True) if centered else real
    squares = (deviations**2).mean(1, keepdims=True)
    if centered:
        deviations = np.where(np.ptp(real, axis=1, keepdims=True) == 0, 0.0, deviations)
    divisors = np.sqrt(squares + epsilon)
    return np.divide(deviations, divisors, out=np.zeros_like(real), where=divisors > 0)


@given(st.lists(st.integers(1, (1 << 62) - 1), min_size=1, max_size=50))
def test_reciprocal_roots_are_exact_to_28_bits(values: list[int]) -> None:
    edges = [1, 2, 3, 4, (1 << 60) - 1, 1 << 60, (1 << 62) - 1]
    numbers = torch.tensor(values + edges)
    roots, exponents = reciprocal_root(numbers)
    got = roots.double() * 2.0 ** (exponents.double() - 61)
    assert ((got * numbers.double().sqrt() - 1).abs() < 2.0**-28).all()

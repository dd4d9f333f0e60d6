"""The groups that normalize must compute, everywhere."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ir import Quantization
from ..base import Case
from ..rules.case_data import generator, random_int8
from .op import Normalize
from .scaling import bias_steps, scaling

Shape = tuple[int, int, int, int]
X, Y = Quantization(0.05, 3), Quantization(0.02, -11)


def case(
    name: str,
    shape: Shape,
    *,
    centered: bool = True,
    input: Quantization = X,
    output: Quantization = Y,
    epsilon: float = 1e-5,
    factors: float | None = None,
    bias: bool = True,
    values: np.ndarray | None = None,
    **fields: Any,
) -> Case:
    """A case with random data, unless it has ``values``; ``factors`` sets all to one value."""
    rng = generator(f"normalize {name}")
    data = random_int8(rng, shape) if values is None else values.astype(np.int8).reshape(shape)
    factor_data = rng.normal(size=shape[2:]) if factors is None else np.full(shape[2:], factors)
    known, multipliers = scaling(
        input,
        output,
        centered=centered,
        count=shape[1] * shape[3],
        epsilon=epsilon,
        factors=factor_data,
    )
    tensors = {
        "input": data,
        "multipliers": multipliers,
        "bias": bias_steps(rng.normal(size=shape[2:]), output) if bias else None,
    }
    return Case(name, Normalize(**{**known, **fields}), tensors)


SPIKE = np.where(np.arange(4096) == 1234, 127, -128)
NEARLY_EQUAL = np.where(np.arange(300) == 123, 5, 6)

CASES = [
    case("layer_norm", (6, 1, 1, 32)),
    case("layer_norm_plain", (6, 1, 1, 32), factors=1.0, bias=False),
    case("layer_norm_of_an_image", (2, 1, 1, 3 * 5 * 4)),
    case("group_norm", (2, 9, 2, 4)),
    case("instance_norm", (2, 25, 6, 1)),
    case("instance_norm_plain", (1, 25, 6, 1), factors=1.0, bias=False),
    case("rms_norm", (5, 1, 1, 24), centered=False),
    case("rms_norm_plain", (5, 1, 1, 24), centered=False, factors=1.0, bias=False),
    case("unit_length", (5, 1, 1, 24), centered=False, factors=24**-0.5, epsilon=0.0, bias=False),
    case("unit_length_of_the_middle", (2, 7, 5, 1), centered=False, factors=7**-0.5, epsilon=0.0),
    case("1_element", (3, 1, 2, 1)),
    case("1_element_not_centered", (3, 1, 2, 1), centered=False, epsilon=0.0),
    case("2_elements", (40, 1, 1, 2)),
    case("equal_elements", (2, 1, 1, 20), values=np.full(40, 77)),
    case("equal_elements_without_epsilon", (2, 1, 1, 20), values=np.full(40, 77), epsilon=0.0),
    case("zeros_not_centered", (2, 1, 1, 20), values=np.full(40, 3), centered=False),
    case("nearly_equal", (1, 1, 1, 300), values=NEARLY_EQUAL, output=Quantization(0.2, 0)),
    case("spike", (1, 1, 1, 4096), values=SPIKE, factors=1.0, output=Quantization(0.3, 0)),
    case("spike_not_centered", (1, 1, 1, 4096), values=SPIKE, centered=False),
    case("two_values", (1, 64, 4, 16), values=np.resize([127, -128], 4096), factors=1.0),
    case("large_epsilon", (4, 1, 1, 16), epsilon=30.0),
    case("small_scale", (4, 1, 1, 16), input=Quantization(1e-4, 0)),
    case("large_scale", (4, 1, 1, 16), input=Quantization(20.0, 0)),
    case("no_epsilon", (4, 1, 1, 16), epsilon=0.0),
    case("saturating", (4, 1, 1, 16), output=Quantization(0.003, 0)),
    case("coarse_output", (4, 1, 1, 16), output=Quantization(4.0, 100)),
    case("fine_output", (4, 1, 1, 16), factors=1e-9, bias=False),
    case("factors_of_0", (4, 1, 1, 16), factors=0.0),
    case("clamped", (4, 1, 1, 16), activation_min=-11, activation_max=60),
    case("ends", (4, 1, 1, 16), input=Quantization(0.1, -128), output=Quantization(0.02, 127)),
    case("other_end", (4, 1, 1, 16), input=Quantization(0.1, 127), output=Quantization(0.02, -128)),
]

"""Sums as large as 32 bits hold: every kernel that says it applies is exact, none is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import needs_emulator
from shared_images import run_with_kernels

from torch_cortex_m.errors import TcmError
from torch_cortex_m.ir import TensorType
from torch_cortex_m.ops.avg_pool2d.op import LARGEST_DIVISOR, AvgPool2d
from torch_cortex_m.ops.base import Case
from torch_cortex_m.ops.conv2d.op import Conv2d
from torch_cortex_m.ops.depthwise_conv2d.op import DepthwiseConv2d
from torch_cortex_m.ops.linear.op import Linear
from torch_cortex_m.ops.rules.case_graph import case_graph
from torch_cortex_m.select import applicable_kernels, layer_of
from torch_cortex_m.target import find_target
from torch_cortex_m.testing import run_cases

LARGEST = (1 << 31) - 1
MOST_TAPS = 66_311
"""Of weights 127 and inputs 127 + 128, whose products add up to 2^31 - 1913."""

OUTPUT = {
    "multipliers": np.full(2, LARGEST, np.int32),
    "shifts": np.full(2, -24, np.int32),
}
"""Keeps the upper bits of the sums of two channels."""


INPUTS = (127, -128, 126)


def layer(name: str, op: Any, shape: tuple[int, ...], weight: np.ndarray) -> Case:
    """Weights 127 and -127 in two channels; the bias takes the rest of the way to 2^31. The input,
    one of ``shape`` for each of INPUTS, makes the sums as large as they can be, or small."""
    rest = LARGEST - 255 * 127 * (weight.size // 2)
    input = np.stack([np.full(shape, value, np.int8) for value in INPUTS])
    bias = np.array([rest, -rest], np.int32)
    return Case(name, op, {"input": input, "weight": weight, "bias": bias, **OUTPUT})


SIGNS = np.array([127, -127], np.int8)
CONV2D, DEPTHWISE = Conv2d(input_offset=128), DepthwiseConv2d(input_offset=128)
DEEP = MOST_TAPS // 9
LAYERS = [
    layer("linear", Linear(input_offset=128), (MOST_TAPS,), np.tile(SIGNS, (MOST_TAPS, 1)).T),
    layer("deep", CONV2D, (3, 3, DEEP), np.tile(SIGNS, (DEEP, 3, 3, 1)).T),
    layer("small", CONV2D, (4, 4, 2), np.tile(SIGNS, (2, 3, 3, 1)).T),
    layer("pointwise", CONV2D, (4, 4, 2), np.tile(SIGNS, (2, 1, 1, 1)).T),
    layer("depthwise", DEPTHWISE, (4, 4, 2), np.tile(SIGNS, (1, 3, 3, 1))),
]


@needs_emulator
@pytest.mark.parametrize("case", LAYERS, ids=lambda case: case.name)
@pytest.mark.parametrize("core", ["cortex-m0plus", "cortex-m4", "cortex-m55"])
def test_kernels_are_exact_up_to_the_largest_sums(core: str, case: Case) -> None:
    expected = run_cases([case], on="reference")[0].output
    assert expected.reshape(len(INPUTS), -1, 2)[0, 0].tolist() == [127, -128]
    graph = case_graph(case)
    kernels = applicable_kernels(layer_of(graph, graph.nodes[0]), find_target(core), frozenset())
    assert len(kernels) > 1
    layers = [(case, kernel.name) for kernel in kernels]
    for kernel, result in zip(
        kernels, run_with_kernels(layers, find_target(core), "emulator"), strict=True
    ):
        assert result.output.tobytes() == expected.tobytes(), kernel.name


@needs_emulator
@pytest.mark.parametrize("rows", [1, 2])
def test_rows_of_weights_may_be_long(rows: int) -> None:
    """Tiles of more than 65,535 bytes."""
    rng = np.random.default_rng(rows)
    input, weight = (rng.integers(-128, 128, (n, 17_000)).astype(np.int8) for n in (rows, 14))
    tensors = {"input": input, "weight": weight, "multipliers": np.full(14, 1 << 30, np.int32)}
    case = Case("long", Linear(), {**tensors, "shifts": np.full(14, -12, np.int32)})
    expected = run_cases([case], on="reference")[0].output
    result = run_cases([case], target="cortex-m55", on="emulator")[0]
    assert result.kernel == "linear_s8__tiles_mve"
    assert result.output.tobytes() == expected.tobytes()


@pytest.mark.parametrize(
    ("op", "size"),
    [
        (AvgPool2d(kernel=(2048, 2049), stride=(2048, 2049)), (2048, 2049)),
        (AvgPool2d(adaptive_output=(1, 1)), (2049, 2048)),
        (
            AvgPool2d(kernel=(4096, 4096), padding=(2048,) * 4, count_include_pad=True),
            (2, 2),
        ),
    ],
)
def test_windows_whose_sums_leave_32_bits_are_refused(op: AvgPool2d, size: tuple[int, int]) -> None:
    with pytest.raises(TcmError) as caught:
        op.infer({"input": TensorType((1, *size, 1))})
    assert f"windows of at most {LARGEST_DIVISOR} elements" in str(caught.value)


def test_the_largest_window_is_exact() -> None:
    op = AvgPool2d(kernel=(2048, 2048), stride=(2048, 2048))
    data = np.full((1, 2048, 2048, 1), -128, np.int8)
    run = run_cases([Case("largest", op, {"input": data})], on="host")[0]
    assert run.output.reshape(-1).tolist() == [-128]

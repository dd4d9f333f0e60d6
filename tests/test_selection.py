"""Which kernels are chosen without tuning."""

from __future__ import annotations

import pytest

from torch_cortex_m import ops
from torch_cortex_m.generate import Preferences, generate
from torch_cortex_m.measured.measurements import Measurement, Measurements
from torch_cortex_m.ops.base import Case, Layer
from torch_cortex_m.ops.conv2d.cases import case as conv2d
from torch_cortex_m.ops.depthwise_conv2d.cases import case as depthwise
from torch_cortex_m.ops.max_pool2d.cases import case as max_pool2d
from torch_cortex_m.ops.rules.case_graph import case_graph
from torch_cortex_m.select import CostModel, layer_of
from torch_cortex_m.select.order import order_kernels
from torch_cortex_m.target import CORES


def chosen(case: Case, core: str, measurements: Measurements | None = None) -> str:
    preferences = Preferences(measurements=measurements)
    return generate(case_graph(case), CORES[core], preferences=preferences).selection["output"].name


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("core", ["cortex-m55", "cortex-m85"])
def test_a_large_kernel_on_a_spectrogram_runs_in_vectors(core: str, bias: bool) -> None:
    """More taps than the lanes have room for: the first layer of micro_speech."""
    case = depthwise(
        "spectrogram",
        (1, 49, 40, 1),
        (10, 8),
        stride=(2, 2),
        padding=(4, 3, 5, 3),
        depth_multiplier=8,
        bias=bias,
    )
    assert chosen(case, core) == "depthwise_conv2d_s8__im2col_mve"
    assert chosen(case, core, Measurements()) == "depthwise_conv2d_s8__im2col_mve"


@pytest.mark.parametrize("core", ["cortex-m55", "cortex-m85"])
def test_an_estimate_puts_no_kernel_above_vectors(core: str) -> None:
    """im2col_mve is estimated from a pointwise layer, winograd_dsp from one of 3x3."""
    case = conv2d("valid", (1, 44, 44, 8), 16, (3, 3), bias=True)
    assert chosen(case, core) == "conv2d_s8__im2col_mve"


@pytest.mark.parametrize(("rows", "best"), [(1, "winograd_1d"), (2, "winograd")])
def test_single_rows_have_no_tiles_of_two(rows: int, best: str) -> None:
    case = conv2d("rows", (1, rows + 2, 20, 32), 32, padding=(0, 1, 0, 1), bias=True)
    assert chosen(case, "cortex-m4") == f"conv2d_s8__{best}_dsp"


def valid_3x3(size: int) -> Layer:
    graph = case_graph(conv2d("valid", (1, size, size, 8), 16, (3, 3), bias=True))
    return layer_of(graph, graph.nodes[0])


VECTORS, PAIRS = "conv2d_s8__im2col_mve", "conv2d_s8__columns_dsp"


@pytest.mark.parametrize(
    ("measured", "best"),
    [
        ({10: {PAIRS: 100}, 20: {VECTORS: 400}}, VECTORS),
        ({10: {PAIRS: 100, VECTORS: 110}, 20: {VECTORS: 400}}, PAIRS),
        ({10: {PAIRS: 110, VECTORS: 100}, 11: {VECTORS: 400}}, VECTORS),
        ({10: {PAIRS: 110, VECTORS: 100}, 12: {PAIRS: 100, VECTORS: 400}}, PAIRS),
    ],
)
@pytest.mark.parametrize("objective", ["speed", "balanced"])
def test_a_win_on_one_layer_is_evidence_for_the_next(
    measured: dict[int, dict[str, int]], best: str, objective: str
) -> None:
    layer = valid_3x3(12)
    kernels = [k for k in ops.definition("conv2d").kernels if k.name in (PAIRS, VECTORS)]
    table = {
        valid_3x3(size).signature.text: {
            name: Measurement(1000, time, time, 5000) for name, time in times.items()
        }
        for size, times in measured.items()
    }
    assert order_kernels(layer, kernels, CostModel(table), objective)[-1].name == best


@pytest.mark.parametrize("core", ["cortex-m55", "cortex-m85"])
@pytest.mark.parametrize("channels", [1, 16, 40])
def test_pools_of_few_channels_fill_vectors(core: str, channels: int) -> None:
    """Rows, as vectors take columns and channels alike."""
    found = chosen(max_pool2d("pool", (1, 37, 37, channels)), core)
    assert found == "max_pool2d_s8__rows_mve"

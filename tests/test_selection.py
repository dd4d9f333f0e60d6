"""Which kernels are chosen without tuning."""

from __future__ import annotations

import pytest

from torch_cortex_m.generate import Preferences, generate
from torch_cortex_m.measurements import Measurements
from torch_cortex_m.ops.base import Case
from torch_cortex_m.ops.depthwise_conv2d.cases import case as depthwise
from torch_cortex_m.target import CORES
from torch_cortex_m.testing import case_graph


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

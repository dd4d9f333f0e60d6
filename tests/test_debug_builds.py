"""The generated C in debug builds: without optimization it compiles and computes the same."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from conftest import needs_emulator

from torch_cortex_m import ops
from torch_cortex_m.build import Toolchain, image, toolchain_for
from torch_cortex_m.target import CORES, Target
from torch_cortex_m.testing import run_cases

OPERATORS = ("add", "avg_pool2d", "conv2d", "depthwise_conv2d", "linear", "softmax")


def without_optimization(target: Target) -> Toolchain:
    toolchain = toolchain_for(target)
    flags = tuple("-O0" if flag == "-O2" else flag for flag in toolchain.flags)
    assert "-O0" in flags
    return dataclasses.replace(toolchain, flags=flags)


@needs_emulator
@pytest.mark.parametrize("core", ["cortex-m0plus", "cortex-m4", "cortex-m33", "cortex-m55"])
def test_gcc_without_optimization(core: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image, "toolchain_for", without_optimization)
    cases = [case for operator in OPERATORS for case in list(ops.cases(operator))[:6]]
    expected = run_cases(cases, on="reference")
    for case, run, reference in zip(
        cases, run_cases(cases, target=CORES[core], on="emulator"), expected, strict=True
    ):
        np.testing.assert_array_equal(run.output, reference.output, case.name)

"""The matrix routines of a Cortex-M7, which loads one step ahead of its products."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from conftest import needs_emulator

from torch_cortex_m.ops.base import Case
from torch_cortex_m.ops.conv2d.cases import RELU, case
from torch_cortex_m.target import CORES
from torch_cortex_m.testing import run_cases

STEPS = (1, 2, 16, 33)
"""A turn of the loops has 16: the last step of one, the last two, all, and two turns and one."""


def layers(steps: int) -> list[tuple[Case, str]]:
    """Two filters on so many pairs of inputs, at four places or in four of Winograd's tiles, with
    weights of one byte, superposed ones and those of 16 bits."""
    right = case(f"{steps}_right", (1, 1, 4, 2 * steps), 2, (1, 1), bias=True)
    floor = case(f"{steps}_floor", (1, 1, 4, 2 * steps), 2, (1, 1), **RELU)
    tiles = case(f"{steps}_tiles", (1, 4, 10, 2 * steps), 2, bias=True)
    least = {"weight": np.full_like(right.tensors["weight"], -128)}
    return [
        (replace(right, tensors=dict(right.tensors) | least), "conv2d_s8__columns_dsp"),
        (floor, "conv2d_s8__compact_columns_dsp"),
        (right, "conv2d_s8__wide_columns_dsp"),
        (tiles, "conv2d_s8__winograd_dsp"),
    ]


@needs_emulator
def test_every_entry_of_the_loops_and_each_form_of_weights() -> None:
    chosen = [layer for steps in STEPS for layer in layers(steps)]
    cases, kernels = zip(*chosen, strict=True)
    expected = run_cases(cases, on="reference")
    target = CORES["cortex-m7"]
    found = run_cases(cases, target=target, kernel=kernels, on="emulator", checked=True)
    for run, right, (each, kernel) in zip(found, expected, chosen, strict=True):
        assert run.output.tobytes() == right.output.tobytes(), f"{each.name} with {kernel}"

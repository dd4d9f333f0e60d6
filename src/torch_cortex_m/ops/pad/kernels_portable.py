"""pad on any core, by runs of input and border."""

from __future__ import annotations

from collections.abc import Callable

from ..base import Kernel, Layer

LEAST_RUN = 32
"""Borders between shorter runs of input are faster filled at once."""


def _has_runs(least: int) -> Callable[[Layer], bool]:
    def applies(layer: Layer) -> bool:
        values = layer.op.constants(layer.types)
        return values["output_stride_5"] == 1 and values["size_5"] >= least

    return applies


PORTABLE_KERNELS = [
    Kernel("pad_s8__filled_runs", applies=_has_runs(1)),
    Kernel("pad_s8__runs", applies=_has_runs(LEAST_RUN)),
]

"""pad on any core, by runs of input and border."""

from __future__ import annotations

from ..base import Kernel, Layer

LEAST_RUN = 32
"""Shorter runs of input are faster one by one, at least on a Cortex-M0."""


def _applies(layer: Layer) -> bool:
    values = layer.op.constants(layer.types)
    return values["output_stride_5"] == 1 and values["size_5"] >= LEAST_RUN


PORTABLE_KERNELS = [Kernel("pad_s8__runs", applies=_applies)]

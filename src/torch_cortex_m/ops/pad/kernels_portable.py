"""pad on any core, by runs of input and border."""

from __future__ import annotations

from collections.abc import Callable

from ...ir.artifacts import Overlap
from ..base import Kernel, Layer
from ..rules.overlap import at_distance

LEAST_RUN = 16
"""Borders between shorter runs of input are faster filled at once."""


def _has_runs(least: int) -> Callable[[Layer], bool]:
    def applies(layer: Layer) -> bool:
        values = layer.op.constants(layer.types)
        return values["output_stride_5"] == 1 and values["size_5"] >= least

    return applies


def _has_words(layer: Layer) -> bool:
    """Whether runs and their places are multiples of four bytes."""
    values = layer.op.constants(layer.types)
    strides = (f"output_stride_{i}" for i in range(5))
    places = ("size_5", "output_start", "output_elements", *strides)
    return _has_runs(1)(layer) and all(values[name] % 4 == 0 for name in places)


def _runs_overlap(layer: Layer) -> dict[str, Overlap]:
    """Runs are copied in order, the last one to a place that is farthest behind its own."""
    values = layer.op.constants(layer.types)
    steps = sum((values[f"size_{i}"] - 1) * values[f"output_stride_{i}"] for i in range(6))
    last = values["output_start"] + steps
    return at_distance(int(last) - (layer.types["input"].elements - 1))


PORTABLE_KERNELS = [
    Kernel("pad_s8__filled_runs", applies=_has_runs(1)),
    Kernel("pad_s8__words_scalar", applies=_has_words, overlap=_runs_overlap),
    Kernel("pad_s8__runs", applies=_has_runs(LEAST_RUN), overlap=_runs_overlap),
]

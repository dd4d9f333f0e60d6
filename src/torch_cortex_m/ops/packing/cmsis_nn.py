"""What the records of CMSIS-NN's kernels share: what they compute exactly, in every version.

A kernel's ``applies`` holds for CMSIS-NN 4.0.0 and all later versions, built with its default
double rounding, on cores with and without DSP and MVE.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..base import Layer

PROVIDER = "cmsis-nn"

LARGEST_SIZE = (1 << 15) - 1
"""CMSIS-NN counts rows, columns and channels in 16 bits, in some places signed."""

LARGEST_FILTER = (1 << 16) - 1
"""CMSIS-NN counts the weights of one filter in unsigned 16 bits."""

MAX_RANK = 4

Sizes = Mapping[str, int | float]
"""Op.constants of an operator with windows (see window_constants)."""

AXES = (("height", "top"), ("width", "left"))


def sizes(layer: Layer) -> Sizes:
    return layer.op.constants(layer.types)


def sizes_fit(values: Sizes) -> bool:
    """All sizes of input, output and kernel are small enough to be counted."""
    measured = ("batches", "input_", "output_", "kernel_")
    return all(
        value <= LARGEST_SIZE
        for name, value in values.items()
        if name.startswith(measured) and not name.endswith("_offset")
    )


def windows_meet_input(values: Sizes) -> bool:
    """Each window covers a part of the input, on both axes.

    Others make some kernels of CMSIS-NN write outside their buffer, or nothing at all.
    """
    return all(
        values[f"padding_{before}"] < _extent(values, axis)
        and last_start(values, axis, before) < values[f"input_{axis}"]
        for axis, before in AXES
    )


def last_start(values: Sizes, axis: str, before: str) -> int | float:
    """Where the last window begins, in coordinates of the input."""
    steps = values[f"output_{axis}"] - 1
    return steps * values[f"stride_{axis}"] - values[f"padding_{before}"]


def _extent(values: Sizes, axis: str) -> int | float:
    return values[f"dilation_{axis}"] * (values[f"kernel_{axis}"] - 1) + 1


def fill_bias(layer: Layer) -> dict[str, np.ndarray]:
    """The constants, with zeros as ``filled_bias`` where the layer has no bias.

    Some kernels of CMSIS-NN step through the bias in blocks of channels and look for NULL at
    each block, where it no longer is.
    """
    channels = layer.output.shape[-1]
    bias = layer.constants.get("bias", np.zeros(channels, np.int32))
    return {**layer.constants, "filled_bias": bias}


def are_constant(layer: Layer, *names: str) -> bool:
    """Whether these arguments are known ahead of time, where the layer has them."""
    return all(name in layer.constants for name in names if name in layer.types)


def by_axis(name: str, values: Sequence[int], missing: int) -> dict[str, int | float]:
    """``<name>_0`` ... ``_3``: a value for each of the last axes, ``missing`` for those before."""
    filled = [missing] * (MAX_RANK - len(values)) + list(values)
    return {f"{name}_{axis}": value for axis, value in enumerate(filled)}

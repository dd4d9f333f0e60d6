"""A transposed convolution as ordinary ones, one for each phase of the output.

With the stride s and the padding p, output place x meets the taps k with k = r modulo s, where
r = (x + p) modulo s is its phase: the outputs of a phase are a convolution of stride 1 with these
taps, in reverse order. Phases have ``most`` taps on an axis, or one less. Where all phases of the
width have one window, they are merged: their filters lie side by side, as their outputs do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ..base import Layer
from ..integers.requantization import layer_bias
from ..packing.cmsis_nn import are_constant


@dataclass(frozen=True)
class Axis:
    """Along one axis ``long`` phases with ``most`` taps come before the others, which have one
    less, but never none."""

    phases: int
    most: int
    long: int

    def parts(self) -> Iterator[tuple[slice, int]]:
        """(phases, taps)"""
        yield slice(0, self.long), self.most
        if self.long < self.phases:
            yield slice(self.long, self.phases), self.most - 1


@dataclass(frozen=True)
class Phases:
    """The filters of all phases, by phases of equal windows.

    weight: int8 [phases_height, phases_width, filters, most_height, most_width, channels], with
        zeros where a phase has one tap less; ``filters`` are all channels of one or, merged, of all
        phases of the width.
    """

    height: Axis
    width: Axis
    weight: np.ndarray

    def parts(self) -> Iterator[tuple[np.ndarray, np.ndarray, int]]:
        """(indices of phases, weights [phases, filters, taps of the window], taps_height)"""
        filters = self.weight.shape[2]
        count = self.height.phases * self.width.phases
        indices = np.arange(count).reshape(self.height.phases, self.width.phases)
        for rows, taps_height in self.height.parts():
            for columns, taps_width in self.width.parts():
                chosen = self.weight[rows, columns, :, -taps_height:, -taps_width:]
                found = indices[rows, columns].reshape(-1)
                yield found, chosen.reshape(len(found), filters, -1), taps_height


def is_merged(layer: Layer) -> bool:
    """Whether all phases of the width have one window, and as many outputs."""
    kernel, stride = layer.types["weight"].shape[2], layer.op.stride[1]
    same_taps = kernel % stride == 0 or kernel < stride
    return same_taps and layer.op.padding[1] % stride == 0 and layer.output.shape[2] % stride == 0


def axes(layer: Layer) -> tuple[Axis, Axis]:
    """Those of the height and of the width."""
    _, kernel_height, kernel_width, _ = layer.types["weight"].shape
    height = _axis(kernel_height, layer.op.stride[0])
    width = _axis(kernel_width, layer.op.stride[1])
    return height, Axis(1, width.most, 1) if is_merged(layer) else width


def _axis(kernel: int, stride: int) -> Axis:
    long = stride if kernel < stride or kernel % stride == 0 else kernel % stride
    return Axis(stride, -(-kernel // stride), long)


def phases(layer: Layer) -> Phases:
    """Where the weights are known, and there is one group without dilation."""
    height, width = axes(layer)
    stride_height, stride_width = layer.op.stride
    weight = layer.constants["weight"]
    channels, kernel_height, kernel_width, inputs = weight.shape
    full = (height.most * stride_height, width.most * stride_width)
    before = ((0, 0), (0, full[0] - kernel_height), (0, full[1] - kernel_width), (0, 0))
    taps = np.pad(weight, before).reshape(
        channels, height.most, stride_height, width.most, stride_width, inputs
    )
    reverse = taps[:, ::-1, :, ::-1].transpose(2, 4, 0, 1, 3, 5)
    shape = (height.phases, width.phases, -1, height.most, width.most, inputs)
    return Phases(height, width, np.ascontiguousarray(reverse).reshape(shape))


def applies(layer: Layer) -> bool:
    """Whether phases are ordinary convolutions of known weights, of all channels."""
    known = are_constant(layer, "weight", "bias", "multipliers", "shifts")
    return known and layer.op.groups == 1 and layer.op.dilation == (1, 1)


def phase_constants(layer: Layer) -> dict[str, int | float]:
    height, width = axes(layer)
    return {
        "phases_width": width.phases,
        "most_height": height.most,
        "most_width": width.most,
        "long_height": height.long,
        "long_width": width.long,
        "is_padded": int(_is_padded(layer, height, width)),
    }


def _is_padded(layer: Layer, *found: Axis) -> bool:
    """Whether a window leaves the input."""
    inputs = layer.types["input"].shape[1:3]
    return any(
        first < 0 or end > size
        for number, (axis, size) in enumerate(zip(found, inputs, strict=True))
        for first, end in windows(layer, number, axis)
    )


def windows(layer: Layer, number: int, axis: Axis) -> Iterator[tuple[int, int]]:
    """Where on this axis, number 0 or 1, the windows of each phase begin, and where they end."""
    op = layer.op
    stride, padding, outputs = (
        values[number] for values in (op.stride, op.padding, op.output_size)
    )
    for part, taps in axis.parts():
        for phase in range(part.start, part.stop):
            place = place_of(phase, stride, padding, outputs)
            yield place.last - (taps - 1), place.last + place.outputs


@dataclass(frozen=True)
class Place:
    """As in csrc/portable/tcm_phases.h."""

    first: int
    outputs: int
    last: int


def place_of(phase: int, stride: int, padding: int, output_size: int) -> Place:
    first = (phase - padding) % stride
    return Place(first, -(-(output_size - first) // stride), (first + padding - phase) // stride)


@dataclass(frozen=True)
class Part:
    """Phases with windows of one size as a layer of their filters.

    layer: its channels are ``filters`` of these phases, with a bias.
    channels: which of the filters of all phases these are. weight: int8 [filters, taps].
    """

    layer: Layer
    channels: np.ndarray
    weight: np.ndarray
    taps_height: int
    phases: int


def all_phases(layer: Layer) -> tuple[Layer, np.ndarray, list[Part]]:
    """A layer whose channels are the filters of all phases, their weights [filters, taps], and its
    parts. What is chosen for the whole is exact for the parts, which lack taps that are zero."""
    found = phases(layer)
    filters = found.weight.shape[2]
    count = found.height.phases * found.width.phases
    matrix = found.weight.reshape(count * filters, -1)
    whole = _repeated(layer, len(matrix) // layer.output.shape[-1])
    parts: list[Part] = []
    for indices, weight, taps_height in found.parts():
        channels = (indices[:, None] * filters + np.arange(filters)).reshape(-1)
        own = {name: data[channels] for name, data in whole.constants.items()}
        rows = weight.reshape(len(channels), -1)
        parts.append(Part(replace(whole, constants=own), channels, rows, taps_height, len(indices)))
    return whole, matrix, parts


def _repeated(layer: Layer, times: int) -> Layer:
    """The layer with its channels several times, and with a bias."""
    data = {"bias": layer_bias(layer)}
    data |= {name: layer.constants[name] for name in ("multipliers", "shifts")}
    return replace(layer, constants={name: np.tile(v, times) for name, v in data.items()})

"""What kernels take on a layer that nobody has measured, from the measured layers of its operator.

Each measured layer is taken to have a factor of its own, and each kernel another: the time for a
unit of work is their product. The factors are those that fit best (least squares of logarithms),
where near layers weigh the most. As every layer has its own factor, two kernels are compared by the
layers that both were measured on, or by way of others; kernels that no such layers connect are in
different groups, and do not compare. A lean form of a kernel has no part in that: it takes what its
kernel takes, times a mean of what both did on the layers that have both.

Distance is the sum of the absolute differences of the logarithms of all dimensions and structural
numbers of two layers, and of how often they use a weight, and a part for dimensions of which one is
a multiple of two, four or 16, as pairs, words and vectors need it, and the other is not.
Differences between small dimensions count more; so do those of windows and strides, which a
kernel's loops are made for, while images of another size only change the number of turns. Of layers
of different structure, such as one with a bias and one without, what both have is compared, and
each argument or field that they do not share counts besides.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from ..measured.measurements import Measurement
from ..ops.rules.checks import MAX_RANK
from ..ops.signature import Signature

UNSHARED = 1.0
"""How far apart layers are for each argument, flag or list that only one of them has, or of which
they have as many numbers as cannot be compared."""

OTHER_TYPE = 12.0
"""How far away a layer of another element type is."""

OTHER_CORE = 4.0
"""How much farther away a layer is that was measured on another core."""

IMAGE_RANK = 4
"""Batch or filters, rows, columns, channels."""

STEPS = (2, 4, 16)
"""Rows, words and vectors: what kernels take at a time."""

MULTIPLE = 0.5
"""How far apart a multiple of one of these is from other numbers."""

SMALL = 2.0
"""Over a dimension, this much is added to its logarithm: one channel, row or tap is unlike two."""

FEW = 12.0
"""The same for rows and columns of images and for uses of a weight, of which some kernels take
several at a time."""

IMAGE, WINDOW, LIST = 0.2, 2.5, 8.0
"""How much the rows and columns of images count, those of a weight's window, and lists of numbers
like strides: found by what choices cost on 300 random layers that were measured."""

NEAREST = 0.25
"""Added to distances, so that equal layers do not weigh without limit."""

POWER = 5
"""The weight of a layer falls with this power of its distance."""

LEAST_WEIGHT = 1e-8
"""Of the farthest layers, where the nearest has 1: they still connect kernels."""


Structure = tuple[Any, ...]
"""All of a signature but its numbers."""


@dataclass(frozen=True)
class MeasuredLayer:
    """A layer with the kernels that were measured on it, on this core or on one with the same
    instructions."""

    signature: Signature
    kernels: Mapping[str, Measurement]
    own_core: bool

    @property
    def work(self) -> int:
        """Multiply-accumulates, or output elements."""
        return next(iter(self.kernels.values())).work


@dataclass(frozen=True)
class Estimate:
    """Of a kernel on a layer: time and instructions for a unit of work. Estimates of one group
    compare."""

    time: float
    instructions: float
    group: int


@dataclass(frozen=True)
class Comparison:
    """The measured layers of one operator. lean_forms: kernel -> that whose lean form it is."""

    layers: Sequence[MeasuredLayer]
    lean_forms: Mapping[str, str] = field(default_factory=dict[str, str])

    def by_distance(self, signature: Signature, work: int) -> list[MeasuredLayer]:
        """The nearest first."""
        order = np.argsort(self._distances(signature, work), kind="stable")
        return [self.layers[index] for index in order]

    def estimates(self, signature: Signature, work: int) -> dict[str, Estimate]:
        """By kernel, for every one that was measured with the operator."""
        if not self.layers:
            return {}
        distances = self._distances(signature, work)
        weights = ((NEAREST + distances) / (NEAREST + distances.min())) ** -POWER
        weights = np.maximum(weights, LEAST_WEIGHT)
        factors = self._kernel_factors(weights)
        result: dict[str, Estimate] = {}
        for kernel, own, group in zip(self._kernels, factors, self._groups, strict=True):
            time, instructions = np.exp(own + self._layer_factor(weights, factors, group))
            result[kernel] = Estimate(float(time), float(instructions), int(group))
        for lean, kernel in self._lean.items():
            time, instructions = self._ratios(weights, lean, kernel)
            of = result[kernel]
            result[lean] = Estimate(of.time * time, of.instructions * instructions, of.group)
        return result

    def _ratios(self, weights: np.ndarray, kernel: str, other: str) -> np.ndarray:
        """Geometric means of [time, instructions] of one kernel over those of another."""
        both = [index for index, each in enumerate(self.layers) if kernel in each.kernels]
        times = [
            [self.layers[index].kernels[name].time for index in both] for name in (kernel, other)
        ]
        logarithms: np.ndarray = np.diff(np.log(np.maximum(1, times[::-1])), axis=0)[0]
        return np.exp(weights[both] @ logarithms / weights[both].sum())

    def _kernel_factors(self, weights: np.ndarray) -> np.ndarray:
        """Logarithms of [kernel][time, instructions]; those of a group have a mean of zero."""
        measured, logarithms = self._measured, self._logarithms
        shares = weights / measured.sum(axis=1)
        means = logarithms.sum(axis=1, keepdims=True) / measured.sum(axis=1)[:, None, None]
        centred = (logarithms - means) * measured[:, :, None]
        own = np.eye(len(self._kernels)) * (weights @ measured)
        common = np.einsum("n, nk, nl -> kl", shares, measured, measured)
        same_group = self._groups[:, None] == self._groups
        system: np.ndarray = own - common + same_group
        return np.linalg.solve(system, np.tensordot(weights, centred, 1))

    def _layer_factor(self, weights: np.ndarray, factors: np.ndarray, group: int) -> np.ndarray:
        """Logarithms of [time, instructions] of a layer as near to others as weights say; where
        there are any, those of this core."""
        connected = self._measured @ (self._groups == group) > 0
        own_core = connected & [layer.own_core for layer in self.layers]
        chosen = own_core if own_core.any() else connected
        rests = (self._logarithms - factors * self._measured[:, :, None]).sum(axis=1)
        each = rests / self._measured.sum(axis=1)[:, None]
        return weights[chosen] @ each[chosen] / weights[chosen].sum()

    def _distances(self, signature: Signature, work: int) -> np.ndarray:
        """To each layer."""
        result = np.array([OTHER_CORE * (not layer.own_core) for layer in self.layers])
        own = _places([signature], [work])
        for structure, (indices, places) in self._structures.items():
            both = [name for name in own if len(places.get(name, ())) == len(own[name])]
            unshared = len(own.keys() | places.keys()) - len(both)
            apart = OTHER_TYPE * (structure[1] != signature.dtype) + UNSHARED * unshared
            result[indices] += apart + sum(
                np.abs(places[name] - own[name]).sum(axis=0) for name in both
            )
        return result

    @cached_property
    def _kernels(self) -> list[str]:
        kernels = {kernel for layer in self.layers for kernel in layer.kernels}
        return sorted(kernels - self._lean.keys())

    @cached_property
    def _lean(self) -> dict[str, str]:
        """The lean forms that were measured, nowhere without the kernel whose form they are."""
        found: dict[str, str] = {}
        for lean, kernel in self.lean_forms.items():
            has_kernel = [kernel in each.kernels for each in self.layers if lean in each.kernels]
            if has_kernel and all(has_kernel):
                found[lean] = kernel
        return found

    @cached_property
    def _measured(self) -> np.ndarray:
        """[layer][kernel]: 1 where there is a measurement, else 0."""
        return np.array(
            [[float(k in layer.kernels) for k in self._kernels] for layer in self.layers]
        )

    @cached_property
    def _logarithms(self) -> np.ndarray:
        """[layer][kernel][time, instructions], for a unit of work; 0 where nothing is measured."""
        result = np.zeros((len(self.layers), len(self._kernels), 2))
        for row, layer in zip(result, self.layers, strict=True):
            for column, kernel in enumerate(self._kernels):
                if kernel in layer.kernels:
                    found = layer.kernels[kernel]
                    row[column] = [math.log(max(1, n) / max(1, found.work)) for n in found.time]
        return result

    @cached_property
    def _groups(self) -> np.ndarray:
        """[kernel]: a number that kernels which layers connect have in common."""
        groups = np.arange(len(self._kernels))
        for row in np.unique(self._measured > 0, axis=0):
            joined = groups[row]
            groups[np.isin(groups, joined)] = joined.min()
        return groups

    @cached_property
    def _structures(self) -> dict[Structure, tuple[np.ndarray, dict[str, np.ndarray]]]:
        """Structure -> the indices of its layers, and their places: name -> [coordinate][layer]."""
        indices: dict[Structure, list[int]] = {}
        for index, layer in enumerate(self.layers):
            indices.setdefault(layer.signature.structure, []).append(index)
        return {
            structure: (np.array(own), self._places_of(own)) for structure, own in indices.items()
        }

    def _places_of(self, indices: Sequence[int]) -> dict[str, np.ndarray]:
        layers = [self.layers[index] for index in indices]
        return _places([layer.signature for layer in layers], [layer.work for layer in layers])


def _places(signatures: Sequence[Signature], works: Sequence[int]) -> dict[str, np.ndarray]:
    """Coordinates, whose absolute differences make the distance, by what they are of:
    [coordinate][layer]. The signatures have one structure. Flags are at one of two places that are
    apart."""
    elements = [signature.elements("weight") for signature in signatures]
    uses = np.array(works) / np.maximum(1, elements)
    places = {"uses": np.array([np.log2(1 + uses), FEW / np.maximum(1, uses)])}
    shapes = [[shape for _, shape in signature.shapes] for signature in signatures]
    for (name, _), each in zip(signatures[0].shapes, zip(*shapes, strict=True), strict=True):
        places[name] = _shape_place(name, np.transpose(each))
    fields = [[value for _, value in signature.fields] for signature in signatures]
    for (name, value), each in zip(signatures[0].fields, zip(*fields, strict=True), strict=True):
        is_flag = isinstance(value, bool)
        places[name] = UNSHARED * np.array([each]) if is_flag else _list_place(np.transpose(each))
    return places


def _shape_place(name: str, shapes: np.ndarray) -> np.ndarray:
    """Of dimensions, with those of size 1 before them that make layers of all ranks compare.

    shapes: [dimension][layer].
    """
    rank, layers = shapes.shape
    sizes = np.vstack([np.ones((max(0, MAX_RANK - rank), layers), int), shapes])
    counts, few = np.ones((len(sizes), 1)), np.full((len(sizes), 1), SMALL)
    if rank == IMAGE_RANK and name == "weight":
        counts[-3:-1], few[-3:-1] = WINDOW, WINDOW * SMALL
    elif rank == IMAGE_RANK:
        counts[-3:-1], few[-3:-1] = IMAGE, FEW
    multiples = MULTIPLE * sum(sizes % step == 0 for step in STEPS)
    return np.vstack([counts * np.log2(1 + sizes), counts * multiples, few / np.maximum(1, sizes)])


def _list_place(lists: np.ndarray) -> np.ndarray:
    """lists: [place in the list][layer]. Lists that are not equally long do not compare."""
    return LIST / max(1, len(lists)) * np.log2(1 + np.abs(lists))

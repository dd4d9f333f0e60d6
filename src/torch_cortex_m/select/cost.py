"""What a kernel costs on a layer: measured, or estimated from the most similar measured layer.

The estimate scales the time of the nearest measured layer of the same operator and kernel by the
work (multiply-accumulates, or output elements where there are none). Nearness is the sum of the
absolute differences of the logarithms of all dimensions and structural numbers of the two layers.

Flash does not scale with the work: it is estimated as the layer's own constants, as the kernel
wants them, and the kernel's code in the measured layer that takes the least flash (without
constants, in the nearest one).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..measured.measurements import Measurement, layer_work
from ..ops import definitions
from ..ops.base import Kernel, Layer
from ..ops.signature import Signature, read_signature

Table = Mapping[str, Mapping[str, Measurement]]
"""Signature's text -> kernel name -> measurement, for one core."""

Key = tuple[str, str]
"""Signature's text, kernel name."""


@dataclass(frozen=True)
class Measured:
    """A layer of the table with its kernels."""

    signature: Signature
    logarithms: tuple[float, ...]
    kernels: Mapping[str, Measurement]


@dataclass
class CostModel:
    """Looks up or estimates measurements in the table of one core; everything is worked out once
    for layers of one signature."""

    table: Table
    _by_structure: dict[tuple[Any, ...], list[Measured]] = field(init=False)
    _near: dict[str, list[Measured]] = field(default_factory=dict[str, list[Measured]])
    _costs: dict[Key, Measurement | None] = field(default_factory=dict[Key, Measurement | None])
    _packed: dict[Key, int] = field(default_factory=dict[Key, int])
    _code: dict[Key, int] = field(default_factory=dict[Key, int])

    def __post_init__(self) -> None:
        self._by_structure = {}
        for measured in _read_table(self.table):
            self._by_structure.setdefault(measured.signature.structure, []).append(measured)

    def cost(self, layer: Layer, kernel: Kernel) -> Measurement | None:
        """None if the kernel was never measured on a comparable layer. ``flash_bytes`` is that of
        the measured layer: ask ``constant_bytes`` and ``code_bytes`` for this one's."""
        key = (layer.signature.text, kernel.name)
        if key not in self._costs:
            measured = self.measured(layer, kernel)
            self._costs[key] = measured or self.estimate(
                layer.signature, layer_work(layer), kernel.name
            )
        return self._costs[key]

    def measured(self, layer: Layer, kernel: Kernel) -> Measurement | None:
        """What was measured on this very layer."""
        return self.table.get(layer.signature.text, {}).get(kernel.name)

    def constant_bytes(self, layer: Layer, kernel: Kernel) -> int:
        """The layer's constants as the kernel wants them."""
        key = (layer.signature.text, kernel.name)
        if key not in self._packed:
            self._packed[key] = packed_bytes(layer, kernel)
        return self._packed[key]

    def code_bytes(self, layer: Layer, kernel: Kernel) -> int:
        """Measured or estimated; 0 if the kernel was never measured on a comparable layer."""
        key = (layer.signature.text, kernel.name)
        if key not in self._code:
            packed = self.constant_bytes(layer, kernel)
            measured = self.measured(layer, kernel)
            self._code[key] = (
                self._estimated_code(layer.signature, kernel.name, packed)
                if measured is None
                else measured.flash_bytes - packed
            )
        return self._code[key]

    def _estimated_code(self, signature: Signature, kernel: str, packed: int) -> int:
        """Measured flash without its constants, which are taken to be as many bytes for each
        parameter as in this layer. The least flash has the fewest constants to be wrong about;
        where there are none, the nearest layer's code is the most like this one's."""
        if packed == 0:
            nearest = self.nearest(signature, kernel)
            return 0 if nearest is None else nearest[kernel].flash_bytes
        smallest = min(
            (
                (other.kernels[kernel].flash_bytes, other.signature.text, other.signature)
                for other in self._by_structure.get(signature.structure, ())
                if kernel in other.kernels
            ),
            key=lambda found: found[:2],
            default=None,
        )
        if smallest is None:
            return 0
        flash, _, other = smallest
        return max(0, flash - round(packed * _parameter_bytes(other) / _parameter_bytes(signature)))

    def estimate(self, signature: Signature, work: int, kernel: str) -> Measurement | None:
        """The cost of the nearest other layer that ``kernel`` was measured on, scaled by work."""
        nearest = self.nearest(signature, kernel)
        if nearest is None:
            return None
        found = nearest[kernel]
        ratio = work / max(1, found.work)
        return Measurement(
            work,
            max(1, round(found.instructions * ratio)),
            None if found.cycles is None else max(1, round(found.cycles * ratio)),
            found.flash_bytes,
            found.scratch_bytes,
        )

    def nearest(self, signature: Signature, *kernels: str) -> Mapping[str, Measurement] | None:
        """The nearest other layer that all of these kernels were measured on."""
        return next(
            (
                measured.kernels
                for measured in self._by_distance(signature)
                if all(kernel in measured.kernels for kernel in kernels)
            ),
            None,
        )

    def _by_distance(self, signature: Signature) -> list[Measured]:
        """The other layers of this structure, the nearest first."""
        if signature.text not in self._near:
            own = _logarithms(signature)

            def distance(other: Measured) -> tuple[float, str]:
                pairs = zip(own, other.logarithms, strict=True)
                return sum(abs(a - b) for a, b in pairs), other.signature.text

            others = self._by_structure.get(signature.structure, ())
            self._near[signature.text] = sorted(
                (other for other in others if other.signature != signature), key=distance
            )
        return self._near[signature.text]


def _read_table(table: Table) -> Iterator[Measured]:
    """Entries that no layer of today's operators can have are left out."""
    known = definitions()
    for text, kernels in table.items():
        operator = known.get(text.partition(" ")[0])
        if operator is None:
            continue
        try:
            signature = read_signature(text, operator.op.tensor_names())
        except ValueError:
            continue
        yield Measured(signature, _logarithms(signature), kernels)


def _logarithms(signature: Signature) -> tuple[float, ...]:
    return tuple(math.log2(1 + abs(number)) for number in signature.numbers)


def packed_bytes(layer: Layer, kernel: Kernel) -> int:
    """The layer's constants as the kernel wants them."""
    return sum(data.nbytes for data in kernel.pack(layer).values())


def _parameter_bytes(signature: Signature) -> int:
    """Weights of one byte, and a bias, multiplier and shift of four bytes each an output channel;
    1 for layers without."""
    return max(1, signature.elements("weight") + 12 * signature.elements("bias"))

"""What a kernel costs on a layer: measured, or estimated from the most similar measured layer.

The estimate scales the time of the nearest measured layer of the same operator and kernel by the
work (multiply-accumulates, or output elements where there are none). Nearness is the sum of the
absolute differences of the logarithms of all dimensions and structural numbers of the two layers.

Flash does not scale with the work: it is estimated as the layer's own constants, as the kernel
wants them, and the kernel's code in the measured layer that takes the least flash.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..measured.measurements import Measurement, layer_work, signature
from ..ops.base import Kernel, Layer

Table = Mapping[str, Mapping[str, Measurement]]
"""Layer signature -> kernel name -> measurement, for one core."""


@dataclass
class CostModel:
    """Looks up or estimates measurements in the table of one core."""

    table: Table
    _features: dict[str, tuple[float, ...]] = field(default_factory=dict)
    _packed: dict[tuple[str, str], int] = field(default_factory=dict)

    def cost(self, layer: Layer, kernel: Kernel) -> Measurement | None:
        """None if the kernel was never measured on a comparable layer. ``flash_bytes`` is that of
        the measured layer: ask ``flash_bytes`` for this one's."""
        measured = self.measured(layer, kernel)
        return measured or self.estimate(signature(layer), layer_work(layer), kernel.name)

    def measured(self, layer: Layer, kernel: Kernel) -> Measurement | None:
        """What was measured on this very layer."""
        return self.table.get(signature(layer), {}).get(kernel.name)

    def flash_bytes(self, layer: Layer, kernel: Kernel) -> int:
        """Code and constants, measured or estimated; the constants alone if the kernel was never
        measured on a comparable layer. An estimate is never less than the constants."""
        measured = self.measured(layer, kernel)
        if measured is not None:
            return measured.flash_bytes
        text = signature(layer)
        if (text, kernel.name) not in self._packed:
            self._packed[text, kernel.name] = packed_bytes(layer, kernel)
        packed = self._packed[text, kernel.name]
        return packed + self._code_bytes(text, kernel.name, packed)

    def _code_bytes(self, text: str, kernel: str, packed: int) -> int:
        """Measured flash without its constants, which are taken to be as many bytes for each
        parameter as in this layer. The least flash has the fewest constants to be wrong about."""
        structure = _structure(text)
        smallest = min(
            (
                (kernels[kernel].flash_bytes, other)
                for other, kernels in self.table.items()
                if kernel in kernels and _structure(other) == structure
            ),
            default=None,
        )
        if smallest is None:
            return 0
        flash, other = smallest
        return max(0, flash - round(packed * _parameter_bytes(other) / _parameter_bytes(text)))

    def estimate(self, text: str, work: int, kernel: str) -> Measurement | None:
        """The cost of the nearest other layer that ``kernel`` was measured on, scaled by work."""
        own = self._feature(text)
        structure = _structure(text)
        nearest: tuple[float, str] | None = None
        for other, kernels in self.table.items():
            if kernel not in kernels or other == text or _structure(other) != structure:
                continue
            pairs = zip(own, self._feature(other), strict=True)
            distance = sum(abs(a - b) for a, b in pairs)
            if nearest is None or (distance, other) < nearest:
                nearest = (distance, other)
        if nearest is None:
            return None
        found = self.table[nearest[1]][kernel]
        ratio = work / max(1, found.work)
        return Measurement(
            work,
            max(1, round(found.instructions * ratio)),
            None if found.cycles is None else max(1, round(found.cycles * ratio)),
            found.flash_bytes,
            found.scratch_bytes,
        )

    def _feature(self, text: str) -> tuple[float, ...]:
        if text not in self._features:
            numbers = re.findall(r"\d+", text.partition(" ")[2])
            self._features[text] = tuple(math.log2(1 + int(number)) for number in numbers)
        return self._features[text]


def _structure(text: str) -> str:
    """The signature without its numbers: operator, arguments that are present, ranks."""
    return re.sub(r"\d+", "#", text)


def packed_bytes(layer: Layer, kernel: Kernel) -> int:
    """The layer's constants as the kernel wants them."""
    return sum(data.nbytes for data in kernel.pack(layer).values())


def _parameter_bytes(text: str) -> int:
    """Weights of one byte, and a bias, multiplier and shift of four bytes each an output channel;
    1 for layers without."""
    shapes = re.findall(r" (weight|bias)=([\dx]+)", text)
    sizes = {name: math.prod(map(int, shape.split("x"))) for name, shape in shapes}
    return max(1, sizes.get("weight", 0) + 12 * sizes.get("bias", 0))

"""What a kernel costs on a layer: measured, or estimated from the most similar measured layer.

The estimate scales the time of the nearest measured layer of the same operator and kernel by the
work (multiply-accumulates, or output elements where there are none). Nearness is the sum of the
absolute differences of the logarithms of all dimensions and structural numbers of the two layers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..measurements import Measurement, layer_work, signature
from ..ops.base import Kernel, Layer

Table = Mapping[str, Mapping[str, Measurement]]
"""Layer signature -> kernel name -> measurement, for one core."""


@dataclass
class CostModel:
    """Looks up or estimates measurements in the table of one core."""

    table: Table
    _features: dict[str, tuple[float, ...]] = field(default_factory=dict)

    def cost(self, layer: Layer, kernel: Kernel) -> Measurement | None:
        """None if the kernel was never measured on a comparable layer."""
        text = signature(layer)
        measured = self.table.get(text, {}).get(kernel.name)
        return measured or self.estimate(text, layer_work(layer), kernel.name)

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

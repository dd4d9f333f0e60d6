"""How the output of average pooling may lie over its input."""

from __future__ import annotations

from ...ir.artifacts import Overlap
from ..base import Layer
from ..rules.overlap import at_distance, places_in_order


def windows_overlap(layer: Layer) -> dict[str, Overlap]:
    """Of kernels that compute one place after the other, over fixed or adaptive windows."""
    sizes, outputs = layer.types["input"].shape[1:3], layer.output.shape[1:3]
    rows, columns = (
        [start for start, _ in layer.op.windows(axis, sizes[axis], outputs[axis])]
        for axis in range(2)
    )
    return at_distance(places_in_order(layer, (rows, columns)))

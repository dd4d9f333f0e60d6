"""Which operands of add the output may overwrite."""

from __future__ import annotations

from ..base import Layer


def operands_not_broadcast(layer: Layer) -> tuple[str, ...]:
    """An operand as large as the output is read once, at the place that is written."""
    return tuple(
        name for name in ("input", "other") if layer.types[name].elements == layer.output.elements
    )

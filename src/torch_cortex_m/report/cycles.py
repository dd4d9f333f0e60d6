"""The cycles of layers that are shown: measured where they were, else estimated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def shown_cycles(layer: Mapping[str, Any]) -> int:
    measured = layer["cycles"]
    return (layer["estimated_cycles"] or 0) if measured is None else measured


def share_of_cycles(document: Mapping[str, Any], layer: Mapping[str, Any]) -> float:
    """Of those of all layers."""
    total = sum(map(shown_cycles, document["layers"]))
    return shown_cycles(layer) / total if total else 0.0

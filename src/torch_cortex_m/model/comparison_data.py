"""A comparison as data that JSON can hold."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .comparison import LOSS, Change, Comparison, LayerChange
from .report import LayerReport

FORMAT = 1

DIFF_SCHEMA = Path(__file__).parent.parent / "report" / "diff_schema.json"
"""What the data looks like, as JSON Schema."""

_KEYS = {
    "RAM": "ram_bytes",
    "arena": "arena_bytes",
    "states": "state_bytes",
    "stack": "stack_bytes",
    "flash": "flash_bytes",
    "constants": "constant_bytes",
    "copied": "copied_bytes",
    "MACs": "macs",
    LOSS: "loss_percent",
}
"""Names in words -> those of the data, where they differ."""


def comparison_data(before: str, after: str, comparison: Comparison) -> dict[str, Any]:
    """The form that ``tcm diff --json`` prints; before, after: where the reports are from."""
    return {
        "format": FORMAT,
        "before": before,
        "after": after,
        "totals": _changes(comparison.totals),
        "layers": [_layer(layer) for layer in comparison.layers],
    }


def _layer(layer: LayerChange) -> dict[str, Any]:
    return {
        "name": layer.name,
        "before": _kernel(layer.before),
        "after": _kernel(layer.after),
        "costs": _changes(layer.costs),
    }


def _kernel(layer: LayerReport | None) -> dict[str, str] | None:
    return None if layer is None else {"op": layer.op, "kernel": layer.kernel}


def _changes(changes: Mapping[str, Change]) -> dict[str, Any]:
    return {_KEYS.get(name, name): _change(change) for name, change in changes.items()}


def _change(change: Change) -> dict[str, float | None]:
    return {
        "before": change.before,
        "after": change.after,
        "difference": change.difference,
        "percent": None if change.percent is None else round(change.percent, 2),
    }

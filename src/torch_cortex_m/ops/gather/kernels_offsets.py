"""gather of indices that are known, by their offsets in bytes."""

from __future__ import annotations

import numpy as np

from ..base import Kernel, Layer

LARGEST_OFFSET = np.iinfo(np.int16).max


def offsets(layer: Layer) -> np.ndarray:
    """Where the runs of a row begin; indices outside count as the first or the last."""
    values = layer.op.constants(layer.types)
    inside = np.clip(layer.constants["indices"], 0, int(values["row_indices"]) - 1)
    return inside.astype(np.int64) * int(values["run_bytes"])


def _applies(layer: Layer) -> bool:
    return "indices" in layer.constants and offsets(layer).max() <= LARGEST_OFFSET


def _takes_bytes(layer: Layer) -> bool:
    return _applies(layer) and layer.op.constants(layer.types)["run_bytes"] == 1


def _pack(layer: Layer) -> dict[str, np.ndarray]:
    others = {name: data for name, data in layer.constants.items() if name != "indices"}
    return {**others, "offsets": offsets(layer).astype(np.int16)}


OFFSET_KERNELS = [
    Kernel("gather_bytes__offsets", applies=_applies, pack=_pack),
    Kernel(
        "gather_bytes__offsets_mve",
        needs=frozenset({"mve"}),
        applies=_takes_bytes,
        pack=_pack,
    ),
]

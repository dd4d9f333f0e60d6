"""table with the input as an unsigned byte for the index, so that nothing is added to it."""

from __future__ import annotations

import numpy as np

from ...ir import INT8
from ..base import Kernel, Layer


def _pack(layer: Layer) -> dict[str, np.ndarray]:
    """The entries for 0 to 127, then those for -128 to -1."""
    return {"table": np.roll(np.array(layer.op.table, np.int8), INT8.low)}


UNROLLED = Kernel("table_s8__unrolled", pack=_pack, in_place=lambda layer: ("input",))

GATHER = Kernel(
    "table_s8__gather_mve",
    needs=frozenset({"mve"}),
    pack=_pack,
    in_place=lambda layer: ("input",),
)

BYTE_KERNELS = [UNROLLED, GATHER]

"""squared_difference by tables of its operands' values, on any core."""

from __future__ import annotations

import numpy as np

from ..base import Kernel, Layer
from ..rules.broadcasting import OPERANDS, operands_not_broadcast
from ..rules.operand_tables import pays, rescaled

INT16 = np.iinfo(np.int16)


def _applies(layer: Layer) -> bool:
    values = np.concatenate([rescaled(layer.op, operand) for operand in OPERANDS])
    return pays(layer) and INT16.min <= values.min() and values.max() <= INT16.max


def _pack(layer: Layer) -> dict[str, np.ndarray]:
    values = {f"{name}_values": rescaled(layer.op, name).astype(np.int16) for name in OPERANDS}
    return {**layer.constants, **values}


TABLE_KERNELS = [
    Kernel(
        "squared_difference_s8__tables",
        applies=_applies,
        pack=_pack,
        in_place=operands_not_broadcast,
    )
]

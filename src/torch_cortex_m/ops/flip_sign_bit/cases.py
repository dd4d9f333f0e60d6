"""The bytes that flip_sign_bit must change, everywhere; most cases have all 256 inputs."""

from __future__ import annotations

import numpy as np

from ..base import Case
from .op import FlipSignBit


def case(name: str, dtype: str, shape: tuple[int, ...] = (2, 8, 16)) -> Case:
    """A case whose input counts through all bytes."""
    count = int(np.prod(shape, dtype=int))
    values = np.arange(count).astype(np.uint8).view(dtype)
    return Case(f"{dtype}_{name}", FlipSignBit(), {"input": values.reshape(shape)})


CASES = [
    case(name, dtype, shape)
    for dtype in ("int8", "uint8")
    for name, shape in (
        ("all", (2, 8, 16)),
        ("rank_0", ()),
        ("1_element", (1,)),
        ("3_elements", (3,)),
        ("259_elements", (259,)),
        ("rank_6", (1, 2, 1, 3, 2, 2)),
    )
]

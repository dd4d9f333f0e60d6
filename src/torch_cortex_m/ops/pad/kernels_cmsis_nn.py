"""pad by CMSIS-NN, of up to four dimensions."""

from __future__ import annotations

from ..base import Kernel, Layer
from ..packing.cmsis_nn import MAX_RANK, PROVIDER, by_axis


def _constants(layer: Layer) -> dict[str, int | float]:
    op = layer.op
    return {
        **by_axis("axis", layer.types["input"].shape, 1),
        **by_axis("before", op.before, 0),
        **by_axis("after", op.after, 0),
    }


CMSIS_NN_KERNELS = [
    Kernel(
        "pad_s8__cmsis_nn",
        applies=lambda layer: len(layer.output.shape) <= MAX_RANK,
        constants=_constants,
        provider=PROVIDER,
        symbols=("arm_pad_s8",),
    )
]

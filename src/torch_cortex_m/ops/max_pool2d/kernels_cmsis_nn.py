"""max_pool2d by CMSIS-NN, which knows no dilation and no window without input elements."""

from __future__ import annotations

from ..base import Kernel, Layer
from ..packing.cmsis_nn import PROVIDER, sizes, sizes_fit, windows_meet_input


def _computes(layer: Layer) -> bool:
    op, values = layer.op, sizes(layer)
    is_dense = all(
        dilation == 1 or size == 1 for dilation, size in zip(op.dilation, op.kernel, strict=True)
    )
    return is_dense and sizes_fit(values) and windows_meet_input(values)


CMSIS_NN_KERNELS = [
    Kernel(
        "max_pool2d_s8__cmsis_nn",
        applies=_computes,
        provider=PROVIDER,
        symbols=("arm_max_pool_s8",),
    )
]

"""avg_pool2d by CMSIS-NN, which divides by the number of elements within the input."""

from __future__ import annotations

from ..base import Kernel, Layer
from ..packing.cmsis_nn import PROVIDER, sizes, sizes_fit
from .kernels_scalar import rounds_away


def _computes(layer: Layer) -> bool:
    op, values = layer.op, sizes(layer)
    counts_padding = op.count_include_pad and any(op.padding)
    return (
        rounds_away(layer)
        and not values["adaptive"]
        and op.divisor_override == 0
        and not counts_padding
        and sizes_fit(values)
    )


CMSIS_NN_KERNELS = [
    Kernel(
        "avg_pool2d_s8__cmsis_nn",
        applies=_computes,
        provider=PROVIDER,
        symbols=("arm_avgpool_s8", "arm_avgpool_s8_get_buffer_size"),
        scratch_function="avg_pool2d_s8__cmsis_nn_scratch_bytes",
    )
]

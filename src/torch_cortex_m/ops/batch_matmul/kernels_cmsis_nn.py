"""batch_matmul by CMSIS-NN."""

from __future__ import annotations

from math import prod

from ..base import Kernel, Layer
from ..packing.cmsis_nn import LARGEST_SIZE, PROVIDER
from .sizes import sizes


def _computes(layer: Layer) -> bool:
    """What its vector and scalar code compute alike: right shifts, by positive multipliers; of as
    many matrices on both sides."""
    batches = [prod(layer.types[name].shape[:-2]) for name in ("input", "other")]
    shifts_right = layer.op.multiplier >= 0 and layer.op.shift <= 0
    return shifts_right and batches[0] == batches[1] and max(sizes(layer)) <= LARGEST_SIZE


def _scratch(layer: Layer) -> int:
    """A sum for each column, and the operands that it must transpose."""
    op, types = layer.op, layer.types
    input = types["input"].bytes if op.transpose_input else 0
    other = 0 if op.transpose_other else types["other"].bytes
    return 4 * sizes(layer).columns + input + other


CMSIS_NN_KERNELS = [
    Kernel(
        "batch_matmul_s8__cmsis_nn",
        applies=_computes,
        constants=lambda layer: {"batches": prod(layer.types["input"].shape[:-2])},
        scratch_bytes=_scratch,
        provider=PROVIDER,
        symbols=("arm_batch_matmul_s8", "arm_transpose_s8"),
    )
]

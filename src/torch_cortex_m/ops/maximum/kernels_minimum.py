"""maximum by the kernels of minimum, which compute either."""

from __future__ import annotations

from dataclasses import replace

from ..base import Kernel
from ..minimum.kernels_cmsis_nn import CMSIS_NN_KERNELS
from ..minimum.kernels_fast import FAST_KERNELS

MINIMUM_KERNELS: list[Kernel] = [
    *(replace(kernel, name=kernel.name.replace("minimum_", "maximum_")) for kernel in FAST_KERNELS),
    *(
        replace(
            kernel,
            name=kernel.name.replace("minimum_", "maximum_"),
            symbols=("arm_maximum_s8",),
        )
        for kernel in CMSIS_NN_KERNELS
    ),
]

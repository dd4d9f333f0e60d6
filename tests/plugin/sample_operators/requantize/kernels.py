"""One more kernel for the requantize of torch-cortex-m."""

from __future__ import annotations

from torch_cortex_m.ops.base import Kernel

KERNELS = [Kernel("requantize_s8__backwards", in_place=lambda layer: ("input",))]

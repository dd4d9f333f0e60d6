"""avg_pool2d on cores without SIMD (Cortex-M0, M0+, M3)."""

from __future__ import annotations

from ..base import Kernel
from .overlap import windows_overlap

SCALAR_KERNELS = [Kernel("avg_pool2d_s8__channels_scalar", overlap=windows_overlap)]

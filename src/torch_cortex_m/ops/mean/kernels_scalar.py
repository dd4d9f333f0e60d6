"""mean on cores without SIMD (Cortex-M0, M0+, M3)."""

from __future__ import annotations

from ..base import Kernel

SCALAR_KERNELS = [Kernel("mean_s8__channels_scalar")]

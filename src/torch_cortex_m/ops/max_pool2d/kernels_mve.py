"""max_pool2d for MVE (Cortex-M55, M85)."""

from __future__ import annotations

from ..base import Kernel

MVE_KERNELS = [Kernel("max_pool2d_s8__lanes_mve", needs=frozenset({"mve"}))]

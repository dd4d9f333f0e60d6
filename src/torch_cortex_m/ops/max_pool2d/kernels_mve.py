"""max_pool2d for MVE (Cortex-M55, M85)."""

from __future__ import annotations

from ..base import Kernel
from ..rules.overlap import place_by_place

MVE_KERNELS = [Kernel("max_pool2d_s8__lanes_mve", needs=frozenset({"mve"}), overlap=place_by_place)]

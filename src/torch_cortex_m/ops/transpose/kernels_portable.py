"""transpose on any core, by runs of elements."""

from __future__ import annotations

from ..base import Kernel

PORTABLE_KERNELS = [Kernel("transpose_s8__runs")]

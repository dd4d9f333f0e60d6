"""Cores and boards as data. Imports nothing of ours but errors."""

from .cores import CORES, HOST, find_target
from .types import (
    FEATURE_MACROS,
    Machine,
    MemoryRegion,
    Target,
    target_from_data,
    target_to_data,
)

__all__ = [
    "CORES",
    "FEATURE_MACROS",
    "HOST",
    "Machine",
    "MemoryRegion",
    "Target",
    "find_target",
    "target_from_data",
    "target_to_data",
]

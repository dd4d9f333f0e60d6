"""Cores and boards as data. Imports nothing of ours but errors."""

from .cores import CORES, HOST, cores_like
from .names import find_part, find_target
from .parts import PARTS, Cache, Part, part_with_waiting
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
    "PARTS",
    "Cache",
    "Machine",
    "MemoryRegion",
    "Part",
    "Target",
    "cores_like",
    "find_part",
    "find_target",
    "part_with_waiting",
    "target_from_data",
    "target_to_data",
]

"""Where every value lives: one static arena, offsets from liveness."""

from .blocks import MemoryBlock, live_bytes
from .check import PlanError, check_plan
from .dying_rows import DyingRows, dying_rows
from .lives import Lives
from .memory import plan_memory
from .places import Places
from .rows import busy_ticks, only_in_windows, region_overlaps, whole_values_read

__all__ = [
    "DyingRows",
    "Lives",
    "MemoryBlock",
    "Places",
    "PlanError",
    "busy_ticks",
    "check_plan",
    "dying_rows",
    "live_bytes",
    "only_in_windows",
    "plan_memory",
    "region_overlaps",
    "whole_values_read",
]

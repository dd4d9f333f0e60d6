"""Where every value lives: one static arena, offsets from liveness."""

from .check import PlanError, check_plan
from .memory import plan_memory
from .places import Places

__all__ = ["Places", "PlanError", "check_plan", "plan_memory"]

"""Where every value lives: one static arena, offsets from liveness."""

from .check import PlanError, check_plan
from .memory import plan_memory

__all__ = ["PlanError", "check_plan", "plan_memory"]

"""Where every value lives: one static arena, offsets from liveness."""

from .memory import plan_memory

__all__ = ["plan_memory"]

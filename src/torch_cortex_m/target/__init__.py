"""Cores and boards as data. Imports nothing of ours but errors."""

from .cores import CORES, HOST, find_target
from .types import Machine, Memory, Target

__all__ = ["CORES", "HOST", "Machine", "Memory", "Target", "find_target"]

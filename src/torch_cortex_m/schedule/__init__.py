"""Which nodes compute a few rows at a time, so that a network takes less memory."""

from .candidates import Candidates, Step
from .schedule import RowsByNode, Schedule, schedule_of
from .search import Search, largest_bytes
from .slices import RowRules, divisors

__all__ = [
    "Candidates",
    "RowRules",
    "RowsByNode",
    "Schedule",
    "Search",
    "Step",
    "divisors",
    "largest_bytes",
    "schedule_of",
]

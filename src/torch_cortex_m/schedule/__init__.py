"""Which nodes compute a few rows at a time, so that a network takes less memory."""

from .candidates import TOO_MANY, Candidates, Step
from .periods import whole_periods
from .schedule import RowsByNode, Schedule, schedule_of
from .search import MOST_ROWS, Search, largest_bytes, total_cycles
from .slices import RowRules, divisors
from .sums import means_of_sums

__all__ = [
    "MOST_ROWS",
    "TOO_MANY",
    "Candidates",
    "RowRules",
    "RowsByNode",
    "Schedule",
    "Search",
    "Step",
    "divisors",
    "largest_bytes",
    "means_of_sums",
    "schedule_of",
    "total_cycles",
    "whole_periods",
]

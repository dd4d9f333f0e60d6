"""Which nodes compute a few rows at a time or columns in strips, to take less memory."""

from .candidates import TOO_MANY, Candidates, Step
from .periods import whole_periods
from .pieces import rows_in_pieces
from .schedule import RowsByNode, Schedule, schedule_of
from .search import MOST_ROWS, Search, largest_bytes, total_cycles
from .slices import RowRules, divisors, whole_inputs
from .strip_search import COUNTS, StripSearch
from .strips import Strips, cut, whole_name
from .sums import means_of_sums

__all__ = [
    "COUNTS",
    "MOST_ROWS",
    "TOO_MANY",
    "Candidates",
    "RowRules",
    "RowsByNode",
    "Schedule",
    "Search",
    "Step",
    "StripSearch",
    "Strips",
    "cut",
    "divisors",
    "largest_bytes",
    "means_of_sums",
    "rows_in_pieces",
    "schedule_of",
    "total_cycles",
    "whole_inputs",
    "whole_name",
    "whole_periods",
]

"""What less must compute, everywhere."""

from __future__ import annotations

from ..rules.comparison_cases import comparison_cases
from .op import Less

CASES = comparison_cases(Less)

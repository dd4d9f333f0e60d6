"""What equal must compute, everywhere."""

from __future__ import annotations

from ..rules.comparison_cases import comparison_cases
from .op import Equal

CASES = comparison_cases(Equal)

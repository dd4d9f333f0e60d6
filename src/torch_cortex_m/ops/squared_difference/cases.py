"""What squared_difference must compute, everywhere."""

from __future__ import annotations

from ..rules.scaled_operands_cases import scaled_cases
from .op import SquaredDifference, rescaling

CASES = scaled_cases(SquaredDifference, rescaling)

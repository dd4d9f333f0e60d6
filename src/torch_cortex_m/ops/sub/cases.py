"""The differences that sub must compute, everywhere."""

from __future__ import annotations

from ..rules.scaled_operands import rescaling
from ..rules.scaled_operands_cases import scaled_cases
from .op import Sub

CASES = scaled_cases(Sub, rescaling)

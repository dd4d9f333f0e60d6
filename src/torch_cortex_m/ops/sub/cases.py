"""The differences that sub must compute, everywhere."""

from __future__ import annotations

from ..rules.scaled_operands import rescaling
from ..rules.scaled_operands_cases import scaled_cases
from ..rules.wide_cases import widened
from .op import Sub

CASES = scaled_cases(Sub, rescaling)

CASES += [widened(each, left_shift=15) for each in CASES if not each.name.startswith("every_pair")]

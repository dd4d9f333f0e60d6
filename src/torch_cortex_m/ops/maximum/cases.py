"""What maximum must compute, everywhere."""

from __future__ import annotations

from ..rules.broadcast_cases import every_pair, every_shape
from ..rules.wide_cases import widened
from .op import Maximum

CASES = [*every_shape(Maximum()), every_pair("every_pair", Maximum())]
CASES += [widened(each) for each in every_shape(Maximum())]

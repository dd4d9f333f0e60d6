"""What minimum must compute, everywhere."""

from __future__ import annotations

from ..rules.broadcast_cases import every_pair, every_shape
from ..rules.wide_cases import widened
from .op import Minimum

CASES = [*every_shape(Minimum()), every_pair("every_pair", Minimum())]
CASES += [widened(each) for each in every_shape(Minimum())]

"""The quotients that div must compute, everywhere."""

from __future__ import annotations

from ..rules.product_cases import product_cases
from .op import LARGEST_SHIFT, Div

CASES = product_cases(Div, 5, LARGEST_SHIFT)

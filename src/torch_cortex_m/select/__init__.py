"""Graph and target -> one kernel per node."""

from .cost import CostModel
from .order import check_objective, order_kernels
from .select import Selection, applicable_kernels, layer_of, rank_kernels

__all__ = [
    "CostModel",
    "Selection",
    "applicable_kernels",
    "check_objective",
    "layer_of",
    "order_kernels",
    "rank_kernels",
]

"""Graph and target -> one kernel per node."""

from .cost import CostModel
from .select import Selection, applicable_kernels, layer_of, select_kernels

__all__ = ["CostModel", "Selection", "applicable_kernels", "layer_of", "select_kernels"]

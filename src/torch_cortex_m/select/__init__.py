"""Graph and target -> one kernel per node."""

from .select import Selection, layer_of, select_kernels

__all__ = ["Selection", "layer_of", "select_kernels"]

"""Graph, kernels and memory plan -> C files that stand alone."""

from .emit import emit
from .query import scratch_query

__all__ = ["emit", "scratch_query"]

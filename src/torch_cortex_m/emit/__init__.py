"""Graph, kernels and memory plan -> C files that stand alone."""

from .calls import function_key
from .emit import emit
from .guard import Guard
from .query import scratch_query

__all__ = ["Guard", "emit", "function_key", "scratch_query"]

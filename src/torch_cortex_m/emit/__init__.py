"""Graph, kernels and memory plan -> C files that stand alone."""

from .calls import function_key
from .emit import emit
from .guard import Guard
from .linked import Linked, LinkedModel, emit_linked
from .query import scratch_query

__all__ = ["Guard", "Linked", "LinkedModel", "emit", "emit_linked", "function_key", "scratch_query"]

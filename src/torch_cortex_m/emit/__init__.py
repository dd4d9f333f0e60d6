"""Graph, kernels and memory plan -> C files that stand alone."""

from .arrays import C_TYPES
from .calls import function_key, kernel_prototype, scalar_values
from .emit import emit
from .guard import Guard
from .linked import Linked, LinkedModel, emit_linked
from .prototype import Prototype
from .query import scratch_query
from .shipped import defined_names, shipped_names, without_comments

__all__ = [
    "C_TYPES",
    "Guard",
    "Linked",
    "LinkedModel",
    "Prototype",
    "defined_names",
    "emit",
    "emit_linked",
    "function_key",
    "kernel_prototype",
    "scalar_values",
    "scratch_query",
    "shipped_names",
    "without_comments",
]

"""The intermediate representation: a graph of quantized operators on NHWC tensors.

This package imports nothing else of torch_cortex_m but its text, and no torch.
"""

from .graph import Graph, Node, Port
from .text import format_graph
from .types import DTYPES, Quantization, TensorType
from .verify import GraphError, verify

__all__ = [
    "DTYPES",
    "Graph",
    "GraphError",
    "Node",
    "Port",
    "Quantization",
    "TensorType",
    "format_graph",
    "verify",
]

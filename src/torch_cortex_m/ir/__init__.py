"""The intermediate representation: a graph of quantized operators on NHWC tensors.

This package imports nothing else of torch_cortex_m but its text, and no torch.
"""

from .graph import Graph, Port, State
from .nodes import Node, NodeList
from .stream import Stream
from .text import format_graph
from .types import BYTES, DTYPES, INT8, INT16, INT32, Limits, Quantization, TensorType, limits
from .verify import GraphError, verify

__all__ = [
    "BYTES",
    "DTYPES",
    "INT8",
    "INT16",
    "INT32",
    "Graph",
    "GraphError",
    "Limits",
    "Node",
    "NodeList",
    "Port",
    "Quantization",
    "State",
    "Stream",
    "TensorType",
    "format_graph",
    "limits",
    "verify",
]

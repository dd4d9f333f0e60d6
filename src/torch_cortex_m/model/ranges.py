"""How much of their types' range the values of a graph use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..ir import Graph
from .verify import Sample, reference_values


def value_ranges(graph: Graph, samples: Sequence[Sample]) -> dict[str, dict[str, Any]]:
    """Value -> its least and largest element in a sequence of calls, and the share of elements that
    lie at an end of the type; of the quantized values that the caller does not give.

    samples: in the form of the graph's ports.
    """
    calls = reference_values(graph, samples)
    given = {port.value for port in graph.inputs} | graph.constants.keys()
    quantized = [
        name for name, t in graph.types.items() if t.quantization is not None and name not in given
    ]
    return {
        name: _range(np.concatenate([values[name].reshape(-1) for values in calls]))
        for name in quantized
        if all(name in values for values in calls)
    }


def _range(data: np.ndarray) -> dict[str, Any]:
    limits = np.iinfo(data.dtype)
    at_ends = (data == limits.min) | (data == limits.max)
    return {
        "least": int(data.min()),
        "most": int(data.max()),
        "saturated": float(at_ends.mean()),
    }

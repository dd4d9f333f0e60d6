"""How much of their types' range the values of a graph use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..ir import Graph, TensorType
from .verify import Sample, reference_values


def value_ranges(graph: Graph, samples: Sequence[Sample]) -> dict[str, dict[str, Any]]:
    """Value -> its least and largest element in a sequence of calls, and the share of elements that
    lie at an end of the type, but for an end that is zero, where a ReLU leaves many; of the
    quantized values that the caller does not give.

    samples: in the form of the graph's ports.
    """
    calls = reference_values(graph, samples)
    given = {port.value for port in graph.inputs} | graph.constants.keys()
    quantized = [
        name for name, t in graph.types.items() if t.quantization is not None and name not in given
    ]
    return {
        name: _range(graph.types[name], np.concatenate([v[name].reshape(-1) for v in calls]))
        for name in quantized
        if all(name in values for values in calls)
    }


def _range(type_: TensorType, data: np.ndarray) -> dict[str, Any]:
    assert type_.quantization is not None
    ends = [end for end in type_.limits if end != type_.quantization.zero_point]
    at_ends = np.isin(data, ends)
    return {
        "least": int(data.min()),
        "most": int(data.max()),
        "saturated": float(at_ends.mean()),
    }
